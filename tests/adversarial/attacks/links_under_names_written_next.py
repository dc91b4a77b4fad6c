"""Plants links, in a loop, under the names that a grader writes next: the gradebook's journal, the graded copy, the
page of feedback."""
# wins: harm
# %% first
import os

folder = os.path.dirname(GRADEBOOK)
names = [f"{GRADEBOOK}-journal", f"{GRADEBOOK}-wal", f"{GRADEBOOK}-shm", f"{folder}/autograded",
         f"{folder}/feedback.html",
         f"{folder}/seed.new", f"{ROOT}/work/grade.log", f"{os.path.dirname(folder)}/verdicts", "/tmp/autograder-next"]
for _ in range(30):
    for name in names:
        if attempt(os.symlink, LOOT, name) is None and os.path.islink(name):
            os.unlink(name)
            tell("a link under", name)
