"""Claims metadata of a later nbgrader, and of an earlier one."""
# wins: harm
# %% notebook
for grade_id, version in zip(GRADE_IDS.values(), (99, 0, "3", None)):
    find(nb, grade_id).metadata.nbgrader.schema_version = version
    find(nb, f"{grade_id}-check").metadata.nbgrader.schema_version = version
