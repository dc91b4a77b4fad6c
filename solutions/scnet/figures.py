"""The drawings of the SCNet lesson."""

from solutions.shared.drawing import Drawing

GREY, WHITE = "#808080", "#FFFFFF"
# row, column and colour of each
RINGS = ((9, 8, "#E8483F"), (8, 26, "#3FB04A"), (27, 9, "#4F6BE8"), (26, 27, "#E8483F"))
LETTERS = {"#E8483F": "red", "#3FB04A": "green", "#4F6BE8": "blue"}


def _pixel(row: int, column: int) -> str:
    for y, x, colour in RINGS:
        squared = (row - y) ** 2 + (column - x) ** 2
        if squared <= 1:
            return WHITE
        if 36 <= squared <= 48:
            return colour
    return GREY


def rings() -> str:
    """A picture of the puzzle, and what a 3 x 3 window sees of it, 900 x 420 px."""
    drawing = Drawing(
        900, 420, "Which colour is the ring around this dot?",
        "Left: a grey picture of 36 x 36 pixels with four white dots, each a plus of five pixels, and a thin ring "
        "around each, 6 pixels away: red, green, blue and red. Right: what a window of 3 x 3 pixels at a dot sees: a "
        "white plus on grey, the same for all four dots.",
    )
    side, left, top = 9, 60, 62
    drawing.text(left + 18 * side, 38, "Which colour is the ring around this dot?", bold=True, size=19)
    drawing.image(left, top, [[_pixel(row, column) for column in range(36)] for row in range(36)], side)
    for y, x, colour in RINGS:
        drawing.text(left + (x + 0.5) * side, top + (y - 2.2) * side, LETTERS[colour], size=13)
    y, x, _ = RINGS[1]
    west, north = left + (x - 1) * side, top + (y - 1) * side
    drawing.line((west, north), (west + 27, north), (west + 27, north + 27), (west, north + 27), (west, north), width=3)
    drawing.text(left + 18 * side, top + 36 * side + 24, "36 x 36 pixels. The words are not in the picture.", size=13,
                 colour="quiet")
    big, right, upper = 56, 560, 120
    drawing.text(right + 1.5 * big, upper - 24, "what 3 x 3 pixels show", bold=True, size=16)
    for row in range(3):
        for column in range(3):
            drawing.rectangle(right + column * big, upper + row * big, big, big, WHITE if 1 in (row, column) else GREY)
    drawing.arrow((west + 30, north + 14), (480, north + 14), (480, upper + 1.5 * big), (right - 12, upper + 1.5 * big))
    for line, text in enumerate(("The same at all four dots.", "The ring is five pixels", "away, or more.")):
        drawing.text(right + 1.5 * big, upper + 3 * big + 36 + 22 * line, text)
    return drawing.svg()


def scconv() -> str:
    """The calibrated half, with every shape, 900 x 400 px."""
    drawing = Drawing(
        900, 400, "SCConv",
        "x (B, C, H, W) goes three ways. Along the top, k2: averages over cells of r x r pixels make a small map (B, "
        "C, H/r, W/r), a 3 x 3 convolution works on it, and Up enlarges the result to H x W. x itself is added, and a "
        "sigmoid makes the gate (B, C, H, W). In the middle, k3, a 3 x 3 convolution, keeps the size; its result is "
        "multiplied by the gate. k4, a 3 x 3 convolution with the stride, gives the output (B, C, H', W').",
    )
    high, low = 110, 290
    drawing.box(34, low - 36, 54, 54, (0.8, 0.55, 0.7), "features", thickness=9)
    drawing.label(72, low + 46, "x", "(B, C, H, W)")
    drawing.arrow((116, low), (330, low))
    drawing.line((136, low), (136, high))
    drawing.arrow((136, high), (176, high))
    drawing.operation(204, high, "mean", radius=28)
    drawing.text(204, high + 48, "of r x r cells", size=13)
    drawing.arrow((232, high), (258, high))
    drawing.box(262, high - 8, 18, 18, (0.8, 0.55, 0.7), "features", thickness=6)
    drawing.text(292, high - 36, "(B, C, H/r, W/r)", size=13, mono=True)
    drawing.arrow((304, high), (340, high))
    drawing.layer(340, high - 26, 84, 52, "3 x 3")
    drawing.line((164, high - 62), (164, high - 70), (436, high - 70), (436, high - 62), colour="layer", width=2.4)
    drawing.text(300, high - 78, "k2", bold=True, size=16)
    drawing.arrow((424, high), (462, high))
    drawing.operation(488, high, "Up", radius=26)
    drawing.text(488, high + 48, "to H x W", size=13)
    drawing.arrow((514, high), (560, high))
    drawing.operation(578, high, "+")
    drawing.line((200, low), (200, 206), (578, 206))
    drawing.arrow((560, 206), (578, 206), (578, high + 18))
    drawing.text(392, 200, "x itself", size=13)
    drawing.arrow((596, high), (634, high))
    drawing.operation(654, high, "σ", radius=20)
    drawing.arrow((674, high), (700, high))
    drawing.box(704, high - 14, 40, 40, (0.9, 0.35, 0.6), "gate", thickness=8)
    drawing.label(822, high - 2, "gate", "(B, C, H, W)")
    drawing.arrow((724, high + 26), (724, low - 18))
    drawing.layer(330, low - 28, 84, 56, "k3")
    drawing.text(372, low + 48, "3 x 3", size=13)
    drawing.arrow((414, low), (706, low))
    drawing.text(560, low - 10, "(B, C, H, W)", size=13, mono=True)
    drawing.operation(724, low, "×")
    drawing.arrow((742, low), (764, low))
    drawing.layer(764, low - 28, 60, 56, "k4")
    drawing.text(794, low + 48, "3 x 3, stride", size=13)
    drawing.arrow((824, low), (848, low))
    drawing.text(866, low - 16, "output", bold=True)
    drawing.text(836, low - 38, "(B, C, H', W')", size=13, mono=True)
    note = "A BatchNorm follows each 3 x 3 convolution. H', W': H, W divided by the stride, rounded up."
    drawing.text(450, 382, note, size=13, colour="quiet")
    return drawing.svg()


