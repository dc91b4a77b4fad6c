"""Stands between the trusted and the untrusted side: starts workers, limits them, and believes nothing that they say.

Theory of operation
===================

Who starts whom. A judge (judge/judge.py; `autograder grade` has several) holds a Sandbox (sandbox.py; worker.py). The
sandbox starts one process by `exec`, the *forker*, with an empty environment, one end of a socket pair, and the text of
the modules in worker/ as its program. The forker imports torch once and runs no learner's code, ever. For each
submission the sandbox hands it one end of another socket pair, and the forker forks. Its child is the worker, or a
*process above* the worker, if something must outlive or precede it (see below). A worker that dies is replaced by
another fork. With a GPU nothing can be forked, so every worker is started by `exec`. The judges of one command share a
forker, which forks one for each of them that ends with its judge.

    judge --exec--> forker --fork--> process above --fork--> worker (first process of its own namespaces)
      |                                                        |
      +------------------- socket pair: questions, answers ----+

Beside the judge stands a janitor (remove.py), which waits for the judge's end and removes the folder below /tmp. Death
goes downwards: each process is killed by the kernel when the one above it ends (PR_SET_PDEATHSIG), and the first
process of a namespace takes the others with it.

What each may see.
- The judge sees everything: references, seed, marks. It looks at a worker from outside, through /proc/PID.
- The forker sees what its user may see, and knows nothing that is worth anything. It is not dumpable, so that even
  processes of the same user can't open its memory. A process above is like it.
- A worker sees Python, its packages and attention_lab, to be read, and its own folder. It is dumpable again, because
  the judge needs its /proc/PID (smaps_rollup, clear_refs). What keeps other workers away from it is its namespace, or
  Landlock, which lets nobody look out of its domain.
- The process that answers for an earlier exercise (judge/proxy_process.py) holds a reference. It is a worker in a room
  of its own, in which no learner's code runs.

In which order the walls go up, in the child, before any learner's code (worker/room.py, then worker/layers.py):
1. *Namespaces* (user, mount, pid, network, ipc, uts), where the system allows them. The process above makes them and
   forks; the child furnishes the room: a new root in memory, what may be read bound into it and mounted read-only, its
   own /proc, a tmpfs of 64 MiB and 1,000 files at its folder; then the old root is gone. This must be first: mounting
   is refused behind Landlock, and `unshare` behind seccomp.
2. *Limits*, and the end of root's capabilities, which could lift them.
3. *Landlock*, by paths. It works with namespaces and without.
4. *seccomp*, last, because it refuses what the others need. Without namespaces, the folder is on the disk, and the
   filter sends each call that may make a file to the process above, which lets 400 pass. A file has at most 512 KiB, so
   the product is the bound, whatever a worker hides.

Each bound is given by the kernel or by a count that nothing gets past. What remains to be looked at 50 times a second
is processor time (budget.py, limits.py) and the number of threads. A worker that is not asked is stopped (SIGSTOP), and
the filter refuses the timers by which it could wake itself. The judge signals a worker through a descriptor (pidfd),
because its number may be another's as soon as it has ended.

Two sets are promised, and tests/adversarial/test_walls.py tries both: limits, seccomp and namespaces; limits, Landlock
and seccomp. isolation.py finds out what a machine has, by trying to get through each wall.

What comes back over the socket is bytes from a stranger: frames have a bound and a deadline (worker/wire.py), fields
are checked against their schema (validation.py), and an answer carries the random number of its question.
"""

ISOLATIONS = ("auto", "none")  # what one may ask for
