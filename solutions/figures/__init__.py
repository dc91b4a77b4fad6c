"""The drawings of the lessons, one module a lesson, all made from the shapes in `primitives`."""
