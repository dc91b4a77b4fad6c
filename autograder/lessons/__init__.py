"""How a lesson is declared and loaded.

Theory of operation
===================

solutions/course.toml has the lessons in order, and solutions/<topic>/ has everything about one. Only topics.py loads
such a folder, also that of a lesson of an instructor's own, and nothing else imports a topic by its name. An exercise
says once, in exercises.py, how it is called (declare.py, sizes.py). derive.py makes the rest of it: the hidden cases
from a secret seed, the visible ones of fixed sizes, and the standard tests of each. What learners write stands in the
exercise's catalogue (catalogue.py, families.py), as programs or as edits of the reference. pages.py fills the gaps of a
page from the reference. This package may import attention_lab and no other, and attention_lab never imports it.
"""
