"""Saves an output of Markdown with HTML in it, and one of LaTeX."""
# wins: page
# %% notebook
find(nb, "squeeze").outputs = [new_output("display_data", {"text/markdown": f"<img src=x onerror=\"{PWN}\">"}),
                               new_output("display_data", {"text/latex": f"$x$<script>{PWN}</script>"})]
