"""A whole class: nbgrader's steps, judges side by side, one writer for the gradebook."""
