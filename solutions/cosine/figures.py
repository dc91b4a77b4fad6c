"""The drawings of lesson 08b."""

import math

from solutions.shared.drawing import PALETTE, Drawing, mix

TINTS = {"window": mix(PALETTE["features"], "#FFFFFF", 0.35), "pair": mix(PALETTE["features"], "#FFFFFF", 0.85),
         "entry": mix(PALETTE["gate"], "#FFFFFF", 0.4)}
UNIT = 52  # pixels of an arrow of length 1
# by name: length, and degrees from the query
KEYS = {"A": (1.3, -12.0), "B": (2.0, 88.0), "C": (5.6, -62.0)}


def question() -> str:
    """Which key is most like the query? 900 x 400 px."""
    drawing = Drawing(
        900, 400, "A query and three keys",
        "Arrows from one point. The query points up and to the right. Key A is short and points almost the same way. "
        "Key B has a medium length and stands at a right angle to the query. Key C is by far the longest and points "
        "some 60 degrees away from the query. Which key is most like the query?",
    )
    x, y, up = 330, 250, 42.0

    def arrow(name: str, length: float, turned: float, colour: str) -> None:
        angle = math.radians(up + turned)
        dx, dy = UNIT * math.cos(angle), -UNIT * math.sin(angle)
        tip, width = (x + length * dx, y + length * dy), 9
        neck = (tip[0] - 0.32 * dx, tip[1] - 0.32 * dy)
        drawing.line((x, y), neck, colour=colour, width=5)
        side = (-dy / UNIT * width, dx / UNIT * width)
        drawing.line((neck[0] + side[0], neck[1] + side[1]), tip, (neck[0] - side[0], neck[1] - side[1]),
                     colour=colour, width=4)
        drawing.text(x + (length + 0.45) * dx, y + (length + 0.45) * dy + 6, name, bold=True, size=19)

    arrow("query", 3.0, 0.0, "layer")
    for name, (length, turned) in KEYS.items():
        arrow(name, length, turned, "features")
    drawing.text(690, 90, "Which key is most like the query?", bold=True, size=19)
    drawing.text(690, 122, "Your eye compares directions.", size=16)
    drawing.text(690, 146, "A dot product counts lengths, too.", size=16)
    return drawing.svg()


def offsets() -> str:
    """Which cell of the table a pair of tokens reads, 900 x 330 px."""
    drawing = Drawing(
        900, 330, "From a pair of tokens to an entry of the table",
        "A window of 2 x 3 tokens, numbered 0 to 5. Token 4, in row 1 and column 1, looks at token 2, in row 0 and "
        "column 2: the offset, query minus key, is row +1, "
        "column -1. The table has an entry for each offset, 3 rows from -1 to 1 and 5 columns from -2 to 2, numbered 0 "
        "to 14. Row offset 1 and "
        "column offset -1 is entry 11, so the index of the pair (4, 2) is 11.",
    )
    side, left, top = 54, 60, 118
    drawing.text(left + 1.5 * side, 60, "a window of 2 x 3", bold=True)
    drawing.text(left + 1.5 * side, 80, "N = 6 tokens", size=13, colour="quiet")
    for token in range(6):
        x, y = left + token % 3 * side, top + token // 3 * side
        drawing.rectangle(x, y, side, side, TINTS["pair" if token in (2, 4) else "window"])
        drawing.text(x + side / 2, y + 33, str(token), bold=token in (2, 4), size=17)
    drawing.arrow((left + 1.8 * side, top + 1.25 * side), (left + 2.3 * side, top + 0.75 * side))
    drawing.text(left + 1.5 * side, top + 2 * side + 30, "4 minus 2: row +1, column -1", size=14)
    drawing.arrow((260, top + side), (390, top + side))
    drawing.text(325, top + side - 14, "index[4, 2] = 11", size=14, bold=True)
    side, left, top = 54, 480, 100
    drawing.text(left + 2.5 * side, 42, "the table: an entry for each offset", bold=True)
    for column in range(5):
        drawing.text(left + (column + 0.5) * side, top - 12, f"{column - 2:+d}" if column != 2 else "0", size=14)
    for row in range(3):
        drawing.text(left - 22, top + (row + 0.5) * side + 5, f"{row - 1:+d}" if row != 1 else "0", size=14)
        for column in range(5):
            number = 5 * row + column
            drawing.rectangle(left + column * side, top + row * side, side, side,
                              TINTS["entry"] if number == 11 else "#FFFFFF")
            drawing.text(left + (column + 0.5) * side, top + row * side + 33, str(number), bold=number == 11)
    drawing.text(left + 2.5 * side, top + 3 * side + 32, "rows: row offset, columns: column offset;", size=14)
    drawing.text(left + 2.5 * side, top + 3 * side + 52, "entry = (1 + 1) · 5 + (-1 + 2) = 11", size=14)
    return drawing.svg()


FIGURES = {"question": question, "offsets": offsets}
