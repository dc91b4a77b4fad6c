"""The drawings of the CBAM lesson."""

from solutions.shared.drawing import Drawing, depth, stacked

# One illustrative example for the whole lesson, so that a channel and a position look the same wherever they appear.
MEANS = (0.5, 0.3, 0.6, 0.2, 0.4, 0.7, 0.3, 0.5)
LARGEST = (0.6, 0.9, 0.7, 0.3, 1.0, 0.8, 0.5, 0.6)
GATE = (0.3, 0.9, 0.6, 0.1, 1.0, 0.4, 0.7, 0.2)
MAX_SHEET = ((0.3, 0.4, 0.3, 0.2), (0.4, 0.9, 1.0, 0.3), (0.3, 1.0, 0.8, 0.3), (0.2, 0.3, 0.4, 0.2))
MEAN_SHEET = ((0.2, 0.3, 0.2, 0.1), (0.3, 0.4, 0.5, 0.2), (0.2, 0.5, 0.4, 0.2), (0.1, 0.2, 0.3, 0.1))
MAP = ((0.05, 0.2, 0.2, 0.05), (0.2, 0.9, 1.0, 0.2), (0.2, 1.0, 0.9, 0.2), (0.05, 0.2, 0.2, 0.05))
FEATURES = 0.85
FACE, THICKNESS = 48, 4
REACH, RISE = depth(THICKNESS, len(GATE))

# The pictures of framed_crosses(4, seed=275), without their noise: stars, framed cross, and the directions of the left
# cross's red and blue bars and of the right cross's.
PICTURES = (("blue", "right", "h v", "v h"), ("red", "left", "h v", "h v"), ("red", "left", "v h", "v v"),
            ("blue", "right", "v h", "h v"))
RED, GREEN, BLUE, MAGENTA, BLACK = "#FF3B30", "#27C93F", "#4D7CFF", "#FF4DFF", "#101418"


def _crosses(stars: str, framed: str, *crosses: str) -> list[list[str]]:
    """A picture of two crosses as rows of 19 hex colours."""
    pixels = [[BLACK] * 19 for _ in range(19)]
    for row in (0, 2):
        pixels[row][::2] = [RED if stars == "red" else BLUE] * 10
    for place, column, bars in zip(("left", "right"), (4, 14), crosses, strict=True):
        for direction, colour in zip(bars.split(), (RED, BLUE), strict=True):
            for step in (-1, 0, 1):
                row, at = (13, column + step) if direction == "h" else (13 + step, column)
                pixels[row][at] = colour if pixels[row][at] == BLACK else MAGENTA
        if place == framed:
            for step in range(-4, 5):
                pixels[9][column + step] = pixels[17][column + step] = GREEN
                pixels[13 + step][column - 4] = pixels[13 + step][column + 4] = GREEN
    return pixels


def question() -> str:
    """The opening question: four pictures of framed crosses, and what their stars and their frames mean, 1000 x 352
    px."""
    drawing = Drawing(
        1000, 352, "Is the bar that counts horizontal?",
        "Four small pictures, each with two crosses of a red and a blue bar, stars in red or blue above them, and a "
        "green frame around one cross. The stars say which bar counts, the frame says at which cross. Is that bar "
        "horizontal?",
    )
    side, top = 11, 52
    drawing.text(34, 34, "The colour of the stars says what to look at: the red bar or the blue one. The green frame "
                         "says where.",
                 size=18, anchor="start", bold=True)
    for which, picture in enumerate(PICTURES):
        left = 34 + which * 241
        drawing.image(left, top, _crosses(*picture), side)
        drawing.text(left + 9.5 * side, top + 19 * side + 24, str(which + 1), size=18, bold=True)
    drawing.text(500, 330, "In which pictures is the bar that counts horizontal?", size=22, bold=True)
    return drawing.svg()


def _image(drawing: Drawing, x: float, middle: float, strengths: list[float]) -> None:
    """A (C, H, W) box, its drawing as a whole centred on `middle`."""
    drawing.box(x, middle - (FACE - RISE) / 2, FACE, FACE, strengths, "features", thickness=THICKNESS)


