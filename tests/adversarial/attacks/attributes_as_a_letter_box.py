"""Leaves a note in an extended attribute of a file that the next submission can read too."""
# wins: harm
# %% first
import os

import attention_lab

for path in (attention_lab.__file__, SECRET, "/tmp"):
    attempt(os.setxattr, path, f"user.{MARKER}", b"the answer to question 3")
