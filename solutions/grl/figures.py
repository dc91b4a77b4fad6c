"""The drawings of lesson 08c."""

from pathlib import Path

from solutions.shared.drawing import PALETTE, Drawing, mix, tint

HERE = Path(__file__).parent
TOKEN, ANCHOR = mix(PALETTE["features"], "#FFFFFF", 0.35), mix(PALETTE["gate"], "#FFFFFF", 0.45)


def question() -> str:
    """The noisy rocket beside the restored one, 1000 x 340 px."""
    drawing = Drawing(
        1000, 340, "Where does a clean pixel come from?",
        "Left, a rocket before a sky at dusk, under strong noise. A pixel of the sky is marked; a small frame is "
        "around its neighbours, a larger one around its window, a long one around a stripe that is as wide as the "
        "picture. Right, the same picture restored by the blocks of this lesson: the sky is smooth, the rocket is "
        "sharp. Which other pixels knew the colour of the marked one?",
    )
    side, left, right, top = 300, 10, 690, 34
    drawing.text(left + side / 2, 22, "noisy", bold=True, size=17)
    drawing.text(right + side / 2, 22, "restored by the blocks you will write", bold=True, size=17)
    drawing.photograph(left, top, side, (HERE / "rocket_noisy.jpg").read_bytes())
    drawing.photograph(right, top, side, (HERE / "rocket_restored.jpg").read_bytes())
    pixel = side / 256  # px of the drawing
    column, row = 56, 104
    x, y = left + column * pixel, top + row * pixel
    drawing.frame(left, y - 8 * pixel, side, 16 * pixel, colour="gate")
    drawing.frame(x - 8 * pixel, y - 8 * pixel, 16 * pixel, 16 * pixel, colour="features")
    drawing.frame(x - 2.5 * pixel, y - 2.5 * pixel, 5 * pixel, 5 * pixel, colour="wrong", thickness=2.4)
    drawing.arrow((326, 184), (674, 184))
    drawing.text(500, 84, "Which other pixels know", bold=True, size=22)
    drawing.text(500, 112, "this pixel's true colour?", bold=True, size=22)
    for line, (colour, width, words) in enumerate((("wrong", 16, "its neighbours (local)?"),
                                                   ("features", 30, "its window (regional)?"),
                                                   ("gate", 64, "anything in its stripe (global)?"))):
        level = 222 + 38 * line
        height = {"wrong": 16, "features": 26, "gate": 22}[colour]
        drawing.frame(378 - width / 2, level - height / 2, width, height, colour=colour)
        drawing.text(424, level + 6, words, size=18, anchor="start")
    return drawing.svg()


def anchors() -> str:
    """Two small maps instead of a large one, 900 x 330 px."""
    drawing = Drawing(
        900, 330, "Far tokens, and anchors between them",
        "A stripe of 4 rows and 8 columns of tokens, 32 in all. The first one asks what the last one holds. Beside "
        "it, the same stripe's 8 anchors, 2 rows of 4, each the mean of a block of 2 x 2 tokens. Comparing all tokens "
        "with all takes 32 times 32 numbers. With anchors there are two steps: anchors look at tokens, then tokens "
        "look at anchors. How many numbers is that?",
    )
    side, left, top = 40, 40, 76
    drawing.text(left + 4 * side, 44, "a stripe: N = 32 tokens", bold=True)
    for row in range(4):
        for column in range(8):
            ends = (row, column) in ((0, 0), (3, 7))
            drawing.rectangle(left + column * side, top + row * side, side, side,
                              PALETTE["features"] if ends else TOKEN,
                              outline="border")
    drawing.text(left + side / 2, top + side / 2 + 5, "?", bold=True, size=17)
    drawing.text(left + 7.5 * side, top + 3.5 * side + 5, "!", bold=True, size=17)
    for row in (0, 2, 4):
        drawing.line((left, top + row * side), (left + 8 * side, top + row * side), width=2.6)
    for column in (0, 2, 4, 6, 8):
        drawing.line((left + column * side, top), (left + column * side, top + 4 * side), width=2.6)
    drawing.text(left + 4 * side, top + 4 * side + 30, "one step: each token looks at each token,", size=14)
    drawing.text(left + 4 * side, top + 4 * side + 50, "a map of 32 x 32 = 1024 numbers", size=14)
    big, right = 56, 600
    drawing.arrow((376, top + 60), (right - 16, top + 60), label="anchors look at tokens")
    drawing.arrow((right - 16, top + 116), (376, top + 116))
    drawing.text(480, top + 138, "tokens look at anchors", size=15)
    drawing.text(right + 2 * big, 44, "A = 8 anchors: means of 2 x 2", bold=True)
    for row in range(2):
        for column in range(4):
            drawing.rectangle(right + column * big, top + 24 + row * big, big, big, ANCHOR)
    drawing.text(right + 2 * big, top + 4 * side + 30, "two steps, two maps:", size=14)
    drawing.text(right + 2 * big, top + 4 * side + 50, "how many numbers together?", size=14, bold=True)
    return drawing.svg()


