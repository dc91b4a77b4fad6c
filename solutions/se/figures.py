"""The drawings of the Squeeze-and-Excitation lesson."""

from collections.abc import Sequence
from random import Random

from solutions.shared.drawing import Drawing, depth, stacked

# One illustrative example for the whole lesson, so that a channel looks the same wherever it appears.
SUMMARY = (0.5, 0.9, 0.3, 0.6, 0.2, 0.8, 0.4, 0.7)
HIDDEN = (0.8, 0.3)
GATE = (0.3, 0.9, 0.6, 0.1, 1.0, 0.4, 0.7, 0.2)
# Full enough to see the gate fade it, and light enough that dark text on it is easy to read.
FEATURES = 0.85

Colour = tuple[float, float, float]


def _gated(gates: Sequence[float]) -> list[float]:
    return [FEATURES * gate for gate in gates]


# The row on which data flows, px down, and the row of the labels; one cell of a column of numbers.
MIDDLE, LABEL, CELL = 156, 244, 13


def gating(drawing: Drawing, stages: Sequence[tuple[float, float, str]]) -> None:
    """All of a channel gate's drawing but how the gate is found: x at the left, from 614 px on its product with the
    gate.

    stages: from, to (px) and name of each part of the formula, written below.
    """
    skip, face, thickness = 50, 54, 5
    reach, rise = depth(thickness, len(GATE))
    top = MIDDLE - (face - rise) / 2
    drawing.box(24, top, face, face, [FEATURES] * len(GATE), "features", thickness=thickness)
    drawing.label(68, LABEL, "x", "(B, C, H, W)")
    drawing.broadcast(616, top, face, face, GATE, thickness=thickness, bar=14)
    drawing.label(660, LABEL, "gate", "(B, C, 1, 1)")
    drawing.arrow((708, MIDDLE), (729, MIDDLE))
    drawing.operation(747, MIDDLE, "×")
    drawing.arrow((765, MIDDLE), (785, MIDDLE))
    drawing.box(787, top, face, face, _gated(GATE), "features", thickness=thickness)
    drawing.label(830, LABEL, "output", "(B, C, H, W)")

    start = 24 + (face + reach) / 2
    drawing.arrow((start, top - rise), (start, skip), (747, skip), (747, MIDDLE - 18))
    drawing.text(410, skip - 10, "skip path: x itself, unchanged", size=14)
    for left, right, stage in stages:
        drawing.line((left, 278), (left, 285), (right, 285), (right, 278), colour="quiet")
        drawing.text((left + right) / 2, 304, stage, bold=True, colour="quiet")


def se_block() -> str:
    """The whole block from x to the gated x with the shape of every tensor, 900 x 320 px."""
    drawing = Drawing(
        900, 320, "The Squeeze-and-Excitation block",
        "x (B, C, H, W) is averaged over H and W to z (B, C). fc1 and ReLU bring z to (B, C/r), fc2 and sigmoid "
        "back to a gate (B, C). Reshaped to (B, C, 1, 1), the gate multiplies x, which arrives unchanged on a "
        "skip path.",
    )
    gating(drawing, ((132, 232, "squeeze"), (238, 568, "excitation"), (574, 770, "scale")))
    drawing.arrow((116, MIDDLE), (137, MIDDLE))
    drawing.operation(159, MIDDLE, "mean", radius=22)
    drawing.text(159, MIDDLE + 42, "over H, W", size=14)
    drawing.arrow((181, MIDDLE), (203, MIDDLE))
    drawing.cells(205, MIDDLE - 4 * CELL, stacked(SUMMARY), "features", side=CELL)
    drawing.label(211, LABEL, "z", "(B, C)")
    drawing.arrow((220, MIDDLE), (241, MIDDLE))
    drawing.layer(241, MIDDLE - 26, 46, 52, "fc1")
    drawing.arrow((287, MIDDLE), (307, MIDDLE))
    drawing.operation(329, MIDDLE, "ReLU", radius=22)
    drawing.arrow((351, MIDDLE), (371, MIDDLE))
    drawing.cells(373, MIDDLE - CELL, stacked(HIDDEN), "features", side=CELL)
    drawing.label(380, LABEL, "hidden", "(B, C/r)")
    drawing.arrow((388, MIDDLE), (409, MIDDLE))
    drawing.layer(409, MIDDLE - 26, 46, 52, "fc2")
    drawing.arrow((455, MIDDLE), (475, MIDDLE))
    drawing.operation(493, MIDDLE, "σ")
    drawing.arrow((511, MIDDLE), (531, MIDDLE))
    drawing.cells(533, MIDDLE - 4 * CELL, stacked(GATE), "gate", side=CELL)
    drawing.label(540, LABEL, "gate", "(B, C)")
    drawing.arrow((548, MIDDLE), (614, MIDDLE), label="reshape")
    return drawing.svg()


