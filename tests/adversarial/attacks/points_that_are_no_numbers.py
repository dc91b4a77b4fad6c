"""Makes the checks worth NaN, infinity and less than nothing."""
# wins: harm
# %% notebook
for grade_id, points in zip(GRADE_IDS.values(), (float("nan"), float("inf"), -1e308, -5)):
    check = find(nb, f"{grade_id}-check")
    check.metadata.nbgrader.points = points
    check.outputs = [new_output("execute_result", {"text/plain": repr(points)}, execution_count=1)]
