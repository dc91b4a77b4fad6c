"""The UNTRUSTED side: the code that runs in a learner's process. It is sent there as text, and imports nothing from the
repository except attention_lab.

Theory of operation
===================

room.py and layers.py put up the walls (their order: autograder/sandbox). main.py then runs the cells, one statement at
a time (cells.py): what fails here and worked on the learner's machine costs only what depends on it. Before each
question, snapshot.py puts back what the learner's code has replaced in torch, Python or our library. Answers leave as
frames of JSON and tensors (wire.py). A proxy (proxies.py) stands for an earlier exercise and asks the judge for its
results.
"""
