"""The way in for strangers' files. No other package opens them.

Theory of operation
===================

A file may be a link, a pipe or a disk's worth of zeros, and its owner may change it while it is read. So plain_file.py
opens it without following links, looks at what it has opened, and reads up to a bound; folders.py copies a folder below
the descriptor of each folder in it. The bytes then go to a process of our own (process.py), which has the limits and
walls of walls.py, holds nothing else, and writes no file: reader.py gets a notebook from it, archives.py the files of a
zip or tar. Its answer is bounded as well. What can't be given to a student is set aside with the reason (aside.py). A
file is opened once, for grading and for its digest, so what was graded is what is recorded.
"""
