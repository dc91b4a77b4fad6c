"""Tries the graders on everything that is known to be right or wrong."""
