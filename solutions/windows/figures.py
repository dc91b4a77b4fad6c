"""The drawings of lesson 08a. Cells are numbered row by row, a window has one tint."""

from collections.abc import Callable, Sequence

from solutions.shared.drawing import PALETTE, Drawing, mix

HEIGHT, WIDTH, WINDOW = 4, 6, (2, 3)
TINTS = [mix(PALETTE[role], "#FFFFFF", share)
         for role, share in (("features", 0.35), ("gate", 0.4), ("layer", 0.35), ("features", 0.85))]


def _rolled(down: int, right: int) -> list[list[int]]:
    """The numbers of the cells, rolled by minus this much."""
    return [[(row + down) % HEIGHT * WIDTH + (column + right) % WIDTH for column in range(WIDTH)]
            for row in range(HEIGHT)]


def _grid(drawing: Drawing, x: float, y: float, cells: Sequence[Sequence[object]], tint: Callable[[int, int], str],
          side: float,
          bold: Sequence[object] = ()) -> None:
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            left, top = x + column * side, y + row * side
            drawing.rectangle(left, top, side, side, tint(row, column), outline="border")
            drawing.text(left + side / 2, top + side / 2 + 5, str(cell), size=15, bold=cell in bold)


def _borders(drawing: Drawing, x: float, y: float, side: float, rows: Sequence[int], columns: Sequence[int]) -> None:
    for row in rows:
        drawing.line((x, y + row * side), (x + WIDTH * side, y + row * side), width=4)
    for column in columns:
        drawing.line((x + column * side, y), (x + column * side, y + HEIGHT * side), width=4)


def _window(row: int, column: int) -> int:
    return row // WINDOW[0] * 2 + column // WINDOW[1]


def windows() -> str:
    """The question of the lesson, 1000 x 336 px."""
    drawing = Drawing(
        1000, 336, "Neighbours in two windows",
        "A grid of 4 rows and 6 columns, its cells numbered row by row from 0 to 23, cut into four windows of 2 x 3 "
        "cells. Cells 8 and 9 are neighbours, but 8 is in the first window and 9 in the second one. A cell looks at "
        "the cells of its own window only. Beside the grid three smaller ones with the same windows stand for layer "
        "1, layer 2 and layer 100. How can 8 ever learn what 9 is?",
    )
    side, left, top = 44, 60, 66
    drawing.text(left + 3 * side, 40, "four windows of 2 x 3 cells", bold=True, size=17)
    _grid(drawing, left, top, _rolled(0, 0), lambda row, column: TINTS[_window(row, column)], side, bold=(8, 9))
    _borders(drawing, left, top, side, (0, 2, 4), (0, 3, 6))
    middle = top + 1.5 * side
    drawing.line((left + 2 * side + 4, middle - side / 2 + 4), (left + 4 * side - 4, middle - side / 2 + 4),
                 (left + 4 * side - 4, middle + side / 2 - 4), (left + 2 * side + 4, middle + side / 2 - 4),
                 (left + 2 * side + 4, middle - side / 2 + 4), colour="wrong", width=4)
    drawing.text(left + 3 * side, top + 4 * side + 30, "8 and 9 are neighbours.", size=16)
    small = 24
    for place, name in ((420, "layer 1"), (612, "layer 2"), (804, "layer 100")):
        _grid(drawing, place, 112, [[" "] * WIDTH] * HEIGHT, lambda row, column: TINTS[_window(row, column)], small)
        _borders(drawing, place, 112, small, (0, 2, 4), (0, 3, 6))
        drawing.text(place + 2.5 * small, 112 + 1.5 * small + 6, "8", bold=True, size=17)
        drawing.text(place + 3.5 * small, 112 + 1.5 * small + 6, "9", bold=True, size=17)
        drawing.text(place + 3 * small, 100, name, bold=True, size=16)
    drawing.arrow((350, 160), (412, 160))
    drawing.arrow((570, 160), (606, 160))
    drawing.text(780, 166, "...", bold=True, size=20)
    drawing.text(684, 40, "A cell looks at its own window, and at no other cell.", bold=True, size=17)
    drawing.text(684, 258, "Every layer has the same windows.", size=16)
    drawing.text(500, 316, "However many layers we stack: how can 8 ever learn what 9 is?", bold=True, size=19)
    return drawing.svg()


