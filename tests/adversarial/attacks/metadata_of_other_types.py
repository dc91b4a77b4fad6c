"""Puts lists and objects where nbgrader expects names and numbers."""
# wins: harm
# %% notebook
cells = [(find(nb, grade_id), find(nb, f"{grade_id}-check")) for grade_id in GRADE_IDS.values()]
for answer, check in cells:
    answer.metadata.nbgrader.update(grade_id=["x"] * 3, points={"a": 1}, checksum=7, locked="no")
    check.metadata.nbgrader = [1, 2, 3]
