"""The drawings of the Dual Attention Network lesson."""

from solutions.shared.drawing import Drawing, depth

# One small image for the lesson: three channels of 2 x 2 positions, so X is 3 x 4.
# Its numbers are in the drawing of the two matrices.
X = ((2, 0, 1, 0), (0, 2, 0, 1), (1, 0, 1, 0))
FEATURES = 0.85
MAP = ((0.1, 0.2, 0.9, 0.1), (0.5, 0.1, 0.6, 0.1), (0.2, 0.1, 0.1, 0.9), (0.1, 0.4, 0.7, 0.1))


def _box(drawing: Drawing, x: float, middle: float, face: float = 50, channels: int = 5, thickness: float = 7) -> float:
    """Features whose front face is centred on the height `middle`. Returns how far they reach to the right."""
    reach, rise = depth(thickness, channels)
    drawing.box(x, middle - (face - rise) / 2, face, face, [FEATURES] * channels, "features", thickness=thickness)
    return x + face + reach


def _grid(drawing: Drawing, x: float, y: float, rows: int, columns: int, side: float, role: str,
          strength: float = 0.6) -> None:
    drawing.cells(x, y, [[strength] * columns for _ in range(rows)], role, side=side)


def poster() -> str:
    """A poster of coloured patches, as the lesson's pictures are made, 900 x 316 px."""
    drawing = Drawing(
        900, 316, "Which mark belongs to it?",
        "Coloured patches lie scattered over a poster. One patch of each colour has a mark at its right, black or "
        "white: red, green and purple black, blue, yellow and light blue white. Others have no mark; three of them "
        "are numbered: 1 is blue, 2 red, 3 yellow.",
    )
    colours = {"red": "#D55E00", "blue": "#0072B2", "green": "#009E73", "yellow": "#F0E442", "purple": "#CC79A7",
               "light": "#56B4E9"}
    marked = (((0, 0), "red", False), ((4, 0), "green", False), ((2, 1), "light", True), ((1, 2), "yellow", True),
              ((3, 0), "purple", False), ((4, 2), "blue", True))
    asked = ((1, 0), "blue"), ((3, 1), "red"), ((0, 1), "yellow")
    across, down, patch = 118, 92, 68
    drawing.rectangle(22, 18, 608, 280, "#B9B9B4")
    for (column, row), colour, white in marked:
        x, y = 40 + across * column, 32 + down * row
        drawing.rectangle(x, y, patch, patch, colours[colour])
        drawing.rectangle(x + patch, y, patch / 2, patch, "#FFFFFF" if white else "#000000")
    for number, ((column, row), colour) in enumerate(asked, 1):
        x, y = 40 + across * column, 32 + down * row
        drawing.rectangle(x, y, patch, patch, colours[colour])
        drawing.operation(x + patch / 2, y + patch / 2, str(number), radius=18)
    for y, line, bold in ((62, "One patch of each colour", True), (84, "has a mark on its right,", False),
                          (106, "black or white.", False),
                          (152, "Patches 1, 2 and 3 have none.", True), (174, "Their mark is that of the", False),
                          (196, "patch with the same colour.", False)):
        drawing.text(650, y, line, anchor="start", bold=bold, size=16)
    drawing.text(650, 252, "Black or white?", anchor="start", bold=True, size=26)
    return drawing.svg()


