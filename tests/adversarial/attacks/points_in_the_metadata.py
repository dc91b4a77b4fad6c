"""Makes every check worth 100 points, and saves that as its output."""
# wins: points
# %% notebook
for grade_id in GRADE_IDS.values():
    check = find(nb, f"{grade_id}-check")
    check.metadata.nbgrader.points = 100
    check.outputs = [new_output("execute_result", {"text/plain": "100.0"}, execution_count=1)]
