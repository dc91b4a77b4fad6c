"""Adds a task that is graded by hand, with a maximum of 1000 points."""
# wins: harm
# %% notebook
marks = {"grade": False, "solution": False, "locked": True, "task": True, "grade_id": "task", "points": 1000,
         "schema_version": 3}
nb.cells.append(new_markdown_cell("Full marks, please.", metadata={"nbgrader": marks}, id="task"))
nb.cells.append(new_code_cell("1", metadata={"nbgrader": {**marks, "grade_id": "other", "grade": True}}, id="other"))