def shift() -> str:
    """Windows moved by (1, 1), and the roll that makes them whole, 900 x 400 px."""
    drawing = Drawing(
        900, 400, "Shifted windows, made by a roll",
        "Left: the borders of the windows have moved down by one row and right by one column, so that 8 and 9 share a "
        "window, but pieces are left over "
        "at the rim. Right: the picture rolled by (-1, -1): row 0 has gone to the bottom and column 0 to the right. "
        "Ordinary windows now hold all "
        "cells. The second window holds 10, 11, 6, 16, 17, 12; 6 and 12 came from the other side.",
    )
    side, top = 46, 84
    for left, title in ((60, "1. move the borders by (1, 1)"), (520, "2. or roll the picture by (-1, -1)")):
        drawing.text(left + 3 * side, 46, title, bold=True)
    moved = {(True, True): 0, (True, False): 1, (False, True): 2, (False, False): 3}
    _grid(drawing, 60, top, _rolled(0, 0), lambda row, column: TINTS[moved[1 <= row < 3, 1 <= column < 4]], side,
          bold=(8, 9))
    _borders(drawing, 60, top, side, (1, 3), (1, 4))
    _grid(drawing, 520, top, _rolled(1, 1), lambda row, column: TINTS[_window(row, column)], side, bold=(8, 9))
    _borders(drawing, 520, top, side, (0, 2, 4), (0, 3, 6))
    drawing.line((520, top + 3 * side), (520 + 6 * side, top + 3 * side), colour="wrong", width=3)
    drawing.line((520 + 5 * side, top), (520 + 5 * side, top + 4 * side), colour="wrong", width=3)
    drawing.arrow((360, top + 2 * side), (494, top + 2 * side), label="torch.roll")
    below = top + 4 * side
    drawing.text(60 + 3 * side, below + 34, "8 and 9 share a window.", size=14)
    drawing.text(60 + 3 * side, below + 54, "What about the pieces at the rim?", size=14)
    drawing.text(520 + 3 * side, below + 34, "Four full windows again. Behind the red lines stand", size=14)
    drawing.text(520 + 3 * side, below + 54, "cells that came from the other side: 6 is not a neighbour of 11.",
                 size=14)
    drawing.text(450, below + 96,
                 "Three of these windows hold cells that never were neighbours. A mask will keep them apart.",
                 bold=True)
    return drawing.svg()


def mask() -> str:
    """The mask of the second window, 900 x 350 px."""
    drawing = Drawing(
        900, 350, "The mask of one window",
        "The second window of the rolled picture, 10 11 6 in its first row and 16 17 12 in its second. 10, 11, 16, 17 "
        "are region A; 6 and 12 are region "
        "B. Its mask has six rows and six columns, in the order 10, 11, 6, 16, 17, 12: 0 where both cells are A or "
        "both are B, -100 elsewhere.",
    )
    cells, regions = (10, 11, 6, 16, 17, 12), "AABAAB"
    roles = {"A": TINTS[1], "B": mix(PALETTE["wrong"], "#FFFFFF", 0.35)}
    side, left, top = 52, 60, 110
    drawing.text(left + 1.5 * side, 60, "the second window", bold=True)
    drawing.text(left + 1.5 * side, 82, "and its regions", size=13, colour="quiet")
    for which, (cell, region) in enumerate(zip(cells, regions, strict=True)):
        x, y = left + which % 3 * side, top + which // 3 * side
        drawing.rectangle(x, y, side, side, roles[region])
        drawing.text(x + side / 2, y + 24, str(cell), bold=True)
        drawing.text(x + side / 2, y + 43, region, size=13)
    drawing.line((left + 2 * side, top), (left + 2 * side, top + 2 * side), colour="wrong", width=4)
    drawing.text(left + 1.5 * side, top + 2 * side + 34, "A stayed together,", size=14)
    drawing.text(left + 1.5 * side, top + 2 * side + 54, "B came from the other side.", size=14)
    drawing.arrow((250, top + side), (380, top + side))
    side, left, top = 40, 470, 76
    drawing.text(left + 3 * side, 30, "mask[1], added to the logits", bold=True)
    for which, (cell, region) in enumerate(zip(cells, regions, strict=True)):
        drawing.text(left - 22, top + which * side + 26, str(cell), size=14)
        drawing.text(left + which * side + side / 2, top - 10, str(cell), size=14)
        for column, other in enumerate(regions):
            same = region == other
            shade = "#FFFFFF" if same else mix(PALETTE["ink"], "#FFFFFF", 0.25)
            drawing.rectangle(left + column * side, top + which * side, side, side, shade)
            drawing.text(left + (column + 0.5) * side, top + which * side + 25, "0" if same else "-100", size=13)
    drawing.text(left + 6 * side + 26, top + 60, "rows:", anchor="start", size=14, bold=True)
    drawing.text(left + 6 * side + 26, top + 80, "the cell that looks", anchor="start", size=14)
    drawing.text(left + 6 * side + 26, top + 120, "columns:", anchor="start", size=14, bold=True)
    drawing.text(left + 6 * side + 26, top + 140, "the cell it looks at", anchor="start", size=14)
    return drawing.svg()


FIGURES = {"windows": windows, "shift": shift, "mask": mask}
