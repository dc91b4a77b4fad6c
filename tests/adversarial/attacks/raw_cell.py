"""Holds raw HTML in a raw cell, which nbconvert passes on."""
# wins: page
# %% notebook
nb.cells.append(new_raw_cell(f"<script>{PWN}</script>", metadata={"raw_mimetype": "text/html"}))