def squeeze() -> str:
    """A (1, 2, 2, 2) tensor whose two sheets become their means, 900 x 320 px."""
    drawing = Drawing(
        900, 320, "Squeeze: one mean per channel",
        "Channel 0 holds 1, 2, 3, 6 and becomes 3. Channel 1 holds 0, 0, 4, 0 and becomes 1. "
        "The tensor (1, 2, 2, 2) becomes the vector (1, 2).",
    )
    sheets = ([[1, 2], [3, 6]], [[0, 0], [4, 0]])
    colours = [[[value / 6 for value in row] for row in sheet] for sheet in sheets]
    cell, mean_cell, middle, label = 42, 52, 150, 274
    reach, rise = depth(24, 2)
    left, top = 60, middle - cell + rise / 2

    drawing.box(left, top, 2 * cell, 2 * cell, [0.5, 0.2], "features", thickness=24)
    drawing.cells(left, top, colours[0], "features", side=cell, numbers=sheets[0])
    drawing.label(left + cell + reach / 2, label, "x", "(1, 2, 2, 2)")
    for channel, sheet in enumerate(sheets):
        centre = middle + (channel - 0.5) * 126
        mean_top = middle + (channel - 1) * mean_cell
        values = [value for row in sheet for value in row]
        mean = sum(values) // len(values)
        drawing.arrow((left + 2 * cell + reach + 8, middle + (channel - 0.5) * 30), (280, centre))
        drawing.text(286 + cell, centre - cell - 9, f"channel {channel}")
        drawing.cells(286, centre - cell, colours[channel], "features", side=cell, numbers=sheet)
        drawing.arrow((286 + 2 * cell + 4, centre), (420, centre))
        drawing.operation(444, centre, "mean", radius=24)
        drawing.text(444, centre + 43, "over H, W", size=14)
        total = " + ".join(str(value) for value in values)
        drawing.arrow((468, centre), (690, centre), (766, mean_top + mean_cell / 2), label=f"({total}) / 4 = {mean}")
        drawing.cells(770, mean_top, [[mean / 6]], "features", side=mean_cell, numbers=[[mean]])
    drawing.label(770 + mean_cell / 2, label, "z", "(1, 2)")
    return drawing.svg()


