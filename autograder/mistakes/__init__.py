"""The catalogue: one module a topic, with MISTAKES, VARIANTS (correct answers in another style) and EQUIVALENT (mutants of the
reference that lose no points, by id, each with the reason)."""
