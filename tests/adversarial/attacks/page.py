"""Attacks on whoever reads a page of feedback: HTML that runs."""

# %% markdown_script: page, notebook
# Writes HTML that runs into its own Markdown.
for text in (f"<script>{PWN}</script>", f"<img src=x onerror=\"{PWN}\">", f"<svg onload=\"{PWN}\"></svg>",
             f"<iframe srcdoc=\"<script>parent.{PWN}</script>\">"):
    nb.cells.append(new_markdown_cell(text))

# %% markdown_links: page, notebook
# Writes links that run when somebody follows them.
nb.cells.append(new_markdown_cell("<a href=\"javascript:window.pwned=1\">my explanation</a> and "
                                  "[another](javascript:window.pwned%3D1)"))
nb.cells.append(new_markdown_cell("<form action='javascript:window.pwned=1'><button>Full credit</button></form>"))

# %% markdown_broken_tags: page, notebook
# Writes Markdown whose tags parsers read differently: broken attributes, comments, backticks, entities.
for text in (f"<img/src=x/onerror={PWN}>", f"<x/><img src=x onerror&#61;{PWN} onerror={PWN}>",
             f"<!--><img src=x onerror={PWN}>-->",
             f"`a` <details/open/ontoggle={PWN}>",
             f"<a href=x\n onmouseover={PWN} autofocus tabindex=1 onfocus={PWN}>x</a>",

             f"<noscript><p title=\"</noscript><img src=x onerror={PWN}>\">",
             f"<style><img src=x onerror={PWN}></style><img src=x onerror={PWN}>"):
    nb.cells.append(new_markdown_cell(text))

# %% attachments: page, notebook
# Attaches things whose names and kinds break out of the attribute that they are put into.
cell = new_markdown_cell(f"![x](attachment:a.png) <img src=x onerror=\"{PWN}\">")
cell.attachments = {"a.png": {f"image/svg+xml;x=\" onerror=\"{PWN}\" y=\"": "PHN2Zy8+",
                              "text/html": f"<script>{PWN}</script>"}}
nb.cells.append(cell)

# %% output_html: page, notebook
# Saves outputs of HTML that run.
find(nb, "squeeze").outputs = [new_output("display_data", {"text/html": f"<script>{PWN}</script>"})]

# %% output_javascript: page, notebook
# Saves outputs of JavaScript.
find(nb, "squeeze-check").outputs = [new_output("display_data", {"application/javascript": PWN}),
                                     new_output("execute_result", {"text/plain": "0.0"}, execution_count=1)]

# %% output_markdown: page, notebook
# Saves an output of Markdown with HTML in it, and one of LaTeX.
find(nb, "squeeze").outputs = [new_output("display_data", {"text/markdown": f"<img src=x onerror=\"{PWN}\">"}),
                               new_output("display_data", {"text/latex": f"$x$<script>{PWN}</script>"})]

# %% message_of_an_error: page, asked
# Raises an error whose message is HTML that runs.
raise RuntimeError("<img src=x onerror=window.pwned=1><script>window.pwned=1</script> `</code><svg "
                   "onload=window.pwned=1>`")

# %% line_of_an_error: page, asked
# Fails in a line whose source, variables and shapes are shown, with HTML in the line and in the file's name.
return x @ x.mean("</pre><img src=x onerror=window.pwned=1>")  # <script>window.pwned=1</script>
# %% asked for a layer
raise KeyError("<img src=x onerror=window.pwned=1>")

# %% name_of_an_error: page, first
# Raises an error whose class, and returns an object whose class, is named in HTML.
Bad = type("<img src=x onerror=window.pwned=1>", (Exception,), {})
# %% asked
raise Bad("<b>look")
# %% asked for a number
return type("<img src=x onerror=window.pwned=1>", (), {})()

# %% name_of_a_parameter: page, Excitation
# Names parameters, layers and keys in HTML.
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.register_parameter("<img src=x onerror=window['pwned']=1>", nn.Parameter(torch.zeros(3)))
        self.add_module("<svg onload=window['pwned']=1>", nn.Linear(3, 4))

    def forward(self, s):
        return s
# %% asked
return {"<img src=x onerror=window.pwned=1>": x.mean(dim=(2, 3))}

# %% title_of_a_figure: page, asked
# Answers with a text of HTML, where a tensor is asked for.
raise AssertionError("</div></div><script>window.pwned=1</script><img src='x' onerror='window.pwned=1'>" * 3)
# %% SEBlock
def SEBlock(*_, **__):
    return "<img src=x onerror=window.pwned=1>"
