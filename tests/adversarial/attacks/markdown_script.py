"""Writes HTML that runs into its own Markdown."""
# wins: page
# %% notebook
for text in (f"<script>{PWN}</script>", f"<img src=x onerror=\"{PWN}\">", f"<svg onload=\"{PWN}\"></svg>",
             f"<iframe srcdoc=\"<script>parent.{PWN}</script>\">"):
    nb.cells.append(new_markdown_cell(text))
