"""The drawings of the ResT lesson."""

from solutions.shared.drawing import Drawing

HUES = {"a": "#D98C1F", "b": "#3F7FE0", "c": "#BFD030", "d": "#C03FC8"}
GREY = "#808080"
ENTRIES = (("a", 0, 0, "#FFFFFF"), ("b", 0, 1, "#000000"), ("c", 1, 0, "#000000"), ("d", 1, 1, "#FFFFFF"))
LONE = (("d", 2, 9), ("a", 4, 13), ("b", 7, 11), ("c", 9, 14), ("a", 12, 9), ("d", 13, 12), ("c", 1, 14),
        ("b", 0, 11), ("d", 5, 9), ("c", 6, 15), ("a", 10, 11), ("b", 14, 15))


def _field(drawing: Drawing, left: float, top: float, side: float) -> None:
    """The grey field of 16 x 16 cells with its four entries and its lone cells, which ask for black or white."""
    drawing.rectangle(left, top, 16 * side, 16 * side, GREY)
    for letter, row, column, answer in ENTRIES:
        x, y = left + (2 + 2 * column) * side, top + (6 + 2 * row) * side
        drawing.rectangle(x, y, 2 * side, 2 * side, HUES[letter])
        drawing.rectangle(x + 1.15 * side, y + 0.2 * side, 0.6 * side, 0.6 * side, answer, radius=0.3 * side)
        drawing.text(x + 0.7 * side, y + 1.6 * side, letter, bold=True, size=0.9 * side)
    for letter, row, column in LONE:
        drawing.rectangle(left + column * side, top + row * side, side, side, HUES[letter])
        drawing.text(left + (column + 0.5) * side, top + (row + 0.8) * side, letter, bold=True, size=0.8 * side)


def keys() -> str:
    """256 queries, and the 16 windows that answer them, 1000 x 356 px."""
    drawing = Drawing(
        1000, 356, "256 cells ask, 16 keys answer",
        "Left: a grey field of 16 x 16 cells. Four entries of 2 x 2 cells form a block: a with a white dot, b black, "
        "c black, d white. Twelve lone cells elsewhere have one of these hues: which are black, which are white? "
        "Right: 4 x 4 orange squares, one key for each window of 5 x 5 cells. A frame around one window in the field "
        "holds the whole block, and an arrow leads from it to one of the keys, in which the letters a, b, c, d and a "
        "question mark stand.",
        true_colours=True,
    )
    side, left, top = 16, 70, 66
    drawing.text(left + 8 * side, 34, "256 cells ask: black or white?", bold=True, size=19)
    drawing.text(left + 8 * side, 54, "A lone cell has the answer of the entry with its hue.", size=14, colour="quiet")
    _field(drawing, left, top, side)
    west, north = left + 2 * side, top + 6 * side
    east, south = west + 5 * side, north + 5 * side
    drawing.line((west, north), (east, north), (east, south), (west, south), (west, north), width=4)
    key, right = 60, 640
    drawing.text(right + 2 * key, 34, "16 keys answer", bold=True, size=19)
    drawing.text(right + 2 * key, 54, "one for each window of 5 x 5 cells", size=14, colour="quiet")
    for row in range(4):
        for column in range(4):
            x, y = right + column * key, top + 8 + row * key
            crowded = (row, column) == (2, 1)
            drawing.cells(x + 4, y + 4, [[0.75 if crowded else 0.3]], "gate", side=key - 8)
            if crowded:
                for letter, dx, dy in (("a", 18, 26), ("b", 42, 26), ("c", 18, 48), ("d", 42, 48)):
                    drawing.text(x + dx, y + dy, letter, bold=True, size=18)
    drawing.arrow((east, north + 2.5 * side), (right + key + 2, top + 8 + 2.5 * key))
    drawing.text(490, 346, "One key has to hold all four entries. How few keys are enough?", bold=True, size=19)
    return drawing.svg()


