"""Sphinx's settings for the site of the course. `python -m docs.site` writes the pages that Sphinx reads, and then
runs Sphinx."""

import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parents[2]))

project = "Attention by Hand"
extensions = ["myst_parser", "docs.site.formulas"]
html_math_renderer = "mathml"

# A page's links name headings as JupyterLab does: #2.-The-idea.
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_heading_slug_func = "docs.site.lesson.anchor"

html_theme = "furo"
html_title = project
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js", "predictions.js", "modules.js", "reading.js"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_show_search_summary = False  # would fetch each page that was found, which a browser refuses where pages are files
html_domain_indices = False
html_theme_options = {"navigation_with_keys": True}


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", short_sidebar, priority=400)  # before the theme asks


def short_sidebar(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object) -> None:
    """The sidebar without what the index pages of the atlas, the library and the references list, on every page."""
    if whole := context.get("toctree"):
        context["toctree"] = lambda **how: whole(**how | {"maxdepth": 1})
