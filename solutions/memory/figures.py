"""The drawings of the lesson on attention without its matrix."""

from solutions.shared.drawing import Drawing

ROWS = ((0.2, 0.1, 0.1, 0.1, 0.9, 0.1, 0.1, 0.2), (0.1, 0.7, 0.1, 0.4, 0.1, 0.1, 0.2, 0.1))


def chunks() -> str:
    """One chunk of queries on its way to what it gathers, 900 x 330 px."""
    drawing = Drawing(
        900, 330, "One chunk of queries at a time",
        "The N x N matrix is never there as a whole. Two of the eight queries, times all eight keys, give two rows of it, 2 x N; a softmax "
        "along each row; times all values they give what these two positions gather, 2 x C. Then the next two queries have their turn.",
    )
    side, top = 26, 66
    queries = [[0.9] * 2 if row in (2, 3) else [0.25] * 2 for row in range(8)]
    drawing.cells(40, top, queries, "features", side=side)
    drawing.label(66, top + 8 * side + 22, "queries", "(N, D)")
    drawing.text(66, 44, "rows j", size=13, colour="quiet")
    drawing.arrow((98, top + 3 * side), (150, top + 3 * side))
    drawing.operation(172, top + 3 * side, "×")
    drawing.text(172, top - 22, "all keys, (D, N)", size=13)
    drawing.arrow((172, top - 12), (172, top + 3 * side - 18))
    drawing.arrow((190, top + 3 * side), (214, top + 3 * side))
    drawing.operation(248, top + 3 * side, "softmax", radius=32)
    drawing.arrow((280, top + 3 * side), (306, top + 3 * side))
    left = 312
    drawing.ghost(((left, top), (left + 8 * side, top), (left + 8 * side, top + 8 * side), (left, top + 8 * side)), 0.1)
    drawing.cells(left, top + 2 * side, ROWS, "gate", side=side)
    drawing.text(left + 4 * side, 44, "columns i: what is looked at", size=13, colour="quiet")
    drawing.label(left + 4 * side, top + 8 * side + 22, "two rows of A", "(2, N)")
    drawing.text(left + 4 * side, top + 6 * side, "never built", size=14, colour="quiet")
    right = left + 8 * side
    drawing.arrow((right + 6, top + 3 * side), (right + 42, top + 3 * side))
    drawing.operation(right + 62, top + 3 * side, "×")
    drawing.text(right + 62, top - 22, "all values, (N, C)", size=13)
    drawing.arrow((right + 62, top - 12), (right + 62, top + 3 * side - 18))
    drawing.arrow((right + 80, top + 3 * side), (right + 116, top + 3 * side))
    gathered = [[0.8] * 3 if row in (2, 3) else [0.08] * 3 for row in range(8)]
    drawing.cells(right + 122, top, gathered, "features", side=side)
    drawing.label(right + 122 + 1.5 * side, top + 8 * side + 22, "gathered", "(N, C)")
    drawing.text(right + 216, top + 3 * side + 5, "these two rows", size=13, anchor="start")
    return drawing.svg()


FIGURES = {"chunks": chunks}
