"""Grades a whole class: nbgrader's steps, several judges at the same time, and one writer for the gradebook."""
