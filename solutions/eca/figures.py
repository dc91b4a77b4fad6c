"""The drawings of the Efficient Channel Attention lesson, with the channels of SE's: a channel looks the same
wherever it appears."""

from solutions.se.figures import CELL, GATE, LABEL, MIDDLE, SUMMARY, gating
from solutions.shared.drawing import PALETTE, Drawing, stacked

KERNEL = (0.25, 0.95, 0.55)

# The first picture of glowing_discs(6, seed=27), rounded: its 48 bands added up, in 16 greys, and the mean of each
# band.
ADDED = (
    "79583687876985a6", "84b8408944368117", "680cdb4145966988", "55688fb684578573", "5a67784a865759b9",
    "46995a8938b53779", "8a23d97d88979ab7", "49b5b6c97bba5cb5", "b938989eb692ad75", "2384958931895b79",
    "81309c88a8898867", "a654a6420f98666b", "47c8781d4367b307", "79c655341c345676", "44968ac877358378",
    "7c6311f5c8d7974b",
)
MEANS = (
    2.80, 2.75, 2.67, 2.64, 2.38, 2.32, 2.26, 2.40, 2.16, 2.14, 2.28, 2.40, 2.40, 2.48, 2.77, 3.34, 3.21, 3.44, 3.58,
    3.87, 4.07, 4.20,
    4.34, 4.31, 4.18, 4.25, 4.06, 3.98, 3.72, 3.50, 3.28, 2.87, 2.71, 2.38, 2.15, 2.13, 1.86, 1.68, 1.76, 1.71, 1.87,
    1.97, 2.17, 2.33,
    2.51, 2.74, 2.82, 3.00,
)


def question() -> str:
    """The opening question: a picture in which a band glows, all bands added up and the mean of each, 1000 x 340 px."""
    drawing = Drawing(
        1000, 340, "Which band glows?",
        "Left, a picture in 48 bands, all of them added up: noise. Right, the mean of each band as a line of dots: "
        "smooth hills with small bumps. In one of the bands a disc glows. Which band is it?",
    )
    side, top = 15, 62
    drawing.text(40, 44, "48 bands of colour, added up", bold=True, size=18, anchor="start")
    drawing.image(40, top, [[f"#{6 * grey}" for grey in row] for row in ADDED], side)
    drawing.text(40, top + 16 * side + 26, "Somewhere here, in one band, a disc glows.", size=15, anchor="start")

    left, step, bottom, unit = 384, 12.2, 252, 70
    points = [(left + step * band, bottom - unit * (mean - 1.6)) for band, mean in enumerate(MEANS)]
    drawing.text(left - 28, 44, "the mean of each band", bold=True, size=18, anchor="start")
    drawing.line((left - 12, 70), (left - 12, bottom + 14), (left + step * 47 + 12, bottom + 14), colour="quiet")
    for mean in (2, 3, 4):
        drawing.text(left - 20, bottom - unit * (mean - 1.6) + 5, str(mean), size=14, anchor="end", colour="quiet")
    for band in (0, 10, 20, 30, 40, 47):
        drawing.text(left + step * band, bottom + 34, str(band), size=14, colour="quiet")
    drawing.line(*points, colour="features", width=2)
    for x, y in points:
        drawing.rectangle(x - 3.5, y - 3.5, 7, 7, PALETTE["features"], radius=3.5)
    drawing.text(left + step * 23.5, bottom + 68, "Which band is it?", size=24, bold=True)
    return drawing.svg()


def eca_block() -> str:
    """The whole block from x to the gated x with the shape of every tensor, 900 x 320 px."""
    drawing = Drawing(
        900, 320, "The Efficient Channel Attention block",
        "x (B, C, H, W) is averaged over H and W to s (B, C). One kernel of k numbers slides along the C numbers; "
        "sigmoid makes a gate (B, C) of its output. Reshaped to (B, C, 1, 1), the gate multiplies x, which comes "
        "past on a skip path.",
    )
    gating(drawing, ((142, 252, "squeeze, as in SE"), (272, 560, "a kernel along the channels"),
                     (574, 770, "scale, as in SE")))
    drawing.arrow((116, MIDDLE), (147, MIDDLE))
    drawing.operation(169, MIDDLE, "mean", radius=22)
    drawing.text(169, MIDDLE + 42, "over H, W", size=14)
    drawing.arrow((191, MIDDLE), (222, MIDDLE))
    column = MIDDLE - 4 * CELL
    drawing.cells(226, column, stacked(SUMMARY), "features", side=CELL)
    drawing.label(232, LABEL, "s", "(B, C)")
    # The kernel over three neighbours, and the one number that it gives.
    kernel = 300
    drawing.cells(kernel, column + 2 * CELL, stacked(KERNEL), "layer", side=CELL)
    for edge in (2, 5):
        drawing.line((226 + CELL, column + edge * CELL), (kernel, column + edge * CELL), colour="quiet", width=1)
        drawing.line((kernel + CELL, column + edge * CELL), (386, column + (3 if edge == 2 else 4) * CELL),
                     colour="quiet", width=1)
    drawing.arrow((kernel + CELL / 2, column + 2 * CELL - 4), (kernel + CELL / 2, column - 4))
    drawing.arrow((kernel + CELL / 2, column + 5 * CELL + 4), (kernel + CELL / 2, column + 8 * CELL + 4))
    drawing.text(kernel + CELL / 2, column - 13, "slides along", size=14)
    drawing.label(kernel + CELL / 2, LABEL, "conv", "(1, 1, k)")
    drawing.cells(386, column, stacked([0.45] * 3 + [0.9] + [0.45] * 4), "features", side=CELL)
    drawing.label(393, LABEL, "scores", "(B, 1, C)")
    drawing.arrow((403, MIDDLE), (441, MIDDLE))
    drawing.operation(461, MIDDLE, "σ")
    drawing.arrow((479, MIDDLE), (517, MIDDLE))
    drawing.cells(521, column, stacked(GATE), "gate", side=CELL)
    drawing.label(528, LABEL, "gate", "(B, 1, C)")
    drawing.arrow((536, MIDDLE), (612, MIDDLE), label="reshape")
    return drawing.svg()


