"""A picture to keep and to show: what a learner's own module makes of some pictures."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from torch import Tensor

from ..shell import notebook
from ..storage import write
from .own_picture import OwnPicture, pixels, tensor_of
from .style import OTHER, colour_map, house_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INCHES, DPI = (12, 6.3), 100  # 1200 x 630 pixels, as a link's preview has them


def keepsake(file: str, title: str, rows: Mapping[str, Sequence[tuple[str, Tensor | OwnPicture]]], says: str) -> None:
    """Draws a picture of 1200 x 630 pixels, writes it into a file beside the notebook, and displays it. In a
    script, it prints the file's path instead.

    A picture with your own photograph in it (`my_picture`) stays in the file: the notebook only links to it.

    file: the name of the file, which ends in .png.
    title: one line above everything.
    rows: by the words at its left, each row's pictures with the words above each: a map (H, W) from 0 to 1, whose
        light is relative to its largest number, or a picture as `look` takes it.
    says: one line below: whose module it is, its score, what it costs.

    Raises ValueError for another kind of name, for rows of different lengths, and for other shapes or numbers.
    """
    if Path(file).name != file or not file.endswith(".png"):
        raise ValueError(f"the file needs a plain name that ends in .png, got {file!r}")
    if len(lengths := {len(row) for row in rows.values()}) != 1:
        raise ValueError(f"all rows need the same number of pictures, got {sorted(lengths)}")
    png = io.BytesIO()
    _drawn(title, rows, says).savefig(png, format="png", dpi=DPI)
    write(Path(file), png.getvalue())
    if not notebook():
        print(Path(file).resolve())
        return
    from IPython.display import HTML, display

    own = any(isinstance(picture, OwnPicture) for row in rows.values() for _, picture in row)
    source = quote(file) if own else f"data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"
    display(HTML(f'<img src="{source}" alt="{escape(f"{title}. {says}")}" width="600">'))


@house_figure
def _drawn(title: str, rows: Mapping[str, Sequence[tuple[str, Tensor | OwnPicture]]], says: str) -> Figure:
    import matplotlib.pyplot as plt
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    plain: dict[str, Any] = {"parse_math": False}  # a price such as $5 is no formula
    figure, axes = plt.subplots(len(rows), len(next(iter(rows.values()))), figsize=INCHES, squeeze=False,
                                layout=ConstrainedLayoutEngine(rect=(0.02, 0.09, 0.96, 0.79), wspace=0.03, hspace=0.04))
    for line, (name, row) in zip(axes, rows.items(), strict=True):
        line[0].set_ylabel(name, fontsize=14, **plain)
        for axis, (words, picture) in zip(line, row, strict=True):
            if getattr(picture, "ndim", 0) == 2:
                values = tensor_of(picture, words).float()
                low, high = map(float, values.aminmax()) if values.numel() else (0, -1)
                if not 0 <= low <= high <= 1:
                    raise ValueError(f"a map (H, W) must be numbers from 0 to 1, got {low:.3g} to {high:.3g}: {words}")
                axis.imshow(values.numpy(), cmap=colour_map("maps"), vmin=0, vmax=high or 1)
            else:
                axis.imshow(pixels(picture).permute(1, 2, 0).numpy())
            axis.set_title(words, fontsize=14, loc="center", **plain)
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set_visible(False)
    figure.text(0.5, 0.93, title, fontsize=19, ha="center", va="center", **plain)
    figure.text(0.04, 0.045, says, fontsize=13, va="center", **plain)
    figure.text(0.96, 0.045, "attention by hand", fontsize=13, ha="right", va="center", color=OTHER)
    return figure