def cbam_block() -> str:
    """The whole block, channel gate then spatial gate, with the shape of every tensor, 900 x 300 px."""
    drawing = Drawing(
        900, 300, "The CBAM block",
        "The channel gate turns x (B, C, H, W) into weights (B, C, 1, 1), which multiply x. The result, x', goes "
        "into the spatial gate, which makes a map (B, 1, H, W); it multiplies x'. The output is (B, C, H, W).",
    )
    middle, label, skip = 140, 212, 46
    top = middle - (FACE - RISE) / 2
    gated = [FEATURES * gate for gate in GATE]

    _image(drawing, 34, middle, [FEATURES] * len(GATE))
    drawing.label(72, label, "x", "(B, C, H, W)")
    drawing.arrow((114, middle), (134, middle))
    drawing.layer(134, middle - 26, 108, 52, "channel gate")
    drawing.arrow((242, middle), (262, middle))
    drawing.broadcast(264, top, FACE, FACE, GATE, thickness=THICKNESS, bar=12)
    drawing.label(302, label, "gates", "(B, C, 1, 1)")
    drawing.arrow((344, middle), (364, middle))
    drawing.operation(382, middle, "×")
    drawing.arrow((400, middle), (420, middle))
    _image(drawing, 422, middle, gated)
    drawing.label(460, label, "x'", "(B, C, H, W)")
    drawing.arrow((502, middle), (522, middle))
    drawing.layer(522, middle - 26, 108, 52, "spatial gate")
    drawing.arrow((630, middle), (650, middle))
    drawing.stretched_map(652, middle, MAP, len(GATE), face=FACE, thickness=THICKNESS)
    drawing.label(690, label, "map", "(B, 1, H, W)")
    drawing.arrow((732, middle), (752, middle))
    drawing.operation(770, middle, "×")
    drawing.arrow((788, middle), (806, middle))
    _image(drawing, 808, middle, [0.8 * strength for strength in gated])
    drawing.label(842, label, "output", "(B, C, H, W)")

    for start, end, words in ((72, 382, "x itself"), (460, 770, "x', gated by channel")):
        drawing.arrow((start, top - RISE), (start, skip), (end, skip), (end, middle - 18))
        drawing.text((start + end) / 2, skip - 10, words, size=14)
    for left, right, words in ((134, 400, "what: one number per channel"),
                               (522, 788, "where: one number per position")):
        drawing.line((left, 250), (left, 257), (right, 257), (right, 250), colour="quiet")
        drawing.text((left + right) / 2, 277, words, bold=True, colour="quiet")
    return drawing.svg()


