"""The shapes that every drawing of the course is made of, written as SVG text.

One vocabulary: a tensor is a box, a sheet or a column of cells with its shape beside it; features are blue, gates and
maps orange, learned layers green, plain operations white circles. Data flows left to right.
All positions and sizes are px on the canvas, x to the right and y downwards.
"""

import base64
from collections.abc import Iterator, Sequence
from html import escape

from attention_lab.pictures.style import dark

# Okabe-Ito hues: told apart with every common form of colour blindness.
PALETTE = {
    "features": "#56B4E9",
    "gate": "#E69F00",
    "layer": "#009E73",
    "wrong": "#D55E00",
    "operation": "#FFFFFF",
    "ink": "#17212B",
    "quiet": "#4A5561",
    "panel": "#FBF9F4",
    "border": "#BDB7A9",
}
# Arial, Helvetica and Liberation Sans have equal widths, so a drawing that fits on one machine fits on all.
FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
MONO = "Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"

# How far one channel lies behind the one before it, as a part of its thickness: to the right, and upwards.
DEPTH_X, DEPTH_Y = 0.87, 0.5

Point = tuple[float, float]


def mix(colour: str, other: str, share: float) -> str:
    """The hex colour that takes `share` (0 to 1) of `colour` and the rest of `other`."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02X}" for a, b in pairs)


def tint(role: str, strength: float) -> str:
    """The colour of a value: nearly white at `strength` 0, the full colour of `role` at 1."""
    return mix(PALETTE[role], "#FFFFFF", 0.08 + 0.92 * strength)


def depth(thickness: float, channels: int) -> Point:
    """How far (px right, px up) a box with `channels` channels of `thickness` px reaches beyond its front face."""
    return channels * thickness * DEPTH_X, channels * thickness * DEPTH_Y


def stacked(strengths: Sequence[float]) -> list[list[float]]:
    """One cell below the other, as `Drawing.cells` takes them."""
    return [[strength] for strength in strengths]


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _faces(
    x: float, y: float, width: float, height: float, thickness: float, channels: int
) -> Iterator[tuple[int, str, list[Point]]]:
    """The visible faces of a box as (channel, side, corners), the last channel first, the front of channel 0 last."""
    for channel in reversed(range(channels)):
        (near_x, near_y), (far_x, far_y) = depth(thickness, channel), depth(thickness, channel + 1)
        near_left, near_right, far_left, far_right = x + near_x, x + near_x + width, x + far_x, x + far_x + width
        near_top, far_top = y - near_y, y - far_y
        yield channel, "top", [(near_left, near_top), (far_left, far_top), (far_right, far_top),
                               (near_right, near_top)]
        yield channel, "side", [(near_right, near_top), (far_right, far_top), (far_right, far_top + height),
                                (near_right, near_top + height)]
    yield 0, "front", [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


class Drawing:
    """A canvas of `width` x `height` px with its own panel, so that it reads on every page."""

    def __init__(self, width: int, height: int, title: str, description: str, true_colours: bool = False) -> None:
        """true_colours: whether colours are what one looks at, and so stay on a dark page; with an image, they do."""
        self._true_colours = true_colours
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}">',
            f"<title>{escape(title, quote=False)}</title>",
            f"<desc>{escape(description, quote=False)}</desc>",
            f'<rect x="1" y="1" width="{width - 2}" height="{height - 2}" rx="14" '
            f'fill="{PALETTE["panel"]}" stroke="{PALETTE["border"]}" stroke-width="1.5"/>',
        ]

    def svg(self) -> str:
        """The finished SVG document."""
        return dark("\n".join([*self._parts, "</svg>", ""]), self._true_colours)

    def text(self, x: float, y: float, content: str, *, size: float = 15, anchor: str = "middle",
             mono: bool = False, bold: bool = False, colour: str = "ink") -> None:
        """One line of text on the baseline `y`; `anchor` says which part of it stands at `x`: start, middle, end."""
        self._parts.append(
            f'<text x="{_number(x)}" y="{_number(y)}" font-family="{MONO if mono else FONT}" '
            f'font-size="{_number(size)}" font-weight="{700 if bold else 400}" text-anchor="{anchor}" '
            f'fill="{PALETTE[colour]}">{escape(content, quote=False)}</text>'
        )

    def label(self, x: float, y: float, name: str, shape: str) -> None:
        """A tensor's name, centred at `x` on the baseline `y`, and its shape 18 px below."""
        self.text(x, y, name, bold=True)
        self.text(x, y + 18, shape, size=13, mono=True)

    def rectangle(self, x: float, y: float, width: float, height: float, fill: str, *, radius: float = 0,
                  outline: str = "ink") -> None:
        """A rectangle with its top left corner at (x, y); `fill` is a hex colour, `outline` a name in the palette."""
        self._parts.append(
            f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}" '
            f'rx="{_number(radius)}" fill="{fill}" stroke="{PALETTE[outline]}" stroke-width="1.2"/>'
        )

    def line(self, *points: Point, colour: str = "ink", width: float = 1.8) -> None:
        """A line through `points`, `width` px thick."""
        self._parts.append(
            f'<polyline points="{_points(points)}" fill="none" stroke="{PALETTE[colour]}" '
            f'stroke-width="{_number(width)}" stroke-linejoin="round"/>'
        )

    def _polygon(self, points: Sequence[Point], fill: str) -> None:
        """A closed shape with a thin outline, filled with a hex colour."""
        self._parts.append(
            f'<polygon points="{_points(points)}" fill="{fill}" stroke="{PALETTE["ink"]}" stroke-width="1.2" '
            'stroke-linejoin="round"/>'
        )

    def ghost(self, points: Sequence[Point], strength: float) -> None:
        """A pale, dashed shape: where a gate value of `strength` (0 to 1) is repeated without being stored."""
        self._parts.append(
            f'<polygon points="{_points(points)}" fill="{mix(tint("gate", strength), PALETTE["panel"], 0.35)}" '
            f'stroke="{PALETTE["quiet"]}" stroke-dasharray="4 3" stroke-linejoin="round"/>'
        )

    def arrow(self, *points: Point, label: str = "") -> None:
        """An arrow through `points`, its tip at the last one; `label` stands over the middle of its first part."""
        (from_x, from_y), (tip_x, tip_y) = points[-2:]
        length = ((tip_x - from_x) ** 2 + (tip_y - from_y) ** 2) ** 0.5
        along_x, along_y = (tip_x - from_x) / length, (tip_y - from_y) / length
        base_x, base_y = tip_x - 9 * along_x, tip_y - 9 * along_y
        self.line(*points[:-1], (base_x, base_y))
        left, right = ((base_x - side * along_y, base_y + side * along_x) for side in (4.5, -4.5))
        self._polygon([(tip_x, tip_y), left, right], PALETTE["ink"])
        if label:
            (start_x, start_y), (end_x, end_y) = points[:2]
            self.text((start_x + end_x) / 2, (start_y + end_y) / 2 - 8, label, size=15)

    def operation(self, x: float, y: float, symbol: str, *, radius: float = 18) -> None:
        """A plain operation without weights: a circle around (x, y) with its symbol or short name."""
        self._parts.append(
            f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}" fill="{PALETTE["operation"]}" '
            f'stroke="{PALETTE["ink"]}" stroke-width="1.8"/>'
        )
        size = 22 if len(symbol) == 1 else 13.5
        self.text(x, y + 0.34 * size, symbol, size=size, bold=True)

    def layer(self, x: float, y: float, width: float, height: float, name: str) -> None:
        """A learned layer: a rounded rectangle with its top left corner at (x, y) and its name inside."""
        self.rectangle(x, y, width, height, tint("layer", 0.5), radius=9)
        self.text(x + width / 2, y + height / 2 + 5, name, bold=True)

    def cells(self, x: float, y: float, strengths: Sequence[Sequence[float]], role: str, *, side: float,
              numbers: Sequence[Sequence[object]] | None = None) -> None:
        """A sheet, matrix or vector: rows of square cells of `side` px, its top left corner at (x, y).

        `strengths` (0 to 1) says how full each cell's colour is; `numbers` is what is written into the cells.
        """
        for row, row_strengths in enumerate(strengths):
            for column, strength in enumerate(row_strengths):
                left, top = x + column * side, y + row * side
                self.rectangle(left, top, side, side, tint(role, strength))
                if numbers:
                    size = min(0.5 * side, 17)
                    self.text(left + side / 2, top + side / 2 + 0.35 * size, str(numbers[row][column]), size=size)

    def image(self, x: float, y: float, colours: Sequence[Sequence[str]], side: float) -> None:
        """A picture of square pixels of `side` px, rows of hex colours, its top left corner at (x, y).

        Pixels of one colour are one path, so that a picture of few colours stays a small file.
        """
        self._true_colours = True
        squares: dict[str, str] = {}
        for row, line in enumerate(colours):
            for column, colour in enumerate(line):
                square = (
                    f"M{_number(x + column * side)}"
                    f" {_number(y + row * side)}h{_number(side)}v{_number(side)}h{_number(-side)}z"
                )
                squares[colour] = squares.get(colour, "") + square
        self._parts += [f'<path d="{path}" fill="{colour}" shape-rendering="crispEdges"/>'
                        for colour, path in squares.items()]

    def photograph(self, x: float, y: float, side: float, jpeg: bytes) -> None:
        """A square photograph of `side` px, its top left corner at (x, y), from the bytes of a JPEG file."""
        self._true_colours = True
        source = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
        self._parts.append(f'<image x="{_number(x)}" y="{_number(y)}" width="{_number(side)}" '
                           f'height="{_number(side)}" href="{source}"/>')

    def frame(self, x: float, y: float, width: float, height: float, *, colour: str, thickness: float = 3) -> None:
        """An empty rectangle around something; `colour` is a name in the palette."""
        self._parts.append(
            f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}" fill="none" '
            f'stroke="{PALETTE[colour]}" stroke-width="{_number(thickness)}"/>'
        )

    def box(self, x: float, y: float, width: float, height: float, strengths: Sequence[float], role: str, *,
            thickness: float) -> None:
        """A (C, H, W) tensor: height H, width W, one slab of `thickness` px a channel, channel 0 in front.

        (x, y) is the top left corner of the front face; `strengths` (0 to 1) says how full each channel's colour is.
        """
        shade = {"front": 1.0, "top": 0.8, "side": 0.92}
        for channel, side, corners in _faces(x, y, width, height, thickness, len(strengths)):
            colour = tint(role, strengths[channel])
            away = "#FFFFFF" if side == "top" else PALETTE["ink"]
            self._polygon(corners, mix(colour, away, shade[side]))

    def broadcast(self, x: float, y: float, width: float, height: float, strengths: Sequence[float], *,
                  thickness: float, bar: float) -> None:
        """A (C, 1, 1) gate, a bar of `bar` x `bar` px along the channels, and the dashed box that it is stretched to.

        (x, y), `width` and `height` are those of the front face of the dashed box, as in `box`.
        """
        for channel, _, corners in _faces(x, y, width, height, thickness, len(strengths)):
            self.ghost(corners, strengths[channel])
        self.box(x + (width - bar) / 2, y + (height - bar) / 2, bar, bar, strengths, "gate", thickness=thickness)

    def stretched_map(self, x: float, middle: float, sheet: Sequence[Sequence[float]], channels: int, *, face: float,
                      thickness: float) -> None:
        """A (1, H, W) map in front, and the dashed box over the channels to which it is stretched;
        centred on `middle`."""
        reach, rise = depth(thickness, channels)
        top = middle - (face - rise) / 2
        right, bottom = x + face, top + face
        self.ghost([(x, top), (x + reach, top - rise), (right + reach, top - rise), (right, top)], 0.5)
        self.ghost([(right, top), (right + reach, top - rise), (right + reach, bottom - rise), (right, bottom)], 0.5)
        self.cells(x, top, sheet, "gate", side=face / len(sheet))

    def axes_paired(self, x: float, y: float, weights: str, verdicts: Sequence[str]) -> None:
        """The axes of weights (a letter each, blank where there is none) over B, C, H, W of x, as broadcasting pairs
        them.

        190 x 100 px from the top left corner (x, y); a verdict stands under each pair.
        """
        for column, (mine, axis, verdict) in enumerate(zip(weights, "BCHW", verdicts, strict=True)):
            left = x + column * 50
            for top, name, role in ((y, mine, "gate"), (y + 38, axis, "features")):
                if name != " ":
                    self.rectangle(left, top, 40, 32, tint(role, 0.45), radius=4)
                    self.text(left + 20, top + 22, name, mono=True, bold=True)
            self.text(left + 20, y + 92, verdict, size=14, bold=True)
