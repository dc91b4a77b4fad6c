"""The package that judges: exercises, catalogues of mistakes, recording. Run from the repository, never installed."""