def excitation() -> str:
    """The two matrices of the bottleneck for C = 8 and r = 4 in true proportion, 900 x 360 px."""
    drawing = Drawing(
        900, 360, "Excitation: a bottleneck of two matrices",
        "Eight numbers go through a 2 x 8 matrix and ReLU to two numbers, then through an 8 x 2 matrix and sigmoid "
        "to eight gates.",
    )
    cell, middle = 23, 118

    def stage(x: float, strengths: list[list[float]], role: str, name: str, shape: str, sizes: str) -> None:
        drawing.cells(x, middle - len(strengths) * cell / 2, strengths, role, side=cell)
        centre = x + len(strengths[0]) * cell / 2
        drawing.label(centre, 240, name, shape)
        drawing.text(centre, 276, sizes, size=13, mono=True, colour="quiet")

    stage(50, stacked(SUMMARY), "features", "z", "(B, C)", "(B, 8)")
    drawing.arrow((77, middle), (138, middle))
    stage(140, [[0.5] * 8] * 2, "layer", "fc1", "(C/r, C)", "(2, 8)")
    drawing.arrow((328, middle), (389, middle))
    drawing.operation(413, middle, "ReLU", radius=24)
    drawing.arrow((437, middle), (498, middle))
    stage(500, stacked(HIDDEN), "features", "hidden", "(B, C/r)", "(B, 2)")
    drawing.arrow((527, middle), (588, middle))
    stage(590, [[0.5] * 2] * 8, "layer", "fc2", "(C, C/r)", "(8, 2)")
    drawing.arrow((640, middle), (701, middle))
    drawing.operation(721, middle, "σ", radius=20)
    drawing.arrow((741, middle), (802, middle))
    stage(804, stacked(GATE), "gate", "gate", "(B, C)", "(B, 8)")
    drawing.text(450, 326, "C = 8, r = 4:   eight numbers, two, eight again", size=18, bold=True)
    return drawing.svg()


def _times(colour: Colour, light: Colour) -> Colour:
    return colour[0] * light[0], colour[1] * light[1], colour[2] * light[2]


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{round(255 * channel):02X}" for channel in colour)


def _pixels(drawing: Drawing, x: float, y: float, pixels: list[list[Colour]], side: float) -> None:
    """A picture of square pixels of `side` px, its top left corner at (x, y)."""
    for row, colours in enumerate(pixels):
        for column, colour in enumerate(colours):
            drawing.rectangle(x + column * side, y + row * side, side, side, _hex(colour), outline="border")


def question() -> str:
    """A picture of papers under a lamp, its centre framed, and two ways to explain the centre's colour, 1000 x 340
    px."""
    drawing = Drawing(
        1000, 340, "What colour is the paper in the centre?",
        "Coloured papers under a lamp whose colour nobody tells you. A frame marks the paper in the centre, which "
        "looks reddish. It could be red paper under a white lamp or blue paper under a red lamp.",
        true_colours=True,
    )
    lamp, paper, white = (1.0, 0.52, 0.42), (0.72, 0.62, 0.95), (1.0, 1.0, 1.0)
    random, size, pixel = Random(7), 16, 17
    papers = [[(0.5, 0.6, 0.4)] * size for _ in range(size)]
    for _ in range(40):  # later papers lie on earlier ones
        colour = (random.uniform(0.1, 1), random.uniform(0.1, 1), random.uniform(0.1, 1))
        top, left, height, width = (
            random.randrange(-2, 15),
            random.randrange(-2, 15),
            random.randint(3, 8),
            random.randint(3, 8),
        )
        for row in range(max(top, 0), min(top + height, size)):
            for column in range(max(left, 0), min(left + width, size)):
                papers[row][column] = colour
    for row in range(5, 11):
        papers[row][5:11] = [paper] * 6
    drawing.text(40, 34, "papers under a lamp of an unknown colour", bold=True, size=17, anchor="start")
    _pixels(drawing, 40, 48, [[_times(colour, lamp) for colour in row] for row in papers], pixel)
    left, top, side = 40 + 5 * pixel, 48 + 5 * pixel, 6 * pixel
    drawing.line((left, top), (left + side, top), (left + side, top + side), (left, top + side), (left, top), width=5)

    seen, middle = _hex(_times(paper, lamp)), 146
    drawing.arrow((left + side, middle), (404, middle))
    drawing.rectangle(408, middle - 45, 90, 90, seen)
    drawing.text(453, middle - 57, "what you see", bold=True, size=17)
    for centre, square, light, names in ((84, _times(paper, lamp), white, ("red paper", "white lamp")),
                                         (212, paper, lamp, ("blue paper", "red lamp"))):
        drawing.arrow((502, middle), (610, centre))
        drawing.rectangle(616, centre - 35, 70, 70, _hex(square))
        drawing.operation(726, centre, "×", radius=14)
        drawing.rectangle(766, centre - 35, 70, 70, _hex(light), radius=35)
        drawing.text(651, centre + 54, names[0], size=16)
        drawing.text(801, centre + 54, names[1], size=16)
        drawing.text(890, centre + 11, "?", size=34, bold=True)
    drawing.text(560, middle + 5, "or", bold=True, size=17)
    drawing.text(658, 312, "Does the framed paper reflect more red light, or more blue?", size=21, bold=True)
    return drawing.svg()