def pixel() -> str:
    """PixelAttention on one row of three numbers, 900 x 190 px."""
    drawing = Drawing(
        900, 190, "A gate from the neighbours",
        "One row of three numbers, 4, 2, 0. A 3 x 3 kernel whose only one stands right of the middle gives 2, 0, 0: "
        "each position gets its right neighbour. The sigmoid gives 0.88, 0.5, 0.5. Times x: 3.52, 1, 0.",
    )
    side, middle = 46, 96
    steps = ((40, "x", "features", ("4", "2", "0"), (0.9, 0.5, 0.1)),
             (432, "conv(x)", "features", ("2", "0", "0"), (0.5, 0.1, 0.1)),
             (590, "gate", "gate", ("0.88", "0.5", "0.5"), (0.9, 0.5, 0.5)),
             (748, "x · gate", "features", ("3.52", "1", "0"), (0.8, 0.3, 0.1)))
    for left, name, role, numbers, strengths in steps:
        drawing.text(left + 1.5 * side, middle - 36, name, bold=True)
        drawing.cells(left, middle - 23, [strengths], role, side=side, numbers=[numbers])
    drawing.arrow((184, middle), (228, middle))
    drawing.text(283, middle - 64, "kernel of this channel", size=13)
    drawing.cells(231, middle - 54, [[0.1] * 3, [0.1, 0.1, 0.9], [0.1] * 3], "gate", side=36,
                  numbers=[[0, 0, 0], [0, 0, 1], [0, 0, 0]])
    drawing.arrow((345, middle), (426, middle))
    drawing.arrow((574, middle), (586, middle))
    drawing.text(578, middle + 44, "sigmoid", size=13)
    drawing.arrow((730, middle), (745, middle))
    drawing.text(450, 172, "The kernel picks the right neighbour; outside of the map there are zeros.", size=14,
                 colour="quiet")
    return drawing.svg()


def overlap() -> str:
    """Patches of two with a kernel of three, along one row, 900 x 220 px."""
    drawing = Drawing(
        900, 220, "Patches that overlap",
        "A row of eight positions with one of padding at its left. Four windows of three positions each begin at the "
        "padding and at every second position after it: neighbouring windows share one position. Four tokens come out.",
    )
    side, left, top = 52, 246, 60
    drawing.text(left - 30 - side, top + 32, "one row of x", anchor="end", size=14)
    drawing.cells(left - side, top, [[0.05]], "features", side=side)
    drawing.cells(left, top, [[0.5] * 8], "features", side=side, numbers=[list(range(8))])
    drawing.text(left - side / 2, top - 10, "padding", size=12, colour="quiet")
    for token in range(4):
        start = left - side + 2 * side * token
        y = top + side + (12 if token % 2 == 0 else 22)
        drawing.line((start + 4, y - 6), (start + 4, y), (start + 3 * side - 4, y), (start + 3 * side - 4, y - 6),
                     colour="layer", width=3)
        middle = start + 1.5 * side
        drawing.arrow((middle, y), (middle, top + side + 52))
        drawing.cells(middle - 20, top + side + 54, [[0.9]], "features", side=40, numbers=[[token]])
    drawing.text(left - 30 - side, top + side + 80, "one row of tokens", anchor="end", size=14)
    drawing.text(450, 30, "Patch size 2: kernel 3, stride 2, padding 1", bold=True, size=16)
    return drawing.svg()


def _matrix(drawing: Drawing, x: float, y: float, rows: int, columns: int, role: str, side: float = 13,
            chosen: int | None = 4) -> None:
    drawing.cells(x, y, [[0.9 if row == chosen else 0.3] * columns for row in range(rows)], role, side=side)


