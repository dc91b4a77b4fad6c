"""The drawings of the Polarized Self-Attention lesson."""

from math import exp

from solutions.shared.drawing import PALETTE, Drawing, depth, mix

# One illustrative example for the whole lesson, so that a channel and a position look the same wherever they appear.
SUMMARY = (0.3, 0.9, 0.5, 0.7)  # C // 2 numbers
GATE = (0.3, 0.9, 0.6, 0.1, 1.0, 0.4, 0.7, 0.2)  # C gates
QUERY = (0.1, 0.85, 0.3, 0.15)  # C // 2 weights that sum to 1, drawn larger
WHERE = ((0.05, 0.1, 0.15, 0.05), (0.1, 0.3, 0.9, 0.1), (0.05, 0.1, 0.2, 0.1), (0.05, 0.05, 0.1, 0.05))
MAP = ((0.1, 0.2, 0.3, 0.1), (0.2, 0.7, 1.0, 0.3), (0.3, 0.9, 0.6, 0.2), (0.1, 0.3, 0.2, 0.1))
FEATURES = 0.85
FACE, THICKNESS = 48, 4
REACH, RISE = depth(THICKNESS, len(GATE))


def _box(drawing: Drawing, x: float, middle: float, strengths: list[float], role: str = "features") -> float:
    """A tensor with axes C, H, W, its drawing centred on `middle`; gives back where it ends on the right."""
    reach, rise = depth(THICKNESS, len(strengths))
    drawing.box(x, middle - (FACE - rise) / 2, FACE, FACE, strengths, role, thickness=THICKNESS)
    return x + FACE + reach


def _bar(drawing: Drawing, x: float, middle: float, values: tuple[float, ...], role: str, *, side: float = 14) -> None:
    """A (C, 1, 1) tensor: channels one behind the other, one position."""
    reach, rise = depth(6, len(values))
    drawing.box(x, middle - (side - rise) / 2, side, side, list(values), role, thickness=6)


def _sheet(drawing: Drawing, x: float, middle: float, values: tuple[tuple[float, ...], ...], role: str, *,
           side: float = 12) -> None:
    drawing.cells(x, middle - len(values) * side / 2, values, role, side=side)


# of the first picture: colour, and the centre's row and column
DOTS = {"wrong": (8, 9), "layer": (8, 12), "features": (11, 9)}
SIDE = 16  # of that picture, in pixels


def _heat(cell: int) -> list[list[str]]:
    """The answer for the first dot of DOTS, as greys, averaged over cells of cell x cell pixels."""
    row, column = DOTS["wrong"]
    heat = [[exp(-((y - row) ** 2 + (x - column) ** 2) / 2) for x in range(SIDE)] for y in range(SIDE)]
    means = [[sum(heat[y - y % cell + i][x - x % cell + j] for i in range(cell) for j in range(cell)) / cell**2
              for x in range(SIDE)] for y in range(SIDE)]
    largest = max(map(max, means))
    return [[mix("#FFFFFF", "#1A1A1A", round(15 * mean / largest) / 15) for mean in line] for line in means]


def question() -> str:
    """Three dots under a bar, and the answer on maps of three sizes, 900 x 324 px."""
    drawing = Drawing(
        900, 324, "Which dot is meant?",
        "A picture of 16 x 16 pixels: an orange, a green and a blue dot lie side by side, and the bar at the top edge "
        "is orange. Beside it the answer, a white spot where the orange dot is, on a map of 16 x 16 positions. Then "
        "the same answer averaged over cells of 4 x 4 and of 8 x 8 pixels; squares mark where the three dots are.",
    )
    pixel, top, pitch = 12, 84, 222
    picture = [["#4D4D4D"] * SIDE for _ in range(SIDE)]
    picture[:2] = [[PALETTE["wrong"]] * SIDE for _ in range(2)]
    for colour, (row, column) in DOTS.items():
        for y, x in ((0, 0), (0, 1), (1, 0), (0, -1), (-1, 0)):
            picture[row + y][column + x] = PALETTE[colour]
    drawing.text(450, 36, "The bar at the top has the colour of one dot. On which maps can you tell which dot it is?",
                 size=18, bold=True)
    panels = (("the picture", picture), ("the answer", _heat(1)), ("in cells of 4 × 4 pixels", _heat(4)),
              ("in cells of 8 × 8 pixels", _heat(8)))
    for place, (title, colours) in enumerate(panels):
        left = 21 + place * pitch
        drawing.text(left + SIDE * pixel / 2, top - 14, title, bold=True)
        drawing.image(left, top, colours, pixel)
        for colour, (row, column) in DOTS.items() if place else ():
            x, y, reach = left + (column - 1) * pixel, top + (row - 1) * pixel, 3 * pixel
            drawing.line((x, y), (x + reach, y), (x + reach, y + reach), (x, y + reach), (x, y), colour=colour,
                         width=2.5)
    drawing.text(450, 306, "squares: where the three dots of the picture lie", colour="quiet")
    return drawing.svg()


