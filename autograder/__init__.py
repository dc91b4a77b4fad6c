"""Grades submissions. Run from the repository, or from a wheel's data, which learners' code can't read (installed/).

A grade, from package to package
==================================

1. *intake* opens the file that was handed in, in a process with limits; *submission* makes a notebook of it, whatever
   it is, and finds the exercises and the cells that must be run.
2. *judge* holds the references, the points and the class's seed. It draws the hidden cases of a lesson once
   (questions.py, kept in work/hidden), as *lessons* derives them from the topic's declaration.
3. *sandbox* starts a worker and sends it the cells and then, in one frame for each exercise, all cases. *worker* is the
   only package whose code runs beside the learner's, so nobody believes what it says: the judge compares numbers, with
   attention_lab's own checking, and the report reveals no expected value.
4. If an answer is wrong, the judge asks further: which placement of the weights fits, which known mistake answers alike
   (known.py), and what the exercise is worth with the reference in place of an earlier one that was wrong (proxied.py;
   proxy_process.py answers). docs/protocol.md lists each field of an answer, and what a lie would gain.
5. outputs.py turns the verdict into a cell's outputs, JSON or text. *classroom* brings it into nbgrader's gradebook.

*audit* tries the graders on everything that is known to be right or wrong, *new* makes a lesson, and *insights* shows
what a class got wrong.
"""