def two_views() -> str:
    """Orange paper in white light over white paper in orange light: same window, different mean, 900 x 440 px."""
    drawing = Drawing(
        900, 440, "Two explanations of an orange square",
        "Orange paper under white light and white paper under orange light give a 3 x 3 window the same orange pixels. "
        "The mean over the whole picture is a neutral grey in the first case and has an orange cast in the second.",
        true_colours=True,
    )
    white, orange = (1.0, 1.0, 1.0), (1.0, 0.7, 0.35)
    papers = {".": white, "g": (0.6, 0.6, 0.62), "b": (0.45, 0.62, 0.92), "t": (0.5, 0.72, 0.64)}
    scene = ("bbbbtt..", "bbbbtttt", "gg####bb", "gg####bb", "tt####gg", "tt####gg", "bbbbgggg", "..bbgggg")
    pixel = 16

    for centre, text in ((132, "the square is"), (360, "the picture"), (545, "a 3 × 3 window"),
                         (735, "mean over H, W")):
        drawing.text(centre, 34, text, bold=True)
    for top, square, light, names in ((56, orange, white, ("orange paper", "white light")),
                                      (224, white, orange, ("white paper", "orange light"))):
        picture = [[_times(papers.get(spot, square), light) for spot in row] for row in scene]
        colours = [colour for row in picture for colour in row]
        red, green, blue = (sum(channel) / len(colours) for channel in zip(*colours, strict=True))
        middle, upper, lower = top + 64, top + 48, top + 114

        drawing.rectangle(48, middle - 28, 56, 56, _hex(square))
        drawing.operation(132, middle, "×", radius=14)
        drawing.rectangle(160, middle - 28, 56, 56, _hex(light), radius=28)
        drawing.text(76, middle + 50, names[0])
        drawing.text(188, middle + 50, names[1])
        drawing.arrow((224, middle), (292, middle))
        _pixels(drawing, 296, top, picture, pixel)
        window_x, window_y, window = 296 + 2 * pixel, top + 2 * pixel, 3 * pixel
        drawing.line((window_x, window_y), (window_x + window, window_y), (window_x + window, window_y + window),
                     (window_x, window_y + window), (window_x, window_y), width=3)
        drawing.arrow((window_x + window, upper), (505, upper))
        _pixels(drawing, 509, upper - 36, [row[2:5] for row in picture[2:5]], 24)
        drawing.arrow((426, lower), (604, lower), (636, middle + 16))
        drawing.operation(654, middle, "mean", radius=24)
        drawing.arrow((678, middle), (716, middle))
        drawing.rectangle(720, middle - 32, 64, 64, _hex((red, green, blue)))
        for line, (name, value) in enumerate((("R", red), ("G", green), ("B", blue))):
            drawing.text(796, middle - 17 + 22 * line, f"{name} {value:.2f}", anchor="start", mono=True)
    drawing.text(545, 392, "the same pixels:", bold=True)
    drawing.text(545, 412, "no way to tell")
    drawing.text(752, 392, "two different means:", bold=True)
    drawing.text(752, 412, "enough to tell")
    return drawing.svg()


FIGURES = {
    "question": question,
    "se_block": se_block,
    "squeeze": squeeze,
    "excitation": excitation,
    "two_views": two_views,
}
