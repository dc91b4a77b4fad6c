"""The package that judges: exercises, catalogues of mistakes, recording. Run from the repository, never installed."""

import sys

# jsonschema, which nbformat imports, would build a grammar for more than a second, to check a kind of address that no notebook holds.
sys.modules.setdefault("rfc3987_syntax", None)
