"""The drawings of the warm-up: the vocabulary of all drawings, what broadcasts how, attention on three words."""

from collections.abc import Sequence

from attention_lab.lessons.warmup.task import CARD_COLOURS, UNPRINTED, card_games
from solutions.shared.drawing import Drawing, depth, tint

# One illustrative example for the whole lesson, so that a channel looks the same wherever it appears.
GATE = (0.3, 0.9, 0.6)
MAP = ((0.2, 0.9, 0.4), (0.7, 1.0, 0.6), (0.1, 0.5, 0.3))
FEATURES = 0.85

# The example of the lesson: "red ball rolls". A key says whether a word is a colour and whether it is a thing.
WORDS = ("red", "ball", "rolls")
ASKING = ("ball", "rolls")
QUERIES, KEYS, VALUES = [[1, 0], [0, 1]], [[1, 0], [0, 1], [0, 0]], [[8, 0], [0, 4], [4, 4]]
SCORES = [[1, 0, 0], [0, 1, 0]]
WEIGHTS = [[1 / 2, 1 / 4, 1 / 4], [1 / 4, 1 / 2, 1 / 4]]
FRACTIONS = [["1/2", "1/4", "1/4"], ["1/4", "1/2", "1/4"]]
OUTPUT = [[5, 2], [3, 3]]


def _shades(numbers: Sequence[Sequence[float]], most: float) -> list[list[float]]:
    return [[number / most for number in row] for row in numbers]


def _frame(drawing: Drawing, x: float, y: float, width: float, height: float, colour: str = "ink") -> None:
    """A thick outline around some cells."""
    drawing.line((x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y), (x + width, y),
                 colour=colour, width=3)


def _map_over_box(drawing: Drawing, x: float, y: float, side: float, thickness: float) -> None:
    """A (1, H, W) map, a thin sheet of 3 x 3 cells of `side` px, and the dashed box that it is stretched to."""
    reach_x, reach_y = depth(thickness, 3)
    face = 3 * side
    drawing.ghost([(x, y), (x + reach_x, y - reach_y), (x + face + reach_x, y - reach_y), (x + face, y)], 0.4)
    drawing.ghost([(x + face, y), (x + face + reach_x, y - reach_y), (x + face + reach_x, y + face - reach_y),
                   (x + face, y + face)], 0.4)
    drawing.cells(x, y, MAP, "gate", side=side)


def _card(drawing: Drawing, x: float, y: float, side: float, pattern: Sequence[int], colour: str) -> None:
    """A card of 4 x 4 squares of `side` px, printed in a hex colour."""
    for square, printed in enumerate(pattern):
        drawing.rectangle(x + square % 4 * side, y + square // 4 * side, side, side, colour if printed else UNPRINTED,
                          outline="border")


def cards() -> str:
    """The game of the opening question: six cards in their colours and the pattern in question, 1000 x 345 px."""
    drawing = Drawing(
        1000, 345, "Which colour is this card?",
        "Six cards, each a pattern of 4 x 4 squares in its own colour. Below them one more pattern in grey, in which "
        "a few squares are flipped. Which colour is this card?",
        true_colours=True,
    )
    game = card_games(1, seed=14)
    drawing.text(40, 34, "Six cards, each with its own pattern and its own colour", bold=True, size=17, anchor="start")
    names = list(CARD_COLOURS)
    for place, (pattern, number) in enumerate(zip(game.cards[0].int().tolist(), game.colours[0].tolist(), strict=True)):
        left = 40 + 163 * place
        _card(drawing, left, 48, 26, pattern, CARD_COLOURS[names[number]])
        drawing.text(left + 52, 174, names[number], size=16)
    drawing.line((20, 192), (980, 192), colour="border")
    _card(drawing, 442, 207, 30, game.questions[0, 0].int().tolist(), "#777777")
    _frame(drawing, 442, 207, 120, 120)
    drawing.text(424, 262, "The same pattern as one of them,", anchor="end", size=17)
    drawing.text(424, 286, "badly printed: a few squares are flipped", anchor="end", size=17)
    drawing.text(584, 276, "Which colour is this card?", bold=True, size=26, anchor="start")
    return drawing.svg()


