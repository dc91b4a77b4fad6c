"""From any file that was handed in to the cells that are run.

Theory of operation
===================

parse.py makes a notebook of the bytes, salvage.py of what is left if they are damaged, and other_files.py says what
they are if they are none. notebook.py then looks at the cells with nothing but Python's parser. An exercise is found by
the name that a cell defines: cells may be split, merged, moved or copied. Of several definitions the last one counts,
but not a gap beside another definition (gaps.py). All cells are run but checks and experiments; of an experiment, only
the learner's own definitions and the statements whose results other cells need.
"""
