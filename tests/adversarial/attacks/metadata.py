"""Attacks by what a notebook says of itself: its points, ids, outputs and size."""

# %% points_in_the_metadata: points, notebook
# Makes every check worth 100 points, and saves that as its output.
for check in checks:
    check.metadata.nbgrader.points = 100
    check.outputs = [new_output("execute_result", {"text/plain": "100.0"}, execution_count=1)]

# %% points_that_are_no_numbers: harm, notebook
# Makes the checks worth NaN, infinity and less than nothing.
for check, points in zip(checks, (float("nan"), float("inf"), -1e308, -5)):
    check.metadata.nbgrader.points = points
    check.outputs = [new_output("execute_result", {"text/plain": repr(points)}, execution_count=1)]

# %% checks_without_output: points, notebook
# Replaces the checks by comments: without any output nbgrader gives all points.
for check in checks:
    check.update(source="# fine", outputs=[])

# %% forged_output: points, notebook
# Saves full marks as the outputs of the checks.
for check, points in zip(checks, (2.0, 3.0, 4.0, 1.0)):
    check.outputs = [new_output("execute_result", {"text/plain": repr(points)}, execution_count=1)]

# %% locked_cells_rewritten: points, notebook
# Rewrites the locked checks, with checksums to match.
from nbgrader.utils import compute_checksum

for check, points in zip(checks, (2.0, 3.0, 4.0, 1.0)):
    check.source = repr(points)
    check.outputs = []
    check.metadata.nbgrader.checksum = compute_checksum(check)

# %% extra_grade_cell: points, notebook
# Adds a grade cell of its own that is worth 100 points.
marks = {"grade": True, "solution": False, "locked": True, "task": False, "grade_id": "bonus", "points": 100,
         "schema_version": 3,
         "cell_type": "code"}
nb.cells.append(new_code_cell("100.0", metadata={"nbgrader": marks}, id="bonus",
                              outputs=[new_output("execute_result", {"text/plain": "100.0"}, execution_count=1)]))

# %% extra_task_cell: harm, notebook
# Adds a task that is graded by hand, with a maximum of 1000 points.
marks = {"grade": False, "solution": False, "locked": True, "task": True, "grade_id": "task", "points": 1000,
         "schema_version": 3}
nb.cells.append(new_markdown_cell("Full marks, please.", metadata={"nbgrader": marks}, id="task"))
nb.cells.append(new_code_cell("1", metadata={"nbgrader": {**marks, "grade_id": "other", "grade": True}}, id="other"))

# %% grade_cell_becomes_solution: harm, notebook
# Turns the checks into solution cells, which nbgrader leaves for somebody to grade by hand.
for check in checks:
    check.metadata.nbgrader.update(solution=True, locked=False)
    check.source = "1.0"

# %% grade_id_twice: harm, notebook
# Holds a second cell with a check's id, which ends in full marks.
for grade_id in ("squeeze", "seblock"):
    marks = dict(find(nb, f"{grade_id}-check").metadata.nbgrader)
    nb.cells.append(new_code_cell("4.0", metadata={"nbgrader": marks}, id=f"{grade_id}-again"))

# %% autograded_notebook: harm, notebook
# Hands in what looks like a notebook that was graded already, with scores, comments and a report in it.
for check, points in zip(checks, (2.0, 3.0, 4.0, 1.0)):
    check.metadata.nbgrader.update(score=points, comment="Well done.", auto_score=points, manual_score=points)
    check.execution_count = 1
    check.outputs = [new_output("display_data",
                                {"text/plain": f"{points} of {points} points", "text/html": "<b>all right</b>"}),
                     new_output("execute_result", {"text/plain": repr(points)}, execution_count=1)]
nb.metadata["nbgrader"] = {"graded": True, "score": 10, "isolation": "full"}

# %% ids_with_paths: harm, notebook
# Gives cells ids that are paths, as if a file were named after them.
for index, cell in enumerate(nb.cells):
    cell["id"] = f"../../../{MARKER}-{index}"
    cell.metadata["name"] = f"../../../{MARKER}"
nb.metadata["name"] = nb.metadata["path"] = f"../../../{MARKER}"
nb.cells[4].metadata["nbgrader"] = {"grade_id": f"../../{MARKER}", "grade": True, "points": 1, "solution": False,
                                    "locked": False,
                                    "schema_version": 3, "cell_type": "code", "task": False}
nb.cells[4].pop("outputs", None)

# %% metadata_of_other_types: harm, notebook
# Puts lists and objects where nbgrader expects names and numbers.
answers = [find(nb, grade_id) for grade_id in GRADE_IDS.values()]
for answer, check in zip(answers, checks):
    answer.metadata.nbgrader.update(grade_id=["x"] * 3, points={"a": 1}, checksum=7, locked="no")
    check.metadata.nbgrader = [1, 2, 3]

# %% nested_metadata: harm, notebook
# Nests metadata and outputs thousands of levels deep.
deep = []
for _ in range(400):
    deep = [deep]
nb.cells[3].metadata["deep"] = deep
nb.cells[3]["outputs"] = deep
nb["cells_of_another_kind"] = deep

# %% schema_of_the_future: harm, notebook
# Claims metadata of a later nbgrader, and of an earlier one.
for grade_id, check, version in zip(GRADE_IDS.values(), checks, (99, 0, "3", None)):
    find(nb, grade_id).metadata.nbgrader.schema_version = check.metadata.nbgrader.schema_version = version

# %% a_hundred_thousand_cells: harm, notebook
# Consists of very many cells, each a little page.
nb.cells += [new_markdown_cell("# a title that takes time\n\n" + "*a* `b` [c](d) " * 100, id=f"many-{i}")
             for i in range(3000)]

# %% markdown_that_takes_for_ever: harm, notebook
# Holds Markdown of nested brackets and stars, which takes very long to render.
nb.cells += [new_markdown_cell("[" * 20_000 + "](x)" * 20_000, id=f"slow-{i}") for i in range(20)]
nb.cells += [new_markdown_cell("**a*" * 10_000 + "|" * 3000, id=f"slower-{i}") for i in range(50)]

# %% output_of_20_megabytes: harm, notebook
# Saves an output of 20 MB.
find(nb, "squeeze").outputs = [new_output("stream", name="stdout", text="0123456789" * 2_000_000)]