def polarized() -> str:
    """What is collapsed and what is kept in the two branches, and softmax and sigmoid, 900 x 400 px."""
    drawing = Drawing(
        900, 400, "Polarized: one direction collapsed, the other kept",
        "From x (B, C, H, W) the channel branch collapses all positions to one and keeps C // 2 channels; the spatial "
        "branch collapses all channels to one and keeps every position. Each is a weighted mean whose weights a "
        "softmax makes. In the channel branch wz and a LayerNorm, ln, follow. A sigmoid makes gates: (B, C, 1, 1) and "
        "(B, 1, H, W).",
    )
    upper, lower, middle, left = 108, 282, 195, 34
    end = _box(drawing, left, middle, [FEATURES] * len(GATE))
    drawing.label(left + 38, middle + 68, "x", "(B, C, H, W)")
    start = end + 8
    drawing.line((start, middle), (start + 16, middle))
    rows = ((upper, "channel branch: which channels?", "over H and W", "positions: collapsed to 1",
             "channels: C // 2 kept"),
            (lower, "spatial branch: which positions?", "over C // 2", "channels: collapsed to 1",
             "positions: H x W kept"))
    for y, title, over, gone, kept in rows:
        drawing.arrow((start + 16, middle), (start + 16, y), (178, y))
        drawing.rectangle(178, y - 32, 150, 64, PALETTE["operation"], radius=32)
        drawing.text(253, y - 4, "weighted mean", bold=True)
        drawing.text(253, y + 15, over, size=14)
        drawing.arrow((328, y), (368, y))
        drawing.text(178, y - 58, title, anchor="start", bold=True, colour="quiet")
        drawing.text(400, y + 62, gone, size=13.5, colour="quiet")
        drawing.text(400, y + 80, kept, size=13.5, bold=True, colour="quiet")
        drawing.operation(528, y, "σ")
        drawing.arrow((546, y), (596, y))
    _bar(drawing, 384, upper, SUMMARY, "features", side=16)
    drawing.arrow((424, upper), (438, upper))
    drawing.layer(438, upper - 24, 58, 48, "wz, ln")
    drawing.arrow((496, upper), (510, upper))
    _sheet(drawing, 378, lower, MAP, "features", side=13)
    drawing.arrow((436, lower), (510, lower))
    drawing.broadcast(600, upper - (FACE - RISE) / 2, FACE, FACE, GATE, thickness=THICKNESS, bar=13)
    drawing.label(636, upper + 62, "gates", "(B, C, 1, 1)")
    drawing.stretched_map(600, lower, MAP, len(GATE), face=FACE, thickness=THICKNESS)
    drawing.label(636, lower + 62, "map", "(B, 1, H, W)")

    drawing.line((716, 40), (716, 360), colour="border")
    drawing.text(736, 58, "the enhancement", anchor="start", bold=True)
    for row, words in enumerate(("softmax", "makes the weights:", "none negative,", "their sum is 1;",
                                 "large ones stand out")):
        drawing.text(736, 86 + 20 * row, words, anchor="start", size=14, bold=row == 0)
    for row, (length, shade) in enumerate(zip((22, 96, 40, 26), QUERY, strict=True)):
        drawing.rectangle(738, 180 + 13 * row, length, 11, mix(PALETTE["gate"], "#FFFFFF", 0.3 + 0.7 * shade))
    for row, words in enumerate(("sigmoid", "makes the gates:", "each between 0 and 1,", "on its own")):
        drawing.text(736, 264 + 20 * row, words, anchor="start", size=14, bold=row == 0)
    return drawing.svg()


