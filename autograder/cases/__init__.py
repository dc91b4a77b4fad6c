"""The visible cases of each lesson's exercises: one module a topic, with EXERCISES."""
