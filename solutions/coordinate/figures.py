"""The drawings of the Coordinate Attention lesson."""

from solutions.shared.drawing import Drawing

GREY, WHITE = "#808080", "#FFFFFF"
RED, GREEN, BLUE, YELLOW = "#E8483F", "#3FB04A", "#4F6BE8", "#E6C229"
BOARD = ((RED, BLUE, GREEN, RED), (GREEN, YELLOW, BLUE, GREEN), (YELLOW, BLUE, RED, BLUE),
         (BLUE, GREEN, YELLOW, YELLOW))
ROW, COLUMN = 2, 1  # of the marks


def _pixel(y: int, x: int) -> str:
    row, column = (y - 5) // 6, (x - 5) // 6
    level, upright = y >= 5 and (y - 5) % 6 < 3, x >= 5 and (x - 5) % 6 < 3
    if x < 2 and level and row == ROW or y < 2 and upright and column == COLUMN:
        return WHITE
    return BOARD[row][column] if level and upright else GREY


def board() -> str:
    """A board and what is asked, 900 x 412 px."""
    drawing = Drawing(
        900, 412, "Which colour is the square at the crossing?",
        "A grey board of 28 x 28 pixels with sixteen squares of 3 x 3 pixels, in four rows and four columns, red, "
        "green, blue or yellow. A white mark at the left edge is level with the third row, one at the top edge stands "
        "over the second column. Lines lead from both to the square where they cross, which has a frame.",
    )
    side, left, top = 11, 60, 66
    drawing.text(left + 14 * side, 40, "Which colour is the square at the crossing?", bold=True, size=19)
    drawing.image(left, top, [[_pixel(y, x) for x in range(28)] for y in range(28)], side)
    y, x = top + (6.5 + 6 * ROW) * side, left + (6.5 + 6 * COLUMN) * side
    drawing.line((left + 2 * side, y), (x - 22, y), colour="operation", width=2)
    drawing.line((x, top + 2 * side), (x, y - 22), colour="operation", width=2)
    drawing.line((x - 22, y - 22), (x + 22, y - 22), (x + 22, y + 22), (x - 22, y + 22), (x - 22, y - 23),
                 colour="operation", width=3)
    drawing.text(left + 14 * side, top + 28 * side + 20, "Lines and frame are not in the picture.", size=13,
                 colour="quiet")
    right = 410
    for line, text in enumerate(("One mark, at the left edge, points at a row.",
                                 "One mark, at the top edge, points at a column.",
                                 "Only both together name the square.")):
        drawing.text(right, 130 + 28 * line, text, anchor="start", size=17)
    for line, text in enumerate(("The two convolutions in front of the module see 7 pixels:",
                                 "from most squares, at least one mark is farther away.")):
        drawing.text(right, 250 + 24 * line, text, anchor="start")
    return drawing.svg()


def module() -> str:
    """The module, with every shape, 900 x 430 px."""
    drawing = Drawing(
        900, 430, "CoordinateAttention",
        "x (B, C, H, W) is averaged over W, which gives (B, C, H, 1), and over H, which gives (B, C, 1, W). The "
        "columns' means are transposed to (B, C, W, 1) and joined below the rows' means: (B, C, H + W, 1). conv1, bn1 "
        "and a hard-swish turn C channels into m. The line is split into H rows and W columns. conv_h and a sigmoid "
        "make a_h (B, C, H, 1). The columns are transposed back; conv_w and a sigmoid make a_w (B, C, 1, W). x is "
        "multiplied by a_h, which is the same in all columns, and by a_w, which is the same in all rows; the output "
        "is (B, C, H, W).",
    )
    upper, lower, skip, end = 120, 290, 38, 858
    middle = (upper + lower) / 2
    drawing.box(24, middle - 30, 48, 48, (0.8, 0.55, 0.7), "features", thickness=9)
    drawing.label(58, middle + 48, "x", "(B, C, H, W)")
    drawing.line((98, middle), (116, middle))
    drawing.line((116, middle), (116, skip), (end, skip))
    drawing.text(420, skip + 20, "x itself", size=13)
    for y, axis, shape in ((upper, "W", "(B, C, H, 1)"), (lower, "H", "(B, C, 1, W)")):
        drawing.arrow((116, middle), (116, y), (138, y))
        drawing.operation(162, y, "mean", radius=24)
        drawing.text(162, y + 42, f"over {axis}", size=13)
        drawing.text(248, y + (48 if y == upper else 32), shape, size=13, mono=True)
        drawing.arrow((186, y), (212, y))
    drawing.cells(216, upper - 27, [[0.8], [0.5], [0.65]], "features", side=18)
    drawing.line((234, upper), (350, upper))
    drawing.arrow((350, upper), (350, middle - 22))
    drawing.cells(216, lower - 9, [[0.6, 0.4, 0.8, 0.5]], "features", side=18)
    drawing.arrow((288, lower), (308, lower))
    drawing.operation(328, lower, "T", radius=18)
    drawing.line((346, lower), (350, lower))
    drawing.arrow((350, lower), (350, middle + 22))
    drawing.operation(350, middle, "cat", radius=22)
    drawing.text(420, middle + 48, "(B, C, H + W, 1)", size=13, mono=True)
    drawing.arrow((372, middle), (394, middle))
    drawing.layer(394, middle - 25, 100, 50, "conv1, bn1")
    drawing.arrow((494, middle), (514, middle))
    drawing.operation(546, middle, "h-swish", radius=31)
    drawing.text(540, middle - 44, "(B, m, H + W, 1)", size=13, mono=True)
    drawing.arrow((577, middle), (598, middle))
    drawing.operation(620, middle, "split", radius=22)
    drawing.arrow((620, middle - 22), (620, upper), (660, upper))
    drawing.text(606, upper - 6, "H rows", size=13, anchor="end")
    drawing.line((620, middle + 22), (620, lower - 18))
    drawing.operation(620, lower, "T", radius=18)
    drawing.text(594, lower + 5, "W columns", size=13, anchor="end")
    drawing.arrow((638, lower), (660, lower))
    for y, name in ((upper, "conv_h"), (lower, "conv_w")):
        drawing.layer(660, y - 24, 74, 48, name)
        drawing.arrow((734, y), (750, y))
        drawing.operation(767, y, "σ", radius=17)
        drawing.operation(end, y, "×")
    drawing.cells(802, upper - 21, [[0.1], [0.9], [0.2]], "gate", side=14)
    drawing.arrow((784, upper), (800, upper))
    drawing.arrow((816, upper), (end - 18, upper))
    drawing.label(790, upper + 46, "a_h", "(B, C, H, 1)")
    drawing.cells(788, lower - 6, [[0.1, 0.2, 0.9, 0.1]], "gate", side=12)
    drawing.label(790, lower + 46, "a_w", "(B, C, 1, W)")
    drawing.arrow((end, skip), (end, upper - 18))
    drawing.arrow((end, upper + 18), (end, lower - 18))
    drawing.arrow((end, lower + 18), (end, lower + 86))
    drawing.text(838, lower + 106, "output", bold=True)
    drawing.text(838, lower + 124, "(B, C, H, W)", size=13, mono=True)
    drawing.text(390, 400, "T: the last two axes are transposed. m: max(8, C // reduction).", size=13, colour="quiet")
    return drawing.svg()


FIGURES = {"board": board, "module": module}