def emsa() -> str:
    """EMSA with every shape, 900 x 430 px."""
    drawing = Drawing(
        900, 430, "Many queries, few keys",
        "x (B, N, dim) goes two ways. Above: q gives queries, (B, heads, N, head_dim). Below: x becomes a map (B, "
        "dim, H, W), goes through sr, a depth-wise convolution with stride sr_ratio, and sr_norm, and is M tokens (B, "
        "M, dim); kv makes keys and values of them, (B, heads, M, head_dim). Queries times keys and a softmax along "
        "each row give A (B, heads, N, M); times the values, joined and through proj: (B, N, dim). With "
        "apply_transform, transform_conv comes before the softmax and transform_norm after it.",
    )
    _matrix(drawing, 34, 128, 9, 3, "features")
    drawing.text(54, 264, "x", bold=True)
    drawing.text(54, 282, "(B, N, dim)", size=12, mono=True)
    drawing.arrow((76, 150), (112, 110), (150, 110))
    drawing.layer(150, 84, 64, 52, "q")
    drawing.arrow((214, 110), (330, 110))
    _matrix(drawing, 334, 52, 9, 2, "features")
    drawing.text(347, 44, "queries", bold=True)
    drawing.text(347, 186, "(B, heads, N, head_dim)", size=12, mono=True)
    drawing.arrow((76, 228), (104, 228), (104, 318), (113, 318))
    drawing.cells(116, 292, [[0.35] * 3 for _ in range(3)], "features", side=17)
    drawing.text(142, 362, "(B, dim, H, W)", size=12, mono=True)
    drawing.arrow((168, 318), (184, 318))
    drawing.layer(184, 294, 56, 48, "sr")
    drawing.text(212, 268, "depth-wise,", size=12)
    drawing.text(212, 284, "stride sr_ratio", size=12)
    drawing.arrow((240, 318), (254, 318))
    drawing.layer(254, 294, 84, 48, "sr_norm")
    drawing.arrow((338, 318), (354, 318))
    _matrix(drawing, 357, 300, 3, 3, "features", chosen=None)
    drawing.text(377, 362, "(B, M, dim)", size=12, mono=True)
    drawing.arrow((400, 318), (418, 318))
    drawing.layer(418, 294, 54, 48, "kv")
    drawing.arrow((472, 306), (500, 262))
    drawing.arrow((472, 330), (500, 352))
    _matrix(drawing, 504, 240, 3, 2, "features", chosen=None)
    drawing.text(540, 264, "keys", bold=True, anchor="start")
    _matrix(drawing, 504, 334, 3, 2, "features", chosen=None)
    drawing.text(540, 352, "values", bold=True, anchor="start")
    drawing.text(540, 370, "(B, heads, M, head_dim)", size=12, mono=True, anchor="start")
    drawing.arrow((366, 110), (424, 110))
    drawing.arrow((517, 236), (517, 176), (446, 128))
    drawing.operation(440, 110, "@", radius=16)
    drawing.arrow((456, 110), (486, 110))
    drawing.operation(512, 110, "softmax", radius=28)
    for line, text in enumerate(("with apply_transform:", "transform_conv before it,", "transform_norm after it")):
        drawing.text(512, 38 + 16 * line, text, size=12, colour="quiet")
    drawing.arrow((540, 110), (600, 110))
    _matrix(drawing, 604, 52, 9, 3, "gate")
    drawing.text(668, 118, "A", bold=True, size=18)
    drawing.text(624, 186, "(B, heads, N, M)", size=12, mono=True)
    drawing.arrow((646, 110), (702, 160))
    drawing.arrow((590, 340), (700, 240), (712, 188))
    drawing.operation(714, 172, "@", radius=16)
    drawing.arrow((730, 172), (748, 172))
    drawing.layer(748, 146, 58, 52, "proj")
    drawing.arrow((806, 172), (834, 172))
    _matrix(drawing, 838, 114, 9, 3, "features")
    drawing.text(850, 252, "(B, N, dim)", size=12, mono=True)
    drawing.text(450, 414,
                 "N = H · W tokens ask; about N / sr_ratio² of them, M, answer. The strong row is one query.", size=15)
    return drawing.svg()


def block() -> str:
    """ResT's block, 900 x 180 px."""
    drawing = Drawing(
        900, 180, "ResT's block",
        "x (B, N, dim) goes through norm1 and attn, and x is added. That goes through norm2 and mlp (fc1, GELU, "
        "fc2), and what went in is added.",
    )
    middle, skip = 112, 52
    drawing.text(40, middle + 5, "x", bold=True, size=18)
    drawing.arrow((54, middle), (110, middle))
    for left, names in ((110, ("norm1", "attn")), (484, ("norm2", "mlp"))):
        start = left - 30
        drawing.line((start, middle), (start, skip), (left + 246, skip))
        drawing.arrow((left + 200, skip), (left + 246, skip), (left + 246, middle - 18))
        drawing.layer(left, middle - 26, 84, 52, names[0])
        drawing.arrow((left + 84, middle), (left + 116, middle))
        drawing.layer(left + 116, middle - 26, 84, 52, names[1])
        drawing.arrow((left + 200, middle), (left + 228, middle))
        drawing.operation(left + 246, middle, "+")
    drawing.arrow((374, middle), (484, middle))
    drawing.arrow((748, middle), (850, middle))
    drawing.text(158 + 110, middle + 50, "EMSA, with H and W", size=13)
    drawing.text(158 + 484, middle + 50, "fc1, GELU, fc2", size=13)
    drawing.text(414, middle + 22, "(B, N, dim)", size=12, mono=True)
    drawing.text(802, middle + 22, "(B, N, dim)", size=12, mono=True)
    return drawing.svg()


FIGURES = {"keys": keys, "pixel": pixel, "overlap": overlap, "emsa": emsa, "block": block}