def sliding() -> str:
    """The kernel (-1, 2, -1) along four channel means, zeros beyond both ends, 900 x 330 px."""
    drawing = Drawing(
        900, 330, "One kernel slides along the channels",
        "The means 1, 3, 2, 2 stand in a row with a zero beyond each end. The kernel -1, 2, -1 lies over 1, 3, 2 and "
        "gives 3 for channel 1. The four scores are -1, 3, -1, 2; sigmoid makes the gates 0.27, 0.95, 0.27, 0.88.",
    )
    side, left = 54, 330
    rows = {"means": 60, "kernel": 128, "scores": 196, "gates": 250}
    means, scores, gates = (1, 3, 2, 2), (-1, 3, -1, 2), (0.27, 0.95, 0.27, 0.88)

    drawing.text(left - side - 16, 46, "channel", anchor="end", size=14, colour="quiet")
    for channel in range(4):
        drawing.text(left + (channel + 0.5) * side, 46, str(channel), size=14, colour="quiet")
    drawing.cells(left, rows["means"], [[mean / 4 for mean in means]], "features", side=side, numbers=[means])
    for x in (left - side, left + 4 * side):
        y = rows["means"]
        drawing.ghost([(x, y), (x + side, y), (x + side, y + side), (x, y + side)], 0)
        drawing.text(x + side / 2, y + side / 2 + 6, "0", size=17, colour="quiet")
    drawing.text(left - side - 16, rows["means"] + 33, "s, with a zero beyond each end", anchor="end")
    drawing.cells(left, rows["kernel"], [(0.3, 0.95, 0.3)], "layer", side=side, numbers=[(-1, 2, -1)])
    drawing.text(left - 16, rows["kernel"] + 33, "the kernel, centred on channel 1", anchor="end")
    drawing.arrow((left + 3 * side + 6, rows["kernel"] + side / 2), (left + 4 * side + 10, rows["kernel"] + side / 2))
    drawing.text(left + 4 * side + 20, rows["kernel"] + 26, "then centred on channel 2:", anchor="start", size=14)
    drawing.text(left + 4 * side + 20, rows["kernel"] + 46, "the same three numbers", anchor="start", size=14)
    drawing.cells(left, rows["scores"], [[0.15, 0.8, 0.15, 0.55]], "features", side=side, numbers=[scores])
    drawing.text(left - 16, rows["scores"] + 33, "the scores", anchor="end")
    drawing.text(left + 4 * side + 20, rows["scores"] + 33, "channel 1:  -1 · 1 + 2 · 3 - 1 · 2 = 3", anchor="start")
    drawing.cells(left, rows["gates"], [gates], "gate", side=side, numbers=[gates])
    drawing.text(left - 16, rows["gates"] + 33, "after the sigmoid: the gates", anchor="end")
    return drawing.svg()


def two_matrices() -> str:
    """SE's two full matrices and ECA's band for eight channels, in true proportion, 900 x 400 px."""
    drawing = Drawing(
        900, 400, "SE's matrices and ECA's band",
        "For 8 channels SE has a 2 x 8 and an 8 x 2 matrix with 32 numbers of their own. ECA's kernel, written as an "
        "8 x 8 matrix, is a band of three diagonals, each of them one number repeated, and zeros elsewhere: 3 numbers.",
    )
    side, middle = 24, 168
    channels = range(8)
    own = [[0.25 + 0.7 * ((5 * row + 3 * column + row * column) % 8) / 8 for column in channels] for row in channels]

    drawing.text(200, 36, "SE, r = 4: every number is its own", bold=True)
    drawing.cells(60, middle - side, own[:2], "layer", side=side)
    drawing.label(60 + 4 * side, 296, "fc1", "(2, 8)")
    drawing.operation(286, middle, "ReLU", radius=22)
    drawing.cells(326, middle - 4 * side, [row[:2] for row in own], "layer", side=side)
    drawing.label(326 + side, 296, "fc2", "(8, 2)")
    drawing.text(216, 350, "2 · 8 + 8 · 2 = 32 numbers", size=17, bold=True)
    drawing.text(216, 376, "each gate sees every channel", size=15)

    drawing.line((452, 60), (452, 380), colour="border")
    drawing.text(664, 36, "ECA, k = 3: one kernel, row after row", bold=True)
    left, top = 664 - 4 * side, middle - 4 * side
    for row in channels:
        for column in channels:
            x, y, place = left + column * side, top + row * side, column - row + 1
            if 0 <= place < 3:
                drawing.cells(x, y, [[KERNEL[place]]], "layer", side=side, numbers=[["abc"[place]]])
            else:
                drawing.cells(x, y, [[0]], "operation", side=side)
    drawing.text(left - 14, middle - 6, "gate i", anchor="end", size=14)
    drawing.text(left - 14, middle + 12, "(row)", anchor="end", size=14)
    drawing.text(664, top - 12, "channel j (column)", size=14)
    drawing.label(664, 296, "band_matrix(kernel, 8)", "(8, 8)")
    drawing.text(664, 350, "3 numbers: a, b, c", size=17, bold=True)
    drawing.text(664, 376, "each gate sees its own channel and two neighbours", size=15)
    return drawing.svg()


FIGURES = {
    "question": question,
    "eca_block": eca_block,
    "sliding": sliding,
    "two_matrices": two_matrices,
}
