"""Adds a grade cell of its own that is worth 100 points."""
# wins: points
# %% notebook
marks = {"grade": True, "solution": False, "locked": True, "task": False, "grade_id": "bonus", "points": 100,
         "schema_version": 3,
         "cell_type": "code"}
nb.cells.append(new_code_cell("100.0", metadata={"nbgrader": marks}, id="bonus",
                              outputs=[new_output("execute_result", {"text/plain": "100.0"}, execution_count=1)]))
