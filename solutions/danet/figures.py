"""The drawings of the Dual Attention Network lesson."""

from solutions.shared.drawing import Drawing, depth

# One small image for the lesson: three channels of 2 x 2 positions, so X is 3 x 4. Its numbers are in the drawing of the two matrices.
X = ((2, 0, 1, 0), (0, 2, 0, 1), (1, 0, 1, 0))
FEATURES = 0.85
MAP = ((0.1, 0.2, 0.9, 0.1), (0.5, 0.1, 0.6, 0.1), (0.2, 0.1, 0.1, 0.9), (0.1, 0.4, 0.7, 0.1))


def _box(drawing: Drawing, x: float, middle: float, face: float = 50, channels: int = 5, thickness: float = 7) -> float:
    """Features whose front face is centred on the height `middle`. Returns how far they reach to the right."""
    reach, rise = depth(thickness, channels)
    drawing.box(x, middle - (face - rise) / 2, face, face, [FEATURES] * channels, "features", thickness=thickness)
    return x + face + reach


def _grid(drawing: Drawing, x: float, y: float, rows: int, columns: int, side: float, role: str, strength: float = 0.6) -> None:
    drawing.cells(x, y, [[strength] * columns for _ in range(rows)], role, side=side)


def position_attention() -> str:
    """PositionAttention with the shape of every tensor, 900 x 440 px."""
    drawing = Drawing(
        900, 440, "Position attention",
        "From x (B, C, H, W) three 1 x 1 convolutions give queries (B, N, C/r), keys (B, C/r, N) and values (B, C, N), with N = H * W. "
        "Queries times keys, then a softmax along each row, give the map A (B, N, N). The values are multiplied by A transposed; the "
        "result (B, C, H, W) is multiplied by gamma and added to x.",
    )
    middle, upper, lower = 190, 96, 300
    edge = _box(drawing, 26, middle)
    drawing.label(66, middle + 62, "x", "(B, C, H, W)")
    drawing.line((edge + 8, upper), (edge + 8, lower))
    drawing.line((edge, middle), (edge + 8, middle))
    for height, name in ((upper, "query"), (middle, "key"), (lower, "value")):
        drawing.arrow((edge + 8, height), (edge + 30, height))
        drawing.layer(edge + 30, height - 22, 66, 44, name)
        drawing.arrow((edge + 96, height), (edge + (138 if name == "query" else 116), height))  # its grid is narrower
    left, side = edge + 118, 16
    drawing.text(edge + 63, 56, "1 × 1 convolutions, then one list of N positions", size=13, anchor="start", colour="quiet")
    _grid(drawing, left + 22, upper - 2 * side, 4, 2, side, "features")
    drawing.text(left + 62, upper + 5, "(B, N, C/r)", size=13, mono=True, anchor="start")
    _grid(drawing, left, middle - side, 2, 4, side, "features")
    drawing.text(left + 36, middle + 36, "(B, C/r, N)", size=13, mono=True)
    _grid(drawing, left, lower - 1.5 * side, 3, 4, side, "features")
    drawing.text(left + 36, lower + 44, "(B, C, N)", size=13, mono=True)

    times = left + 186
    drawing.operation(times, 143, "×")
    drawing.arrow((left + 156, upper), (times, upper), (times, 125))
    drawing.arrow((left + 68, middle), (times, middle), (times, 161))
    drawing.arrow((times + 18, 143), (times + 36, 143))
    drawing.operation(times + 68, 143, "softmax", radius=32)
    drawing.text(times + 68, 198, "along a row", size=13)
    drawing.arrow((times + 100, 143), (times + 118, 143))
    drawing.cells(times + 120, 143 - 40, MAP, "gate", side=20)
    drawing.label(times + 160, 208, "A", "(B, N, N)")

    gather = times + 160
    drawing.arrow((gather, 230), (gather, lower - 20))
    drawing.text(gather + 8, 256, "transposed", size=13, anchor="start")
    drawing.arrow((left + 68, lower), (gather - 18, lower))
    drawing.operation(gather, lower, "×")
    drawing.arrow((gather + 18, lower), (gather + 44, lower))
    gathered = _box(drawing, gather + 48, lower)
    drawing.text(gather + 88, lower + 60, "(B, C, H, W)", size=13, mono=True)
    drawing.arrow((gathered + 4, lower), (gathered + 24, lower))
    drawing.layer(gathered + 24, lower - 22, 40, 44, "γ")
    drawing.arrow((gathered + 64, lower), (gathered + 82, lower))
    plus = gathered + 100
    drawing.operation(plus, lower, "+")
    drawing.arrow((60, middle + 92), (60, 402), (plus, 402), (plus, lower + 18))
    drawing.text(300, 394, "x itself", size=14)
    drawing.arrow((plus, lower - 18), (plus, lower - 62))
    drawing.text(plus, lower - 70, "output", bold=True)
    return drawing.svg()


def two_matrices() -> str:
    """The N x N and the C x C matrix of one image with 3 channels and 2 x 2 positions, 900 x 400 px."""
    drawing = Drawing(
        900, 400, "Two matrices of one small image",
        "An image with 3 channels and 2 x 2 positions is X, 3 rows and 4 columns. Its columns are the positions: X transposed times X is "
        "4 x 4, one number for each pair of positions. Its rows are the channels: X times X transposed is 3 x 3, one number for each pair "
        "of channels.",
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
        "From x two branches start, each of conv-BN-ReLU, an attention, conv-BN-ReLU. The upper one has position attention, the lower one "
        "channel attention. classify_position and classify_channel read one branch each; classify_fused reads their sum. Each classifier "
        "is dropout and a 1 x 1 convolution.",
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
    "position_attention": position_attention,
    "two_matrices": two_matrices,
    "head": head,
}
