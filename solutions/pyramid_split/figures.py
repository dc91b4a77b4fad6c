"""The drawings of the pyramid split attention lesson."""

import math

from solutions.shared.drawing import Drawing, depth, mix, tint

# One illustrative example for the whole lesson: three channels for each of four scales.
KERNELS = (3, 5, 7, 9)
GROUPS = (1, 4, 8, 16)
WEIGHTS = ((0.9, 0.2, 0.5), (0.6, 0.3, 0.5), (0.3, 0.6, 0.5), (0.1, 0.8, 0.5))
FEATURES = 0.85


def _column(values: tuple[float, ...]) -> list[list[float]]:
    return [[value] for value in values]


def _shares(channel: int) -> list[float]:
    """The softmax over the scales for one channel of the example."""
    powers = [2.71828 ** scale[channel] for scale in WEIGHTS]
    return [power / sum(powers) for power in powers]


SHARES = tuple(zip(*(_shares(channel) for channel in range(3)), strict=True))


ROWS, COLUMNS = 12, 11  # of a cloth
LARGE = 20, 24  # the cloths of the first drawing: one has to see whole coarse stripes
FINE, COARSE = 3, 12  # its wavelengths
ANGLES = {"upright": 0.0, "rising": math.pi / 3, "falling": 2 * math.pi / 3}
Greys = list[list[float]]  # brightness of each pixel, 0 to 1


def _stripes(direction: str, wavelength: int, contrast: float, size: tuple[int, int] = (ROWS, COLUMNS)) -> Greys:
    angle = ANGLES[direction]
    return [[0.5 + contrast * math.sin(2 * math.pi * (math.cos(angle) * column + math.sin(angle) * row) / wavelength
                                       + 0.6)
             for column in range(size[1])] for row in range(size[0])]


def _colours(greys: Greys) -> list[list[str]]:
    """Of 16 greys, so that the drawing stays small."""
    return [[mix("#FFFFFF", "#000000", round(15 * min(1, max(0, grey))) / 15) for grey in line] for line in greys]


def _both(fine: str, coarse: str, size: tuple[int, int] = (ROWS, COLUMNS)) -> Greys:
    """Fine stripes on top of coarse ones."""
    pairs = zip(_stripes(fine, FINE, 0.3, size), _stripes(coarse, COARSE, 0.3, size), strict=True)
    return [[a + b - 0.5 for a, b in zip(*lines, strict=True)] for lines in pairs]


