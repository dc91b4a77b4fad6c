"""The limits on a submission's time, in seconds. Those on memory and disk are in isolation.py and sandbox.py.

Limits of computing count only the time in which a process computes, so a busy machine changes no verdict. Limits by the
clock are the last resort.
"""

QUESTION_CPU = 10.0  # of computing, for one cell or one question: then its worker ends
QUESTION_WALL = 15.0  # for the same, computing or not, without the time that a busy machine lets it wait
# Of QUESTION_CPU: a cell that computes for longer is stopped, and the worker keeps what it defined.
CELL_SHARE = 0.8
CELL_AGAIN_CPU = 1.0  # the same for a cell that was stopped in this way before
CELLS_CPU = 20.0  # of computing, for all cells in one worker; after that, only definitions of the other cells are run
CELLS_RESTARTS = 5  # so many workers may die in a submission's cells; after that, only definitions of all cells are run
NOTEBOOK_CPU = 40.0  # of computing, for a whole notebook; an honest one takes less than one
# Of computing and sleeping. It is so much larger that an endless loop always meets the first limit, and so always gets
# the same sentence.
NOTEBOOK_OWN = 48.0
NOTEBOOK_CLOCK = 300.0  # by the clock, for a whole notebook, however busy the machine is
START = 120.0  # for a worker to start
END = 5.0  # for a worker to end