def channel_gate() -> str:
    """Mean and maximum through one shared mlp, added, sigmoid, 900 x 300 px."""
    drawing = Drawing(
        900, 300, "The channel gate",
        "x (B, C, H, W) is pooled over H and W twice, to means (B, C) and to maxima (B, C). Both go through the "
        "same mlp: Linear to C/r, ReLU, Linear to C. The two results are added; a sigmoid and two axes make gates (B, "
        "C, 1, 1).",
    )
    upper, lower, cell = 85, 215, 13
    middle = (upper + lower) / 2

    _image(drawing, 34, middle, [FEATURES] * len(GATE))
    drawing.label(72, middle + 66, "x", "(B, C, H, W)")
    for y, name, values in ((upper, "mean", MEANS), (lower, "max", LARGEST)):
        drawing.arrow((114, middle), (150, y))
        drawing.operation(174, y, name, radius=24)
        drawing.arrow((198, y), (222, y))
        drawing.cells(224, y - 4 * cell, stacked(values), "features", side=cell)
        drawing.text(252, y + 4, "(B, C)", size=13, anchor="start", mono=True)
        drawing.arrow((308, y), (346, y))
    drawing.text(174, middle + 5, "over H, W", size=14)
    drawing.layer(346, upper - 44, 170, lower - upper + 88, "")
    drawing.text(431, middle - 38, "mlp", size=17, bold=True)
    for row, words in enumerate(("Linear, C to C/r", "ReLU", "Linear, C/r to C")):
        drawing.text(431, middle - 10 + 21 * row, words, size=14)
    drawing.text(431, middle + 66, "one, called twice", size=14, bold=True)
    for y, values in ((upper, (0.4, 0.6, 0.5, 0.2, 0.6, 0.4, 0.5, 0.3)),
                      (lower, (0.3, 0.8, 0.5, 0.1, 0.9, 0.4, 0.6, 0.2))):
        drawing.arrow((516, y), (546, y))
        drawing.cells(548, y - 4 * cell, stacked(values), "features", side=cell)
        drawing.arrow((563, y), (612, middle + (14 if y > middle else -14)))
    drawing.operation(628, middle, "+")
    drawing.arrow((646, middle), (668, middle))
    drawing.operation(686, middle, "σ")
    drawing.arrow((704, middle), (726, middle))
    drawing.cells(728, middle - 4 * cell, stacked(GATE), "gate", side=cell)
    drawing.arrow((743, middle), (800, middle), label="reshape")
    drawing.broadcast(802, middle - (FACE - RISE) / 2, FACE, FACE, GATE, thickness=THICKNESS, bar=12)
    drawing.label(838, middle + 66, "gates", "(B, C, 1, 1)")
    return drawing.svg()


def spatial_gate() -> str:
    """Maximum and mean over the channels, side by side, convolution, BatchNorm, sigmoid, 900 x 264 px."""
    drawing = Drawing(
        900, 264, "The spatial gate",
        "x (B, C, H, W) is pooled over the channels twice, to a sheet of maxima and a sheet of means, each (B, "
        "1, H, W). Put together they are (B, 2, H, W). A k x k convolution makes one sheet of them, BatchNorm "
        "brings it to scale, and a sigmoid makes the map (B, 1, H, W).",
    )
    upper, lower, cell = 64, 180, 14
    middle = (upper + lower) / 2

    _image(drawing, 34, middle, [FEATURES] * len(GATE))
    drawing.label(72, middle + 62, "x", "(B, C, H, W)")
    for y, name, sheet in ((upper, "max", MAX_SHEET), (lower, "mean", MEAN_SHEET)):
        drawing.arrow((114, middle), (150, y))
        drawing.operation(174, y, name, radius=24)
        drawing.arrow((198, y), (222, y))
        drawing.cells(224, y - 2 * cell, sheet, "features", side=cell)
        drawing.text(252, y + 2 * cell + 20, "(B, 1, H, W)", size=13, mono=True)
        drawing.arrow((284, y), (344, middle + (14 if y > middle else -14)))
    drawing.text(174, middle + 5, "over C", size=14)
    drawing.operation(366, middle, "cat", radius=22)
    drawing.arrow((388, middle), (410, middle))
    for shift, sheet in ((12, MEAN_SHEET), (0, MAX_SHEET)):
        drawing.cells(412 + shift, middle - 2 * cell - shift * 0.7 + 4, sheet, "features", side=cell)
    drawing.label(446, middle + 62, "max, mean", "(B, 2, H, W)")
    drawing.arrow((484, middle), (506, middle))
    drawing.layer(506, middle - 26, 96, 52, "conv, k x k")
    drawing.arrow((602, middle), (622, middle))
    drawing.layer(622, middle - 26, 54, 52, "bn")
    drawing.arrow((676, middle), (696, middle))
    drawing.operation(714, middle, "σ")
    drawing.arrow((732, middle), (760, middle))
    drawing.cells(762, middle - 3 * cell + 6, MAP, "gate", side=1.3 * cell)
    drawing.label(798, middle + 62, "map", "(B, 1, H, W)")
    drawing.text(554, middle + 62, "2 sheets to 1", size=14)
    return drawing.svg()


FIGURES = {
    "question": question,
    "cbam_block": cbam_block,
    "channel_gate": channel_gate,
    "spatial_gate": spatial_gate,
}
