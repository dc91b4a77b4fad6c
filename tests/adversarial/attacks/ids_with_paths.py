"""Gives cells ids that are paths, as if a file were named after them."""
# wins: harm
# %% notebook
for index, cell in enumerate(nb.cells):
    cell["id"] = f"../../../{MARKER}-{index}"
    cell.metadata["name"] = f"../../../{MARKER}"
nb.metadata["name"] = nb.metadata["path"] = f"../../../{MARKER}"
nb.cells[4].metadata["nbgrader"] = {"grade_id": f"../../{MARKER}", "grade": True, "points": 1, "solution": False,
                                    "locked": False,
                                    "schema_version": 3, "cell_type": "code", "task": False}
nb.cells[4].pop("outputs", None)