def position_attention() -> str:
    """PositionAttention with the shape of every tensor, and one row followed from its query to what it gathers, 900
    x 470 px."""
    drawing = Drawing(
        900, 470, "Position attention, and the way of one position",
        "From x (B, C, H, W) three 1 x 1 convolutions give queries (B, N, C/r), keys (B, C/r, N) and values (B, C, "
        "N), with N = H * W. Queries times keys, then a softmax along each row, give A (B, N, N): rows j are the "
        "positions that look, columns i those that are looked at. One position is followed in a strong colour: its "
        "query is row j of the queries, its weights are row j of A, and what it gathers, all values weighted by that "
        "row, is column j of the values times A transposed. Times gamma, added to x.",
    )
    middle, upper, lower, chosen = 196, 104, 330, 1
    edge = _box(drawing, 26, middle, channels=3, thickness=10)
    drawing.label(62, middle + 62, "x", "(B, C, H, W)")
    drawing.line((edge + 8, upper), (edge + 8, lower))
    drawing.line((edge, middle), (edge + 8, middle))
    for height, name in ((upper, "query"), (middle, "key"), (lower, "value")):
        drawing.arrow((edge + 8, height), (edge + 30, height))
        drawing.layer(edge + 30, height - 22, 66, 44, name)
        drawing.arrow((edge + 96, height), (edge + (128 if name == "query" else 116), height))
    left, side = edge + 118, 18
    drawing.text(edge + 30, 34, "1 × 1 convolutions, then one list of N positions", size=13, anchor="start",
                 colour="quiet")
    drawing.cells(left + 14, upper - 2 * side, [[0.95 if row == chosen else 0.15] * 2 for row in range(4)], "features",
                  side=side)
    drawing.text(left + 58, upper - 5, "row j: the query", size=13, anchor="start")
    drawing.text(left + 58, upper + 12, "of position j", size=13, anchor="start")
    drawing.text(left + 30, upper + 2 * side + 17, "(B, N, C/r)", size=13, mono=True)
    _grid(drawing, left, middle - side, 2, 4, side, "features", strength=0.45)
    drawing.text(left + 36, middle + 36, "(B, C/r, N)", size=13, mono=True)
    _grid(drawing, left, lower - 1.5 * side, 3, 4, side, "features", strength=0.45)
    drawing.text(left + 36, lower + 44, "(B, C, N)", size=13, mono=True)

    times = left + 198
    drawing.operation(times, 150, "×")
    drawing.arrow((left + 164, upper), (times, upper), (times, 132))
    drawing.arrow((left + 76, middle), (times, middle), (times, 168))
    drawing.arrow((times + 18, 150), (times + 34, 150))
    drawing.operation(times + 66, 150, "softmax", radius=32)
    drawing.text(times + 66, 204, "along a row", size=13)
    drawing.arrow((times + 98, 150), (times + 142, 150))
    at, cell = times + 148, 24
    drawing.cells(at, 150 - 2 * cell, [[value if row == chosen else 0.1 * value for value in MAP[row]]
                                       for row in range(4)], "gate",
                  side=cell)
    drawing.text(at + 2 * cell, 68, "columns i: who is", size=13)
    drawing.text(at + 2 * cell, 86, "looked at", size=13)
    drawing.text(at + 4 * cell + 8, 150 - 0.5 * cell + 5, "row j: who looks", size=13, anchor="start")
    drawing.label(at + 2 * cell, 222, "A", "(B, N, N)")

    gather = at + 2 * cell
    drawing.arrow((gather, 246), (gather, lower - 20))
    drawing.text(gather + 8, 276, "transposed", size=13, anchor="start")
    drawing.arrow((left + 76, lower), (gather - 18, lower))
    drawing.operation(gather, lower, "×")
    drawing.arrow((gather + 18, lower), (gather + 36, lower))
    right = gather + 40
    drawing.cells(right, lower - 1.5 * side,
                  [[0.95 if column == chosen else 0.15 for column in range(4)] for _ in range(3)], "features",
                  side=side)
    drawing.text(right + 1.5 * side, lower + 46, "column j: what j gathers", size=13)
    drawing.text(right + 1.5 * side, lower + 64, "(B, C, N), then (B, C, H, W)", size=13, mono=True)
    drawing.arrow((right + 76, lower), (right + 92, lower))
    drawing.layer(right + 92, lower - 22, 36, 44, "γ")
    drawing.arrow((right + 128, lower), (right + 144, lower))
    plus = right + 162
    drawing.operation(plus, lower, "+")
    drawing.arrow((56, middle + 92), (56, 436), (plus, 436), (plus, lower + 18))
    drawing.text(300, 428, "x itself", size=14)
    drawing.arrow((plus, lower - 18), (plus, lower - 62))
    drawing.text(plus - 4, lower - 70, "output", bold=True)
    return drawing.svg()


