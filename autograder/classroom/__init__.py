"""Grades a whole class: nbgrader's steps, several judges at the same time, and one writer for the gradebook.

Theory of operation
===================

nbgrader_plugin/ adapts nbgrader's own steps, so plain `nbgrader autograde` grades too. grade.py does the same faster:
pool.py has several judges in processes of their own (cluster.py: on other machines), which leave their verdicts below
work/verdicts, and gradebook.py, the only writer, runs nbgrader's autograde over one submission after another, which
finds each verdict there. A submission is one transaction (one_gradebook.py), and its folder takes the place of the
earlier one when it is complete. So a run that is killed loses nothing, and the same command goes on where it stopped.
What may be wrong is not recorded: the cell waits for a mark by hand, with the reason. rules.py reads the class's own
rules, and agree.py brings them into the gradebook. feedback/ and give_back.py make the pages that learners get.
"""
