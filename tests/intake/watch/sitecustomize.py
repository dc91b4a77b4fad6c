"""Every Python process that finds this on its path writes down who opens what was handed in: a line
`file of the code<TAB>path` each.

Who: the innermost code that is not the standard library's. The file is named by the variable OPENED.
"""

import os
import re
import sys

HANDED_IN = re.compile(r"/(submitted|inbound|downloaded)/")
LIBRARY = (os.path.dirname(os.__file__) + os.sep, "<frozen")
PACKAGES = os.sep + "site-packages" + os.sep


def _is_library(file: str) -> bool:
    return file == __file__ or file.startswith(LIBRARY) and PACKAGES not in file


def _hook(event: str, given: tuple) -> None:
    if event != "open" or not isinstance(given[0], (str, bytes)) or given[2] & os.O_DIRECTORY:
        return
    path = os.path.abspath(os.fsdecode(given[0]))
    # a folder that is removed is opened as well
    if not HANDED_IN.search(path) or os.path.isdir(path) and not os.path.islink(path):
        return
    frame = sys._getframe(1)
    while frame and _is_library(frame.f_code.co_filename):
        frame = frame.f_back
    line = f"{frame.f_code.co_filename if frame else '?'}\t{path!r}\n".encode()
    log = os.open(os.environ["OPENED"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(log, line)
    os.close(log)


if "OPENED" in os.environ:
    sys.addaudithook(_hook)
