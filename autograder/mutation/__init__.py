"""Changes a reference as people do by mistake: `audit` makes one change in one place (mutants.py), `new` proposes the
usual mistakes, each in all places and with a sentence (usual.py)."""
