"""Other versions of Python, torch and the packages: a sample of the tests, run by another interpreter and compared with this one's.

    python -m tests.versions work/floor/bin/python     # runs the sample with both, and writes the record of docs/versions.md

That interpreter needs what course/pyproject.toml asks for, and the TOOLS of test_other_versions.py.
"""