def channel_branch() -> str:
    """The channel branch with the shape of every tensor, 900 x 300 px."""
    drawing = Drawing(
        900, 300, "The channel branch",
        "wq makes one number per position of x; a softmax over the N = H x W positions makes weights of them, (B, "
        "1, N). wv makes values (B, C // 2, N). Their weighted mean is the product of (B, C // 2, N) and (B, N, 1), "
        "which is (B, C // 2, 1). With one more axis wz reads it and makes (B, C, 1, 1); LayerNorm works on (B, C); "
        "a sigmoid makes gates (B, C, 1, 1).",
    )
    upper, lower, middle = 84, 208, 146
    end = _box(drawing, 28, middle, [FEATURES] * len(GATE))
    drawing.label(66, middle + 66, "x", "(B, C, H, W)")
    drawing.line((end + 6, middle), (end + 18, middle))
    for y, name, note in ((upper, "wq", "C to 1"), (lower, "wv", "C to C // 2")):
        drawing.arrow((end + 18, middle), (end + 18, y), (158, y))
        drawing.layer(158, y - 24, 56, 48, name)
        drawing.text(186, y + 42, note, size=13)
    drawing.arrow((214, upper), (240, upper))
    _sheet(drawing, 242, upper, WHERE, "features")
    drawing.arrow((292, upper), (312, upper))
    drawing.operation(346, upper, "softmax", radius=34)
    drawing.text(346, upper - 42, "over N positions", size=13)
    drawing.arrow((380, upper), (400, upper))
    _sheet(drawing, 402, upper, WHERE, "gate")
    drawing.label(426, upper + 46, "weights", "(B, 1, N)")
    _box(drawing, 288, lower, [0.75] * 4)
    drawing.arrow((214, lower), (286, lower))
    drawing.label(320, lower + 58, "values", "(B, C//2, N)")
    drawing.arrow((452, upper), (502, upper), (502, middle - 18))
    drawing.arrow((354, lower), (502, lower), (502, middle + 18))
    drawing.operation(502, middle, "@")
    drawing.text(600, lower + 26, "weighted mean", bold=True)
    drawing.text(600, lower + 46, "(B, C//2, N) @ (B, N, 1)", size=13, mono=True)
    drawing.text(600, lower + 66, "makes (B, C//2, 1)", size=13)
    drawing.arrow((520, middle), (542, middle))
    _bar(drawing, 548, middle, SUMMARY, "features", side=16)
    drawing.text(578, middle + 42, "(B, C//2, 1, 1)", size=13, mono=True)
    drawing.arrow((590, middle), (612, middle))
    drawing.layer(612, middle - 24, 46, 48, "wz")
    drawing.arrow((658, middle), (672, middle))
    drawing.layer(672, middle - 24, 42, 48, "ln")
    drawing.arrow((714, middle), (728, middle))
    drawing.operation(746, middle, "σ")
    drawing.arrow((764, middle), (782, middle))
    drawing.broadcast(786, middle - (FACE - RISE) / 2, FACE, FACE, GATE, thickness=THICKNESS, bar=13)
    drawing.label(822, middle + 66, "gates", "(B, C, 1, 1)")
    drawing.text(622, middle - 36, "C//2 to C", size=13)
    drawing.text(706, middle - 36, "on (B, C)", size=13)
    return drawing.svg()