OUT = ((0.9, 0.1), (0.6, 0.4), (0.8, 0.2), (0.2, 0.8), (0.3, 0.7), (0.5, 0.5))
IN = ((1 / 3, 1 / 3, 1 / 3, 0, 0, 0), (0, 0, 0, 1 / 3, 1 / 3, 1 / 3))


def maps() -> str:
    """The product of two small maps, 900 x 380 px."""
    drawing = Drawing(
        900, 380, "A low-rank map",
        "M_e has six rows, the tokens that look, and two columns, the anchors. Token 0 has the weights 0.9 and 0.1. "
        "M_d has two rows, the anchors, and six columns, the tokens: anchor 0 gives tokens 0, 1 and 2 a third each, "
        "anchor 1 gives tokens 3, 4 and 5 a third each. Their product is a map of six by six, which is never built; "
        "each of its rows is a mixture of the two rows of M_d. Its first row holds question marks.",
    )
    side, top = 40, 96
    product = [[sum(a * IN[k][column] for k, a in enumerate(row)) for column in range(6)] for row in OUT]

    def matrix(left: float, y: float, values: object, role: str, digits: int, rows: str, columns: str, title: str,
               most: float) -> None:
        shown = [["?" if v < 0 else f"{v:.{digits}f}" if v else "0" for v in row] for row in values]
        drawing.cells(left, y, [[max(v, 0.0) / most for v in row] for row in values], role, side=side, numbers=shown)
        width, height = side * len(values[0]), side * len(values)
        for column in range(len(values[0])):
            drawing.text(left + (column + 0.5) * side, y - 8, str(column), size=13, colour="quiet")
        for row in range(len(values)):
            drawing.text(left - 12, y + (row + 0.5) * side + 5, str(row), size=13, colour="quiet")
        drawing.text(left + width / 2, y - 44, title, bold=True, size=17)
        drawing.text(left + width / 2, y - 26, f"columns: {columns}", size=13, colour="quiet")
        drawing.text(left + width / 2, y + height + 22, f"rows: {rows}", size=13, colour="quiet")

    matrix(70, top, OUT, "gate", 1, "tokens that look", "anchors", "M_e", 1.0)
    drawing.text(190, top + 3 * side, "times", size=15)
    matrix(240, top + 2 * side, IN, "gate", 2, "anchors that look", "tokens", "M_d", 0.5)
    drawing.text(522, top + 3 * side, "=", size=24)
    product[0] = [-1.0] * 6  # the question
    matrix(590, top, product, "gate", 2, "tokens that look", "tokens", "their product, never built", 0.35)
    return drawing.svg()