def _picture(cloth: Greys, dot: str, margin: int = 9) -> list[list[str]]:
    """A cloth on grey, and to its left a dot in a hex colour."""
    picture = [["#808080"] * margin + line for line in _colours(cloth)]
    for row, line in enumerate(picture):
        for column in range(4):
            if (row - len(picture) // 2 + 1) ** 2 + (column - 1) ** 2 <= 5:
                line[column] = dot
    return picture


RED, BLUE = "#E00000", "#1F3FE0"


def question() -> str:
    """Three cloths, each with a dot that says which stripes are meant, and samples of the directions, 900 x 356 px."""
    drawing = Drawing(
        900, 356, "In which direction do the stripes run?",
        "Three cloths, each of fine and coarse stripes in different directions. To the left of the first is a red "
        "dot, which asks for the direction of the fine stripes; the other two have a blue dot, which asks for the "
        "coarse ones. Below, samples of the three directions: upright, rising, falling.",
    )
    (rows, columns), top, width = LARGE, 66, 270
    side = width / (9 + columns)
    drawing.text(450, 36, "A red dot asks for the fine stripes, a blue dot for the coarse ones. In which direction do "
                          "they run?", size=17,
                 bold=True)
    asked = (("rising", "falling", RED), ("rising", "upright", BLUE), ("upright", "falling", BLUE))
    for number, (fine, coarse, dot) in enumerate(asked, start=1):
        left = 20 + (number - 1) * 295
        drawing.image(left, top, _picture(_both(fine, coarse, LARGE), dot), side)
        drawing.text(left + width / 2, top + rows * side + 22, f"cloth {number}", bold=True)
    small, below = 5, 268
    drawing.text(44, below + 36, "the directions:", anchor="start", bold=True)
    for i, direction in enumerate(ANGLES):
        at = 190 + i * 232
        for wavelength, shift in ((FINE, 0), (COARSE, COLUMNS * small + 14)):
            drawing.image(at + shift, below, _colours(_stripes(direction, wavelength, 0.5)), small)
        drawing.text(at + 2 * COLUMNS * small + 26, below + 36, direction, anchor="start", bold=True)
    return drawing.svg()


def cloth() -> str:
    """What windows of 3 x 3 and 9 x 9 pixels see of fine and of coarse stripes, 900 x 330 px."""
    drawing = Drawing(
        900, 330, "Fine plus coarse stripes",
        "Fine stripes, which repeat every 3 pixels, plus coarse stripes, which repeat every 12 pixels, make a cloth "
        "with both; a dot lies to its left. A window of 3 x 3 pixels holds a whole fine stripe and a small part of a "
        "coarse one; a window of 9 x 9 holds most of a coarse stripe.",
    )
    side, top = 16, 62
    panels = {"fine stripes": (34, _stripes("rising", FINE, 0.3), "repeat every 3 pixels"),
              "coarse stripes": (262, _stripes("falling", COARSE, 0.3), "repeat every 12 pixels")}
    for name, (left, greys, note) in panels.items():
        drawing.image(left, top, _colours(greys), side)
        drawing.text(left + COLUMNS * side / 2, top - 14, name, bold=True, size=16)
        drawing.text(left + COLUMNS * side / 2, top + ROWS * side + 22, note)
        for window, row, column in ((3, 9, 0), (9, 0, 2)):
            x, y, reach = left + column * side, top + row * side, window * side
            drawing.line((x, y), (x + reach, y), (x + reach, y + reach), (x, y + reach), (x, y), colour="wrong",
                         width=3)
    drawing.text(450, top + ROWS * side + 54, "boxes: what windows of 3 × 3 and 9 × 9 pixels see", anchor="end",
                 colour="quiet")
    for x, sign in ((236, "+"), (464, "=")):
        drawing.text(x, top + ROWS * side / 2 + 10, sign, size=30, bold=True)
    left = 500
    drawing.image(left, top, _picture(_both("rising", "falling"), RED), side)
    drawing.text(left + 10 * side, top - 14, "a picture: dot and cloth", bold=True, size=16)
    return drawing.svg()


def psa_block() -> str:
    """The whole module with the shape of every tensor, 900 x 476 px."""
    drawing = Drawing(
        900, 476, "Pyramid split attention",
        "x (B, C, H, W) goes into four convolutions with kernels 3, 5, 7 and 9. Each gives features (B, C', H', W'). "
        "One module se, called four times, makes weights (B, C', 1, 1) of each. A softmax over the four scales turns "
        "them into shares. Each scale is multiplied by its shares, and the four are concatenated to the output (B, 4 "
        "C', H', W').",
    )
    rows, face, thickness = (78, 168, 258, 348), 44, 6
    reach, rise = depth(thickness, 3)
    middle = sum(rows) / 4

    def features(x: float, centre: float, strengths: list[float]) -> None:
        drawing.box(x, centre - (face - rise) / 2, face, face, strengths, "features", thickness=thickness)

    def towards(x: float, y: float, centre: float, radius: float) -> tuple[float, float]:
        """Where the way from (x, y) to the middle of a circle meets it."""
        share = radius / ((x - centre) ** 2 + (y - middle) ** 2) ** 0.5
        return centre + share * (x - centre), middle + share * (y - middle)

    drawing.rectangle(296, rows[0] - 28, 62, rows[-1] - rows[0] + 56, tint("layer", 0.12), radius=12, outline="border")
    drawing.line((327, rows[-1] + 28), (327, 442), colour="quiet", width=1.2)
    drawing.box(26, middle - (face - rise) / 2, face, face, [FEATURES] * 5, "features", thickness=thickness)
    drawing.label(56, middle + 60, "x", "(B, C, H, W)")
    bus = 114
    drawing.line((100, middle), (bus, middle))
    for i, row in enumerate(rows):
        drawing.arrow((bus, middle), (bus, row), (132, row))
        drawing.layer(132, row - 22, 62, 44, f"{KERNELS[i]} × {KERNELS[i]}")
        drawing.arrow((194, row), (212, row))
        features(214, row, [FEATURES] * 3)
        drawing.arrow((214 + face + reach + 3, row), (304, row))
        drawing.layer(304, row - 20, 46, 40, "se")
        drawing.arrow((350, row), (370, row))
        drawing.cells(372, row - 21, _column(WEIGHTS[i]), "gate", side=14)
        drawing.arrow((388, row), (416, row), towards(416, row, 488, 44))
        drawing.arrow(towards(560, row, 488, 44), (560, row), (580, row))
        drawing.cells(582, row - 21, _column(SHARES[i]), "gate", side=14)
        drawing.arrow((598, row), (622, row))
        drawing.operation(638, row, "×", radius=16)
        away = -1 if row < middle else 1  # around the softmax
        start = 214 + (face + 8 if away < 0 else face / 2)
        drawing.arrow((start, row + away * 26), (start, row + away * 42), (638, row + away * 42),
                      (638, row + away * 16))
        drawing.arrow((654, row), (676, row))
        features(678, row, [FEATURES * 2 * share for share in SHARES[i]])
        drawing.arrow((678 + face + reach + 3, row), (750, row), towards(750, row, 790, 22))
    drawing.operation(488, middle, "", radius=44)
    drawing.text(488, middle - 1, "softmax", size=15, bold=True)
    drawing.text(488, middle + 17, "over scales", size=13)
    drawing.operation(790, middle, "cat", radius=22)
    drawing.arrow((812, middle), (824, middle))
    whole = [FEATURES * 2 * share for scale in SHARES for share in scale]
    drawing.box(826, middle - 8, 30, 30, whole, "features", thickness=3.4)
    drawing.text(846, middle + 48, "output", bold=True)
    drawing.text(838, middle + 66, "(B, 4C', H', W')", size=12, mono=True)
    for x, name, shape in ((246, "scales", "(B, C', H', W')"), (386, "weights", "(B, C', 1, 1)"),
                           (592, "shares", "(B, C', 1, 1)")):
        drawing.label(x, 414, name, shape)
    drawing.text(327, 460, "one se, called four times", size=15, bold=True)
    drawing.text(592, 460, "they sum to 1 over the scales", size=14)
    return drawing.svg()


def receptive_fields() -> str:
    """Four windows on the same map, 900 x 286 px."""
    drawing = Drawing(
        900, 286, "What kernels of 3, 5, 7 and 9 see",
        "Four times the same 11 x 11 map. A kernel of 3 sees 9 positions around the centre, a kernel of 5 sees 25, "
        "one of 7 sees 49, one of 9 sees 81. Padding of 1, 2, 3 and 4 keeps the size of the map.",
    )
    side, cells = 17, 11
    for i, k in enumerate(KERNELS):
        left, top = 24 + i * 219, 48
        drawing.text(left + cells * side / 2, 34, f"kernel {k}", bold=True, size=16)
        for row in range(cells):
            for column in range(cells):
                inside = max(abs(row - cells // 2), abs(column - cells // 2)) <= k // 2
                centre = row == column == cells // 2
                fill = tint("layer", 1) if centre else tint("layer", 0.5) if inside else tint("features", 0.1)
                drawing.rectangle(left + column * side, top + row * side, side, side, fill, outline="border")
        drawing.text(left + cells * side / 2, 258, f"sees {k * k} positions", size=15)
        drawing.text(left + cells * side / 2, 276, f"padding {k // 2}", size=14, colour="quiet")
    return drawing.svg()


def groups() -> str:
    """Which kernels exist with one, two and four groups, 900 x 300 px."""
    drawing = Drawing(
        900, 300, "Groups",
        "Three tables of 8 input channels by 4 output channels. Each filled cell is one k x k kernel. With one group "
        "every output reads all 8 inputs: 32 kernels. With two groups each output reads 4 inputs: 16 kernels. With "
        "four groups each reads 2: 8 kernels.",
    )
    side = 26
    for i, count in enumerate((1, 2, 4)):
        left, top = 62 + i * 286, 82
        drawing.text(left + 4 * side, 40, f"{count} group{'s' if count > 1 else ''}", bold=True, size=16)
        drawing.text(left + 4 * side, 70, "8 channels in", size=14, colour="quiet")
        for row in range(4):
            for column in range(8):
                used = row * count // 4 == column * count // 8
                drawing.rectangle(left + column * side, top + row * side, side, side,
                                  tint("layer", 0.6) if used else "#FFFFFF",
                                  outline="ink" if used else "border")
        for row in range(4):
            drawing.text(left - 10, top + row * side + 18, str(row), size=14, anchor="end")
        drawing.text(left + 4 * side, 212, f"each output reads {8 // count} channels", size=15)
        drawing.text(left + 4 * side, 234, f"{32 // count} kernels, {32 // count} · k² numbers", size=15, bold=True)
    drawing.text(450, 274, "one row for each of 4 outputs; a filled cell is one k × k kernel", size=15)
    return drawing.svg()


def mixing_desk() -> str:
    """The shares of three channels as faders, 900 x 352 px."""
    drawing = Drawing(
        900, 352, "The softmax over the scales as a mixing desk",
        "For each of three channels there are four faders, one per scale, which always add up to 1. Channel 0: 0.37, "
        "0.27, 0.20, 0.16. Channel 1: 0.18, 0.20, 0.28, 0.34. Channel 2: four times 0.25.",
    )
    top, height = 66, 186
    base = top + height

    def level(share: float) -> float:
        return base - share * height

    for channel in range(3):
        left = 108 + channel * 270
        drawing.rectangle(left - 26, top - 18, 242, height + 70, "#FFFFFF", radius=10, outline="border")
        drawing.text(left + 95, 36, f"channel {channel}", bold=True, size=16)
        shares = [scale[channel] for scale in SHARES]
        for i, share in enumerate(shares):
            x = left + 12 + i * 55
            drawing.line((x, top), (x, base), colour="quiet", width=3)
            drawing.rectangle(x - 15, level(share) - 8, 30, 16, tint("gate", 0.35 + share), radius=4)
            drawing.text(x, base + 18, f"{share:.2f}", size=15, bold=True)
            drawing.text(x, base + 38, f"{KERNELS[i]} × {KERNELS[i]}", size=14, colour="quiet")
            drawing.text(x, base + 76, f"{WEIGHTS[i][channel]:.1f}", size=14)
    for share in (0, 1):
        drawing.text(70, level(share) + 5, str(share), size=14, anchor="end")
    drawing.text(70, base + 76, "weights", size=14, anchor="end")
    return drawing.svg()


def epsa_block() -> str:
    """The bottleneck with its shortcut, 900 x 238 px."""
    drawing = Drawing(
        900, 238, "The EPSA block",
        "x (B, C, H, W) goes through conv1, bn1 and ReLU to P planes, through psa, bn2 and ReLU, which may halve the "
        "map, and through conv3 and bn3 to 4 P channels. x, or downsample of x if it is given, is added, and a "
        "ReLU follows.",
    )
    y, skip = 84, 184
    drawing.text(34, y + 5, "x", bold=True)
    drawing.arrow((46, y), (84, y))
    at = 84
    for name, width, note, norm in (("conv1", 72, "1 × 1", "bn1"), ("psa", 72, "3, 5, 7, 9", "bn2"),
                                    ("conv3", 72, "1 × 1", "bn3")):
        drawing.layer(at, y - 24, width, 48, name)
        drawing.text(at + width / 2, y - 34, note, size=13, colour="quiet")
        drawing.arrow((at + width, y), (at + width + 14, y))
        drawing.layer(at + width + 14, y - 24, 50, 48, norm)
        at += width + 64
        if norm != "bn3":
            drawing.arrow((at, y), (at + 14, y))
            drawing.operation(at + 37, y, "ReLU", radius=23)
            drawing.arrow((at + 60, y), (at + 76, y))
            at += 76
    drawing.arrow((at, y), (at + 52, y))
    plus = at + 70
    drawing.operation(plus, y, "+")
    drawing.arrow((plus + 18, y), (plus + 38, y))
    drawing.operation(plus + 61, y, "ReLU", radius=23)
    drawing.arrow((plus + 84, y), (plus + 104, y))
    drawing.text(plus + 108, y + 5, "output", anchor="start", bold=True)
    drawing.arrow((34, y + 14), (34, skip), (326, skip))
    drawing.layer(326, skip - 22, 118, 44, "downsample")
    drawing.arrow((444, skip), (plus, skip), (plus, y + 18))
    drawing.text(385, skip + 40, "or nothing, if x fits as it is", size=14)
    drawing.text(42, y + 48, "(B, C, H, W)", size=13, mono=True, anchor="start")
    for x, shape in ((238, "(B, P, H, W)"), (449, "(B, P, H', W')"), (at - 8, "(B, 4P, H', W')")):
        drawing.text(x, y + 48, shape, size=13, mono=True)
    return drawing.svg()


FIGURES = {
    "question": question,
    "cloth": cloth,
    "psa_block": psa_block,
    "receptive_fields": receptive_fields,
    "groups": groups,
    "mixing_desk": mixing_desk,
    "epsa_block": epsa_block,
}