def spatial_branch() -> str:
    """The spatial branch with the shape of every tensor, 900 x 290 px."""
    drawing = Drawing(
        900, 290, "The spatial branch",
        "wq makes C // 2 channels of x; their means over H and W are the query (B, C // 2); a softmax over these C // "
        "2 numbers makes weights. wv makes values (B, C // 2, H, W). With H and W flattened to N positions, the "
        "weighted mean of the value's channels is the product of (B, 1, C // 2) and (B, C // 2, N): one sheet, (B, 1, "
        "N). A sigmoid makes the map (B, 1, H, W).",
    )
    upper, lower, middle = 84, 202, 143
    end = _box(drawing, 28, middle, [FEATURES] * len(GATE))
    drawing.label(66, middle + 66, "x", "(B, C, H, W)")
    drawing.line((end + 6, middle), (end + 18, middle))
    for y, name in ((upper, "wq"), (lower, "wv")):
        drawing.arrow((end + 18, middle), (end + 18, y), (158, y))
        drawing.layer(158, y - 24, 56, 48, name)
        drawing.text(186, y + 42, "C to C // 2", size=13)
    drawing.arrow((214, upper), (240, upper))
    end = _box(drawing, 244, upper, [0.7] * 4)
    drawing.arrow((end + 4, upper), (330, upper))
    drawing.operation(354, upper, "mean", radius=24)
    drawing.text(354, upper - 34, "over H, W", size=13)
    drawing.arrow((378, upper), (396, upper))
    cell = 14
    drawing.cells(398, upper - 2 * cell, [[value] for value in SUMMARY], "features", side=cell)
    drawing.label(406, upper + 48, "query", "(B, C//2)")
    drawing.arrow((414, upper), (436, upper))
    drawing.operation(470, upper, "softmax", radius=34)
    drawing.text(470, upper - 42, "over C // 2 channels", size=13)
    drawing.arrow((504, upper), (524, upper))
    drawing.cells(526, upper - 2 * cell, [[value] for value in QUERY], "gate", side=cell)
    drawing.label(533, upper + 48, "weights", "(B, C//2)")
    _box(drawing, 330, lower, [0.5, 0.9, 0.6, 0.7])
    drawing.arrow((214, lower), (328, lower))
    drawing.label(362, lower + 56, "values", "(B, C//2, H, W)")
    drawing.arrow((542, upper), (612, upper), (612, middle - 18))
    drawing.arrow((396, lower), (612, lower), (612, middle + 18))
    drawing.operation(612, middle, "@")
    drawing.text(640, lower + 26, "weighted mean", bold=True)
    drawing.text(640, lower + 46, "(B, 1, C//2) @ (B, C//2, N)", size=13, mono=True)
    drawing.text(640, lower + 66, "makes (B, 1, N), N = H x W", size=13)
    drawing.arrow((630, middle), (650, middle))
    _sheet(drawing, 652, middle, MAP, "features")
    drawing.arrow((702, middle), (722, middle))
    drawing.operation(740, middle, "σ")
    drawing.arrow((758, middle), (782, middle))
    drawing.stretched_map(786, middle, MAP, len(GATE), face=FACE, thickness=THICKNESS)
    drawing.label(822, middle + 66, "map", "(B, 1, H, W)")
    return drawing.svg()


def layouts() -> str:
    """Parallel: both branches read x, the gated maps are added. Sequential: channel, then spatial, 900 x 236 px."""
    drawing = Drawing(
        900, 236, "The two layouts",
        "Parallel: x goes through the channel branch and, beside it, through the spatial branch; each result "
        "multiplies x, and the two products are added. Sequential: x times its channel gates; of the result, the "
        "spatial branch makes a map, which multiplies it.",
    )
    drawing.text(30, 34, "parallel", anchor="start", bold=True)
    drawing.text(470, 34, "sequential", anchor="start", bold=True)
    drawing.line((446, 22), (446, 214), colour="border")
    middle, upper, lower = 140, 90, 190
    drawing.text(40, middle + 5, "x", bold=True, size=18)
    for y, name in ((upper, "channel"), (lower, "spatial")):
        drawing.arrow((54, middle), (76, middle), (76, y), (110, y))
        drawing.layer(110, y - 24, 84, 48, name)
        drawing.arrow((194, y), (248, y))
        drawing.operation(266, y, "×")
        drawing.arrow((76, middle), (266, middle), (266, y + (18 if y < middle else -18)))
        drawing.arrow((284, y), (346, y), (346, middle + (-18 if y < middle else 18)))
    drawing.text(172, middle - 7, "x itself", size=13)
    drawing.operation(346, middle, "+")
    drawing.arrow((364, middle), (388, middle))
    drawing.text(392, middle + 5, "output", anchor="start", size=14, bold=True)

    skip = 76
    drawing.text(486, middle + 5, "x", bold=True, size=18)
    drawing.arrow((498, middle), (526, middle))
    drawing.layer(526, middle - 24, 74, 48, "channel")
    drawing.arrow((600, middle), (618, middle))
    drawing.operation(636, middle, "×")
    drawing.arrow((512, middle), (512, skip), (636, skip), (636, middle - 18))
    drawing.text(574, skip - 8, "x itself", size=13)
    drawing.arrow((654, middle), (700, middle))
    drawing.layer(700, middle - 24, 74, 48, "spatial")
    drawing.arrow((774, middle), (790, middle))
    drawing.operation(808, middle, "×")
    drawing.arrow((676, middle), (676, skip), (808, skip), (808, middle - 18))
    drawing.text(742, skip - 8, "gated", size=13)
    drawing.arrow((826, middle), (840, middle))
    drawing.text(862, middle + 5, "output", size=13, bold=True)
    return drawing.svg()


FIGURES = {
    "question": question,
    "polarized": polarized,
    "channel_branch": channel_branch,
    "spatial_branch": spatial_branch,
    "layouts": layouts,
}