def vocabulary() -> str:
    """The signs of all drawings with their meaning, 900 x 400 px."""
    drawing = Drawing(
        900, 400, "How to read the drawings of this course",
        "Blue boxes and columns are features, orange ones are gates and maps, green rounded boxes are learned "
        "layers, white circles are operations without weights. Dashed shapes show where numbers are repeated without "
        "being stored.",
    )
    face, thickness = 78, 12
    reach, rise = depth(thickness, 5)
    top = 46 + rise
    drawing.box(52, top, face, face, [FEATURES] * 5, "features", thickness=thickness)
    drawing.text(52 + face / 2, top + face + 17, "W", size=13, mono=True)
    drawing.text(40, top + face / 2 + 5, "H", size=13, mono=True)
    drawing.text(66 + face + reach / 2, top + face + 10 - rise / 2, "C", size=13, mono=True)
    drawing.label(92, 196, "features", "(B, C, H, W)")
    drawing.cells(246, 60, [[0.5], [0.9], [0.3], [0.6], [0.2]], "features", side=20)
    drawing.label(256, 196, "one number per channel", "(B, C)")
    drawing.broadcast(400, top, face, face, GATE, thickness=20, bar=22)
    drawing.label(460, 196, "a gate: a thin bar", "(B, C, 1, 1)")
    _map_over_box(drawing, 620, top, 26, 20)
    drawing.label(680, 196, "a map: a thin sheet", "(B, 1, H, W)")
    drawing.text(824, 92, "dashed:", anchor="middle", bold=True)
    for line, words in enumerate(("repeated,", "not stored")):
        drawing.text(824, 114 + 20 * line, words)

    drawing.line((20, 236), (880, 236), colour="border")
    drawing.layer(58, 278, 76, 52, "fc1")
    drawing.label(96, 358, "a layer", "has weights")
    drawing.operation(256, 304, "mean", radius=24)
    drawing.label(256, 358, "an operation", "has none")
    drawing.arrow((400, 304), (520, 304))
    drawing.label(460, 358, "data flow", "left to right")
    for row, (role, words) in enumerate((("features", "blue: features"), ("gate", "orange: gates, maps, weights"),
                                         ("layer", "green: what is learned"))):
        drawing.rectangle(600, 268 + 34 * row, 26, 22, tint(role, 0.6), radius=4)
        drawing.text(636, 285 + 34 * row, words, anchor="start")
    drawing.text(600, 382, "The more colour, the larger the number.", anchor="start", size=14)
    return drawing.svg()


def gates() -> str:
    """Three shapes of weights, how each is stretched over x, 900 x 400 px."""
    drawing = Drawing(
        900, 400, "Three shapes of weights, stretched over x",
        "Weights (B, C, 1, 1), a thin bar, are stretched over H and W: one number per channel. Weights (B, 1, H, W), "
        "a thin sheet, are stretched over C: one number per position. Weights (B, C, H, W) have x's own shape.",
    )
    side, thickness = 28, 26
    face = 3 * side
    reach, rise = depth(thickness, 3)
    top = 66 + rise
    for centre, title in ((150, "one number per channel"), (450, "one number per position"),
                          (750, "one number per element")):
        drawing.text(centre, 36, title, bold=True, size=16)
    left = [centre - (face + reach) / 2 for centre in (150, 450, 750)]
    drawing.broadcast(left[0], top, face, face, GATE, thickness=thickness, bar=side)
    _map_over_box(drawing, left[1], top, side, thickness)
    drawing.box(left[2], top, face, face, (0.5, 0.8, 0.3), "gate", thickness=thickness)
    drawing.cells(left[2], top, MAP, "gate", side=side)
    for centre, shape in ((150, "(B, C, 1, 1)"), (450, "(B, 1, H, W)"), (750, "(B, C, H, W)")):
        drawing.label(centre, top + face + 30, "weights", shape)
    for x in (300, 600):
        drawing.line((x, 24), (x, 358), colour="border")
    rows = (("BC11", ("same", "same", "1 → H", "1 → W")), ("B1HW", ("same", "1 → C", "same", "same")),
            ("BCHW", ("same",) * 4))
    for centre, (axes, verdicts) in zip((150, 450, 750), rows, strict=True):
        drawing.axes_paired(centre - 95, 260, axes, verdicts)
    drawing.text(450, 384,
                 "Axes are lined up from the right. An axis of size 1 is stretched; other sizes must be equal.",
                 size=14)
    return drawing.svg()


def _words(drawing: Drawing, x: float, y: float, words: Sequence[str], side: float) -> None:
    """Words to the left of the rows of a matrix whose top left corner is (x, y)."""
    for row, word in enumerate(words):
        drawing.text(x - 8, y + (row + 0.5) * side + 5, word, anchor="end", size=14)


def _heads(drawing: Drawing, x: float, y: float, words: Sequence[str], side: float, size: float = 14) -> None:
    """Words over the columns of a matrix whose top left corner is (x, y)."""
    for column, word in enumerate(words):
        drawing.text(x + (column + 0.5) * side, y - 8, word, size=size)


