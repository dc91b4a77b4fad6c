"""Holds Markdown of nested brackets and stars, which takes very long to render."""
# wins: harm
# %% notebook
nb.cells += [new_markdown_cell("[" * 20_000 + "](x)" * 20_000, id=f"slow-{i}") for i in range(20)]
nb.cells += [new_markdown_cell("**a*" * 10_000 + "|" * 3000, id=f"slower-{i}") for i in range(50)]
