"""Writes links that run when somebody follows them."""
# wins: page
# %% notebook
nb.cells.append(new_markdown_cell("<a href=\"javascript:window.pwned=1\">my explanation</a> and "
                                  "[another](javascript:window.pwned%3D1)"))
nb.cells.append(new_markdown_cell("<form action='javascript:window.pwned=1'><button>Full credit</button></form>"))