def attention() -> str:
    """Attention on "red ball rolls" with every number, 900 x 400 px."""
    drawing = Drawing(
        900, 400, "Attention by hand: two words ask, three words answer",
        "Queries of ball (1, 0) and rolls (0, 1) meet the keys of red (1, 0), ball (0, 1) and rolls (0, 0): scores 1, "
        "0, 0 and 0, 1, 0. A softmax along each row gives the weights 1/2, 1/4, 1/4 and 1/4, 1/2, 1/4. With the "
        "values (8, 0), (0, 4), (4, 4) the outputs are (5, 2) and (3, 3).",
    )
    small, side, middle = 38, 44, 158
    drawing.text(450, 34, "Two words ask, three words answer", bold=True, size=16)
    _heads(drawing, 80, 90, ("colour", "thing"), small, size=12)
    drawing.cells(80, 90, _shades(QUERIES, 2), "features", side=small, numbers=QUERIES)
    _words(drawing, 80, 90, ASKING, small)
    drawing.label(118, 190, "queries q", "(1, 2, 2)")
    drawing.cells(80, 232, _shades(KEYS, 2), "features", side=small, numbers=KEYS)
    _words(drawing, 80, 232, WORDS, small)
    drawing.label(118, 370, "keys k", "(1, 3, 2)")
    drawing.arrow((160, 128), (196, 148))
    drawing.arrow((160, 270), (200, 182))
    drawing.operation(216, middle, "q·k", radius=24)
    drawing.arrow((240, middle), (276, middle))
    _heads(drawing, 320, 114, WORDS, side)
    drawing.cells(320, 114, _shades(SCORES, 2), "features", side=side, numbers=SCORES)
    _words(drawing, 320, 114, ASKING, side)
    drawing.label(386, 232, "scores", "(1, 2, 3)")
    drawing.arrow((454, middle), (472, middle))
    drawing.operation(506, middle, "softmax", radius=33)
    drawing.text(506, middle + 52, "along a row", size=14)
    drawing.arrow((539, middle), (558, middle))
    _heads(drawing, 562, 114, WORDS, side)
    drawing.cells(562, 114, _shades(WEIGHTS, 0.6), "gate", side=side, numbers=FRACTIONS)
    drawing.label(628, 232, "weights", "(1, 2, 3)")
    drawing.arrow((696, middle), (716, middle))
    drawing.operation(734, middle, "×")
    drawing.cells(696, 262, _shades(VALUES, 12), "features", side=small, numbers=VALUES)
    _words(drawing, 696, 262, WORDS, small)
    drawing.label(816, 316, "values v", "(1, 3, 2)")
    drawing.arrow((734, 262), (734, middle + 18))
    drawing.arrow((752, middle), (790, middle))
    drawing.cells(794, middle - small, _shades(OUTPUT, 12), "features", side=small, numbers=OUTPUT)
    drawing.label(832, 232, "output", "(1, 2, 2)")
    return drawing.svg()


def axes() -> str:
    """The same scores under a softmax along the rows and along the columns, 900 x 330 px."""
    drawing = Drawing(
        900, 330, "A softmax over the keys and one over the queries",
        "Right: along each row, over the keys, the weights 1/2, 1/4, 1/4 and 1/4, 1/2, 1/4 sum to 1 in each row. "
        "Wrong: down each column, over the queries, the weights 2/3, 1/3, 1/2 and 1/3, 2/3, 1/2 sum to 3/2 in "
        "each row.",
    )
    side, top = 54, 118
    wrong = [["2/3", "1/3", "1/2"], ["1/3", "2/3", "1/2"]]
    drawing.line((60, 37), (65, 43), (76, 28), width=3)
    drawing.text(88, 42, "Right: over the keys, along each row", anchor="start", bold=True)
    drawing.line((492, 29), (506, 43), colour="wrong", width=3.5)
    drawing.line((506, 29), (492, 43), colour="wrong", width=3.5)
    drawing.text(518, 42, "Wrong: over the queries, down each column", anchor="start", bold=True)
    drawing.line((450, 24), (450, 306), colour="border")
    for left, shades, numbers in ((120, WEIGHTS, FRACTIONS),
                                  (552, [[2 / 3, 1 / 3, 1 / 2], [1 / 3, 2 / 3, 1 / 2]], wrong)):
        _heads(drawing, left, top, WORDS, side)
        drawing.text(left + 1.5 * side, top - 30, "keys", bold=True, size=14)
        _words(drawing, left, top, ASKING, side)
        drawing.cells(left, top, _shades(shades, 0.7), "gate", side=side, numbers=numbers)
    for row in range(2):
        _frame(drawing, 120, top + row * side, 3 * side, side)
        drawing.text(120 + 3 * side + 16, top + (row + 0.5) * side + 5, "sum 1", anchor="start", bold=True)
        drawing.text(552 + 3 * side + 16, top + (row + 0.5) * side + 5, "sum 3/2", anchor="start", bold=True,
                     colour="wrong")
    for column in range(3):
        _frame(drawing, 552 + column * side, top, side, 2 * side, colour="wrong")
        drawing.text(552 + (column + 0.5) * side, top + 2 * side + 24, "sum 1", size=14)
    for left, lines in ((60, ("Each word that asks has one unit of attention",
                              "and shares it among the words it asks.")),
                        (492, ("Each word that is asked has one unit and shares it",
                               "among those who ask: they compete."))):
        for line, words in enumerate(lines):
            drawing.text(left, 278 + 20 * line, words, anchor="start", size=14)
    return drawing.svg()


FIGURES = {
    "cards": cards,
    "vocabulary": vocabulary,
    "gates": gates,
    "attention": attention,
    "axes": axes,
}
