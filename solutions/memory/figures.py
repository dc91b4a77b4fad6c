"""The drawings of the lesson on attention without its matrix."""

from solutions.shared.drawing import Drawing, tint

ROWS = ((0.2, 0.1, 0.1, 0.1, 0.9, 0.1, 0.1, 0.2), (0.1, 0.7, 0.1, 0.4, 0.1, 0.1, 0.2, 0.1))


def chunks() -> str:
    """One chunk of queries on its way to what it gathers, 900 x 330 px."""
    drawing = Drawing(
        900, 330, "One chunk of queries at a time",
        "The N x N matrix is never there as a whole. Two of the eight queries, times all eight keys, give two rows of "
        "it, 2 x N; a softmax along each row; times all values they give what these two positions gather, 2 x C. Then "
        "the next two queries have their turn.",
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


def to_scale() -> str:
    """A with N = 9216 and what it is made from, 31.8 numbers a pixel, 900 x 356 px."""
    drawing = Drawing(
        900, 356, "A matrix and what it is made from, drawn to scale",
        "The matrix A of 9216 positions is a square of 9216 x 9216 numbers, 324 MiB in float32. Queries and keys are "
        "9216 x 4, values 9216 x 32: three thin lines beside it, together 1.4 MiB.",
    )
    side, top = 290, 52
    for x, name, shape, size, width in ((60, "queries", "9216 × 4", "0.14 MiB", 1.6),
                                        (190, "keys", "9216 × 4", "0.14 MiB", 1.6),
                                        (320, "values", "9216 × 32", "1.1 MiB", 1.1)):
        drawing.line((x, top), (x, top + side), colour="features", width=width)
        drawing.text(x, 34, name, bold=True, size=16)
        drawing.text(x + 8, top + side / 2 - 8, shape, size=14, mono=True, anchor="start")
        drawing.text(x + 8, top + side / 2 + 14, size, size=14, anchor="start")
    left = 460
    drawing.rectangle(left, top, side, side, tint("gate", 0.25))
    drawing.text(left + side / 2, 34, "A, made from these three lines", bold=True, size=16)
    drawing.text(left + side / 2, top + 76, "9216 × 9216", size=20, mono=True)
    drawing.text(left + side / 2, top + 108, "324 MiB", size=26, bold=True)
    drawing.text(left + side / 2, top + 240, "Does it ever have to exist?", size=19, bold=True)
    drawing.line((left, top + 160), (left + side, top + 160), colour="gate", width=3)
    drawing.line((left + side + 4, top + 160), (left + side + 18, top + 160))
    for row, words in enumerate(("row j: how", "position j weighs", "all positions,", "36 KiB")):
        drawing.text(left + side + 24, top + 157 + 18 * row, words, size=14, anchor="start")
    return drawing.svg()


def online_softmax() -> str:
    """One query and three keys, in blocks of two and one, 900 x 400 px."""
    drawing = Drawing(
        900, 400, "A softmax in two pieces",
        "One query with the logits 0 and ln 2 in the first block and ln 4 in the second; the values are 7 and 0, then "
        "14. After block 1 m = ln 2, s = 1/2 + 1 = 1.5, o = 3.5. Block 2 raises the maximum to ln 4, so s and o are "
        "multiplied by exp(ln 2 - ln 4) = 1/2: s = 0.75 + 1 = 1.75 and o = 1.75 + 14 = 15.75. The result is o / s = 9.",
    )
    rows = {"logits": 74, "values": 122, "largest so far, m": 178, "factor exp(old m − new m)": 220,
            "exp(logit − m)": 268,
            "sum so far, s": 324, "output so far, o": 366}
    for name, y in rows.items():
        drawing.text(224, y, name, anchor="end", bold=name.endswith(("m", "s", "o")) and "far" in name)
    one, two, side = 300, 590, 48
    for x, title, logits, values, exps in ((one, "block 1: two keys", ("0", "ln 2"), ("7", "0"), ("1/2", "1")),
                                           (two, "block 2: one key", ("ln 4",), ("14",), ("1",))):
        middle = x + side
        drawing.text(middle, 34, title, bold=True)
        left = middle - len(logits) * side / 2
        for row, numbers, role, strength in (("logits", logits, "features", 0.35), ("values", values, "features", 0.75),
                                             ("exp(logit − m)", exps, "gate", 0.5)):
            drawing.cells(left, rows[row] - 24, [[strength] * len(numbers)], role, side=side - 10, numbers=[numbers])
    for x, largest, factor, total, out in ((one, "ln 2", "– (nothing yet)", "1/2 + 1 = 1.5", "1/2 · 7 + 1 · 0 = 3.5"),
                                           (two, "ln 4: it rises", "exp(ln 2 − ln 4) = 1/2", "1/2 · 1.5 + 1 = 1.75",
                                            "1/2 · 3.5 + 1 · 14 = 15.75")):
        for row, words in zip(("largest so far, m", "factor exp(old m − new m)", "sum so far, s", "output so far, o"),
                              (largest, factor, total, out), strict=True):
            drawing.text(x + side, rows[row], words, bold=row.startswith(("sum", "output")))
    drawing.line((472, 20), (472, 384), colour="quiet", width=1)
    drawing.arrow((742, 345), (778, 345))
    drawing.text(832, 336, "o / s", bold=True)
    drawing.text(832, 360, "= 9", bold=True, size=20)
    return drawing.svg()


FIGURES = {"to_scale": to_scale, "chunks": chunks, "online_softmax": online_softmax}