def stripe() -> str:
    """AnchoredStripeAttention with every shape, 900 x 400 px."""
    drawing = Drawing(
        900, 400, "Anchored stripe attention",
        "qkv (B, L, 3C) becomes a grid, is rolled by minus s, cut into stripes and split into heads: q, k, v (B', h, "
        "N, C / h). The anchors (B, H // d, W // d, C) are rolled by minus s // d, cut and split: a (B', h, A, C / "
        "h). Anchors gather from k and v through transform_in: z (B', h, A, C / h). Queries gather from a and "
        "z through transform_out: y (B', h, N, C / h). Heads are joined, stripes put together and rolled back: "
        "(B, L, C).",
    )

    def box(x: float, y: float, name: str, shape: str, fill: str = PALETTE["operation"], width: float = 136) -> None:
        drawing.rectangle(x, y, width, 42, fill, radius=14)
        drawing.text(x + width / 2, y + 26, name, bold=True, size=14)
        drawing.text(x + width / 2, y - 8, shape, size=12.5, mono=True)

    drawing.label(52, 88, "qkv", "(B, L, 3C)")
    drawing.label(73, 268, "anchor", "(B, H/d, W/d, C)")
    box(120, 66, "roll by -s", "(B, H, W, 3C)")
    box(280, 66, "stripes, heads", "(B', h, N, C/h) x 3")
    box(150, 246, "roll by -(s // d)", "(B, H/d, W/d, C)")
    box(310, 246, "stripes, heads", "(B', h, A, C/h)")
    layer = tint("layer", 0.5)
    box(500, 156, "transform_in", "z (B', h, A, C/h)", layer, 140)
    box(700, 156, "transform_out", "y (B', h, N, C/h)", layer, 150)
    drawing.text(604, 218, "anchors look at k, v", size=13)
    drawing.text(796, 218, "q looks at a, gets z", size=13)
    drawing.arrow((256, 87), (280, 87))
    drawing.arrow((286, 267), (310, 267))
    drawing.arrow((416, 94), (570, 94), (570, 136))
    drawing.text(500, 86, "k, v", size=14, bold=True)
    drawing.arrow((446, 267), (520, 267), (520, 198))
    drawing.text(480, 258, "a", size=14, bold=True)
    drawing.arrow((640, 177), (700, 177))
    drawing.text(669, 168, "z", size=14, bold=True)
    drawing.arrow((416, 76), (440, 76), (440, 40), (775, 40), (775, 136))
    drawing.text(640, 32, "q", size=14, bold=True)
    drawing.arrow((446, 281), (720, 281), (720, 198))
    drawing.text(640, 274, "a", size=14, bold=True)
    box(640, 326, "stripes back, roll by +s", "(B, H, W, C)", width=190)
    drawing.arrow((850, 177), (876, 177), (876, 347), (830, 347))
    drawing.label(560, 342, "result", "(B, L, C)")
    drawing.arrow((640, 347), (606, 347))
    drawing.text(240, 346, "B' = images times stripes", size=14, colour="quiet")
    return drawing.svg()


def block() -> str:
    """GRLBlock, 900 x 340 px."""
    drawing = Drawing(
        900, 340, "A GRL block",
        "x (B, L, dim) goes three ways: through MixedAttention (windows and stripes, half of the channels each), "
        "norm1 and times s; through the local branch (two convolutions and a gate); and straight on. All three are "
        "added: y. Then y goes through the MLP, norm2 and times s, and is added to itself.",
    )

    def layer(x: float, y: float, width: float, name: str) -> None:
        drawing.layer(x, y, width, 42, name)

    drawing.label(50, 160, "x", "(B, L, dim)")
    drawing.line((100, 165), (120, 165))
    drawing.arrow((120, 165), (120, 76), (150, 76))
    drawing.rectangle(150, 30, 190, 92, mix(PALETTE["layer"], "#FFFFFF", 0.2), radius=10)
    drawing.text(245, 52, "attn: MixedAttention", bold=True, size=14)
    layer(160, 66, 80, "windows")
    layer(250, 66, 80, "stripes")
    drawing.arrow((340, 76), (364, 76))
    layer(364, 55, 76, "norm1")
    drawing.arrow((440, 76), (458, 76))
    drawing.operation(476, 76, "x s", radius=18)
    drawing.arrow((494, 76), (520, 76), (520, 147))
    drawing.arrow((120, 165), (502, 165))
    drawing.text(310, 156, "shortcut", size=13, colour="quiet")
    drawing.arrow((120, 165), (120, 256), (150, 256))
    layer(150, 235, 190, "local: conv, conv, gate")
    drawing.arrow((340, 256), (520, 256), (520, 183))
    drawing.operation(520, 165, "+")
    drawing.arrow((538, 165), (828, 165))
    drawing.text(566, 154, "y", bold=True)
    drawing.arrow((590, 165), (590, 76), (616, 76))
    layer(616, 55, 66, "mlp")
    drawing.arrow((682, 76), (700, 76))
    layer(700, 55, 76, "norm2")
    drawing.arrow((776, 76), (790, 76))
    drawing.operation(808, 76, "x s", radius=18)
    drawing.arrow((826, 76), (846, 76), (846, 147))
    drawing.operation(846, 165, "+")
    drawing.arrow((864, 165), (890, 165))
    drawing.text(450, 310, "all shapes are (B, L, dim); windows and stripes have dim // 2 channels each", size=14,
                 colour="quiet")
    return drawing.svg()


FIGURES = {"question": question, "anchors": anchors, "maps": maps, "stripe": stripe, "block": block}