def two_matrices() -> str:
    """The N x N and the C x C matrix of one image with 3 channels and 2 x 2 positions, 900 x 400 px."""
    drawing = Drawing(
        900, 400, "Two matrices of one small image",
        "An image with 3 channels and 2 x 2 positions is X, 3 rows and 4 columns. Its columns are the positions: X "
        "transposed times X is 4 x 4, one number for each pair of positions. Its rows are the channels: X times X "
        "transposed is 3 x 3, one number for each pair of channels.",
    )
    side = 40
    names = ("a", "b", "c", "d")
    drawing.text(40, 40, "one image, C = 3", anchor="start", bold=True)
    for channel in range(3):
        top = 62 + 100 * channel
        numbers = [list(X[channel][:2]), list(X[channel][2:])]
        drawing.cells(40, top, [[n / 2 for n in row] for row in numbers], "features", side=side, numbers=numbers)
        drawing.text(132, top + 46, f"channel {channel}", anchor="start", size=14)
    drawing.arrow((214, 200), (248, 200))

    left, top = 280, 140
    drawing.text(left - 20, 60, "X: each channel", anchor="start", bold=True)
    drawing.text(left - 20, 80, "in one row, (C, N)", anchor="start", bold=True)
    drawing.cells(left, top, [[n / 2 for n in row] for row in X], "features", side=side, numbers=X)
    for place, name in enumerate(names):
        drawing.text(left + (place + 0.5) * side, top - 10, name, size=14)
    for channel in range(3):
        drawing.text(left - 12, top + (channel + 0.62) * side, str(channel), size=14)
    drawing.text(left + 2 * side, top + 3 * side + 26, "a b: first row of the image", size=13, colour="quiet")
    drawing.text(left + 2 * side, top + 3 * side + 44, "c d: second row", size=13, colour="quiet")

    positions = [[sum(X[c][i] * X[c][j] for c in range(3)) for j in range(4)] for i in range(4)]
    channels = [[sum(X[i][n] * X[j][n] for n in range(4)) for j in range(3)] for i in range(3)]
    drawing.arrow((454, 190), (500, 140))
    drawing.arrow((454, 210), (500, 300))
    for matrix, at, y, marks, words, formula in (
        (positions, 560, 62, names, ("positions with positions", "columns of X, N × N"), "Xᵀ X"),
        (channels, 560, 262, ("0", "1", "2"), ("channels with channels", "rows of X, C × C"), "X Xᵀ"),
    ):
        small = 36
        most = max(map(max, matrix))
        drawing.cells(at, y, [[n / most for n in row] for row in matrix], "gate", side=small, numbers=matrix)
        for place, name in enumerate(marks):
            drawing.text(at + (place + 0.5) * small, y - 8, name, size=13)
            drawing.text(at - 12, y + (place + 0.65) * small, name, size=13)
        right = at + len(matrix) * small + 18
        drawing.text(right, y + 34, formula, anchor="start", bold=True, size=17)
        drawing.text(right, y + 58, words[0], anchor="start", size=14)
        drawing.text(right, y + 78, words[1], anchor="start", size=14)
    return drawing.svg()


def head() -> str:
    """DANetHead, 900 x 390 px."""
    drawing = Drawing(
        900, 390, "The head of the Dual Attention Network",
        "From x two branches start, each of conv-BN-ReLU, an attention, conv-BN-ReLU. The upper one has position "
        "attention, the lower one channel attention. classify_position and classify_channel read one branch each; "
        "classify_fused reads their sum. Each classifier is dropout and a 1 x 1 convolution.",
    )
    upper, middle, lower = 92, 200, 308
    edge = _box(drawing, 26, middle, face=56)
    drawing.label(68, middle + 68, "x", "(B, C, H, W)")
    drawing.line((edge, middle), (edge + 12, middle))
    for height, name in ((upper, "position"), (lower, "channel")):
        drawing.arrow((edge + 12, middle), (edge + 12, height), (edge + 30, height))
        drawing.layer(edge + 30, height - 24, 106, 48, f"{name}_in")
        drawing.arrow((edge + 136, height), (edge + 158, height))
        drawing.layer(edge + 158, height - 24, 86, 48, name)
        drawing.arrow((edge + 244, height), (edge + 266, height))
        drawing.layer(edge + 266, height - 24, 116, 48, f"{name}_out")
        drawing.arrow((edge + 382, height), (edge + 470, height))
        drawing.layer(edge + 470, height - 24, 146, 48, f"classify_{name}")
        drawing.arrow((edge + 616, height), (edge + 640, height))
        drawing.text(edge + 646, height + 5, name, anchor="start", bold=True)
    drawing.text(edge + 83, upper - 38, "conv-BN-ReLU", size=13, colour="quiet")
    drawing.text(edge + 324, upper - 38, "conv-BN-ReLU", size=13, colour="quiet")
    drawing.text(edge + 201, upper - 38, "attention", size=13, colour="quiet")
    drawing.text(edge + 543, upper - 38, "dropout, 1 × 1 conv", size=13, colour="quiet")
    drawing.text(edge + 266, middle + 5, "(B, C/4, H, W) all along", size=13, mono=True)
    plus = edge + 424
    drawing.arrow((plus, upper), (plus, middle - 18))
    drawing.arrow((plus, lower), (plus, middle + 18))
    drawing.operation(plus, middle, "+")
    drawing.arrow((plus + 18, middle), (edge + 470, middle))
    drawing.layer(edge + 470, middle - 24, 146, 48, "classify_fused")
    drawing.arrow((edge + 616, middle), (edge + 640, middle))
    drawing.text(edge + 646, middle + 5, "fused", anchor="start", bold=True)
    drawing.text(edge + 630, lower + 58, "three of (B, num_classes, H, W)", size=13, mono=True)
    return drawing.svg()


FIGURES = {
    "poster": poster,
    "position_attention": position_attention,
    "two_matrices": two_matrices,
    "head": head,
}
