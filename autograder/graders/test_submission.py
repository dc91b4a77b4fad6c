"""The hidden graders: one test for each exercise and check of the lesson that was submitted, made by conftest.py."""


def test_check(passes):
    passes()