def bottleneck() -> str:
    """The block with its two halves, 900 x 330 px."""
    drawing = Drawing(
        900, 330, "SCBottleneck",
        "x (B, in_channels, H, W) goes into two branches of w = planes // 2 channels. a: conv1_a with bn1_a, ReLU, "
        "k1, ReLU. b: conv1_b with bn1_b, ReLU, scconv, ReLU. Both are (B, w, H', W') and are joined, a in front of "
        "b. conv3 with bn3 makes 4 times planes channels. The shortcut, x or downsample(x), is added, and a ReLU "
        "comes last.",
    )
    upper, lower, middle, skip = 104, 226, 165, 46
    drawing.text(30, middle + 5, "x", bold=True, size=18)
    drawing.line((42, middle), (66, middle))
    drawing.line((66, middle), (66, skip), (826, skip))
    drawing.text(450, skip - 10, "shortcut: x, or downsample(x)", size=13)
    for y, half, inner, note in ((upper, "a", "k1", "3 x 3, stride"), (lower, "b", "scconv", "calibrated, stride")):
        drawing.arrow((66, middle), (66, y), (96, y))
        drawing.layer(96, y - 26, 124, 52, f"conv1_{half}, bn1_{half}")
        drawing.text(158, y + 46, "1 x 1, to w channels", size=13)
        drawing.arrow((220, y), (244, y))
        drawing.operation(268, y, "ReLU", radius=24)
        drawing.arrow((292, y), (330, y))
        drawing.layer(330, y - 26, 84, 52, inner)
        drawing.text(372, y + 46, note, size=13)
        drawing.arrow((414, y), (438, y))
        drawing.operation(462, y, "ReLU", radius=24)
        drawing.text(524, y - 12 if half == "a" else y + 24, f"{half} (B, w, H', W')", size=13, mono=True,
                     anchor="start")
        drawing.arrow((486, y), (570, y), (570, middle - 24 if half == "a" else middle + 24))
    drawing.operation(570, middle, "cat", radius=24)
    drawing.arrow((594, middle), (640, middle))
    drawing.layer(640, middle - 26, 116, 52, "conv3, bn3")
    drawing.text(698, middle + 46, "1 x 1, 2w to 4 · planes", size=13)
    drawing.arrow((756, middle), (808, middle))
    drawing.operation(826, middle, "+")
    drawing.arrow((800, skip), (826, skip), (826, middle - 18))
    drawing.line((826, middle + 18), (826, middle + 66))
    drawing.operation(826, middle + 88, "ReLU", radius=24)
    drawing.arrow((826, middle + 112), (826, 312))
    drawing.text(450, 312, "x is (B, in_channels, H, W); w = planes // 2; the output is (B, 4 · planes, H', W').",
                 size=13, colour="quiet")
    return drawing.svg()


FIGURES = {"rings": rings, "scconv": scconv, "bottleneck": bottleneck}
