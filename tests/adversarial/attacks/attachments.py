"""Attaches things whose names and kinds break out of the attribute that they are put into."""
# wins: page
# %% notebook
cell = new_markdown_cell(f"![x](attachment:a.png) <img src=x onerror=\"{PWN}\">")
cell.attachments = {"a.png": {f"image/svg+xml;x=\" onerror=\"{PWN}\" y=\"": "PHN2Zy8+",
                              "text/html": f"<script>{PWN}</script>"}}
nb.cells.append(cell)
