"""The style of all pictures: features are blue, gates and maps orange, learned layers green.

The colours are from Okabe and Ito's palette, which colour-blind readers can tell apart. The background is opaque. On a
dark page, lines and words turn light on a dark background and keep their hues; a picture whose colours count keeps
them and is dimmed.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from torch import Tensor

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from collections.abc import Iterator

    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

FEATURES, MAPS, LAYERS = "#0072B2", "#E69F00", "#009E73"
OTHER, ALERT, INK, PAPER = "#8C8C8C", "#D55E00", "#222222", "#FCFCFA"
NOTE = "#5A5A5A"  # for words beside a plot; OTHER is too pale for words
# An SVG in an <img> follows the page's colour scheme. `:root`, because one inside a page must not change the page.
DARK = "<style>@media (prefers-color-scheme: dark) {{svg:root {{filter: {}}}}}</style>"
WIDEST = 7.7  # inches: a column of text; a wider figure is made smaller there, with its words
LARGE = 100_000  # characters of an SVG, as it is stored
# matplotlib brings its font along, so every computer lays a picture out alike. In an SVG, a reader's browser shows the
# page's own type, whose words are shorter: what has room for the one has room for the other.
SHIPPED, SHOWN = "DejaVu Sans", "'Segoe UI', 'Helvetica', 'Arial', 'Liberation Sans', 'DejaVu Sans', sans-serif"

P = ParamSpec("P")


@contextmanager
def _house_style() -> Iterator[None]:
    import matplotlib.pyplot as plt

    ours = {
        "figure.facecolor": PAPER, "savefig.facecolor": PAPER, "axes.facecolor": PAPER, "figure.dpi": 100,
        "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK, "xtick.color": INK, "ytick.color": INK,
        "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 10, "axes.titlelocation": "left",
        "figure.titlesize": 11, "font.size": 9.5, "xtick.labelsize": 9, "ytick.labelsize": 9.5, "legend.fontsize": 9,
        "image.interpolation": "none", "figure.constrained_layout.use": True, "svg.fonttype": "none",
        "svg.hashsalt": "attention_lab",  # the same drawing gives the same ids each time
        "font.family": [SHIPPED],
    }
    with plt.style.context(["default", ours]):  # starts from the default, so that a notebook's style does not mix in
        yield


def house_figure(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Makes a function draw in the house style, and closes its figure in pyplot, because the inline backend would show
    an open figure a second time."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        import matplotlib.pyplot as plt

        with _house_style():
            before = set(plt.get_fignums())
            try:
                return draw(*args, **kwargs)
            finally:
                for number in set(plt.get_fignums()) - before:
                    plt.close(number)

    return drawn


def image(figure: Figure, alt: str) -> str:
    """Returns a figure as an image in HTML, and closes the figure. It is an SVG, in which maps keep their own pixels.
    Where that would be large, as with photographs, it is a WebP with two pixels for each pixel of the page.

    alt: what a sighted reader sees in the picture.
    """
    import matplotlib.pyplot as plt
    from PIL import Image

    size = ""
    # a date would make every build another one
    address = _address(figure, "svg", metadata={"Date": None})
    if len(address) > LARGE:
        address = _address(figure, "webp", dpi=2 * figure.dpi, pil_kwargs={"quality": 90})
        with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as sharp:
            size = f' width="{sharp.width // 2}"'
    plt.close(figure)
    return f'<img alt="{html.escape(alt)}" src="{address}"{size} style="max-width: 100%">'


def dark(svg: str, true_colours: bool) -> str:
    """Returns an SVG that also has a form for dark pages.

    true_colours: whether its colours are what one looks at, as those of pixels are.
    """
    begin = svg.index(">", svg.index("<svg")) + 1
    how = "brightness(0.82)" if true_colours else "invert(0.88) hue-rotate(180deg)"
    return svg[:begin] + DARK.format(how) + svg[begin:]


def _address(figure: Figure, kind: str, **how: Any) -> str:
    file = io.BytesIO()
    with _house_style():  # what an SVG does with words is decided when it is written
        figure.savefig(file, format=kind, bbox_inches="tight", facecolor=figure.get_facecolor(), **how)
    if kind == "svg":
        svg = file.getvalue().decode().replace(repr(SHIPPED), SHOWN)
        return _data("svg+xml", dark(svg, true_colours="<image" in svg).encode())
    return _data(kind, file.getvalue())


def _data(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def numbers(values: Any, name: str) -> Tensor:
    if not isinstance(values, Tensor):
        raise TypeError(f"{name} must be a tensor, got {described(values)}")
    return values.detach().cpu().double()


def described(value: Any) -> str:
    return "None" if value is None else f"an object of type {type(value).__name__}"


def one_plot(width: float, height: float) -> tuple[Figure, Axes]:
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height))


def grid(
    rows: int, columns: int, width: float, height: float, beside: float = 0, above: float = 0
) -> tuple[Figure, np.ndarray]:
    """Makes a figure of rows x columns pictures, each width x height inches, and returns it with its axes in reading
    order.

    beside, above: the inches for a colour bar beside each picture, and for a title above it.
    """
    import matplotlib.pyplot as plt

    size = columns * width + beside, rows * height + above
    figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    return figure, axes.flatten()


def draw_image(axis: Axes, image: Tensor) -> None:
    low, high = image.min().item(), image.max().item()
    if low < -1 or high > 2:
        raise ValueError(f"an image has values in [0, 1]; these go from {low:.3g} to {high:.3g}")
    axis.imshow(image.expand(3, -1, -1).permute(1, 2, 0).clamp(0, 1).numpy())


def colour_map(kind: str) -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    stops = {
        "features": ["#FFFFFF", "#7FB8D8", FEATURES, "#00253D"],
        "signed": ["#5A2000", ALERT, "#F2B58C", "#FFFFFF", "#7FB8D8", FEATURES, "#00253D"],
        "scores": ["#FFFFFF", "#7FB8D8", FEATURES],
        "maps": ["#FFFFFF", MAPS],  # from closed to open
        "heat": [MAPS + "00", MAPS + "90", MAPS + "E0", "#FFE08AF2"],  # without weight the image shows through
    }
    return LinearSegmentedColormap.from_list(kind, stops[kind]).with_extremes(bad=OTHER)


def scale(values: Tensor) -> tuple[Colormap, float, float]:
    """Returns a colour map and the two ends of its scale. The scale starts at 0 if no value is negative; otherwise it
    goes equally far to both sides of 0."""
    finite = values[values.isfinite()]
    low, high = (finite.min().item(), finite.max().item()) if finite.numel() else (0.0, 1.0)
    if low >= 0:
        return colour_map("features"), 0.0, high or 1.0
    reach = max(-low, high)
    return colour_map("signed"), -reach, reach


def whole_ticks(*axes: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    for axis in axes:
        axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
