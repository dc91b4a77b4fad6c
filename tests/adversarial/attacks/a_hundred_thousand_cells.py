"""Consists of very many cells, each a little page."""
# wins: harm
# %% notebook
nb.cells += [new_markdown_cell("# a title that takes time\n\n" + "*a* `b` [c](d) " * 100, id=f"many-{i}")
             for i in range(3000)]
