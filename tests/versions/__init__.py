"""Other versions of Python, torch and the packages: a sample of the tests, run by another interpreter and compared with
this one's.

    python -m tests.versions work/floor/bin/python     # runs it with both, and writes docs/versions.md's record

That interpreter needs what course/pyproject.toml asks for, and the TOOLS of test_other_versions.py.
"""
