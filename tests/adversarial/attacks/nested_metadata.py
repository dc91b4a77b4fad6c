"""Nests metadata and outputs thousands of levels deep."""
# wins: harm
# %% notebook
deep = []
for _ in range(400):
    deep = [deep]
nb.cells[3].metadata["deep"] = deep
nb.cells[3]["outputs"] = deep
nb["cells_of_another_kind"] = deep
