"""The drawings of the External Attention lesson."""

import math

from solutions.shared.drawing import PALETTE, Drawing

HUES = {"a": "#D98C1F", "b": "#3F7FE0", "c": "#BFD030", "d": "#C03FC8", "e": "#35C27A", "f": "#E0506A"}
GREY = "#808080"
PLACES = ((0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2))  # column and row of the six discs


def _disc(drawing: Drawing, x: float, y: float, hue: str) -> None:
    """A disc of one of HUES around (x, y), with its letter, for readers who cannot tell the colours apart."""
    drawing.rectangle(x - 19, y - 19, 38, 38, HUES[hue], radius=19)
    drawing.text(x, y + 6, hue, bold=True, size=17)


def _legend_picture(drawing: Drawing, left: float, top: float, answers: tuple[str, str]) -> tuple[float, float]:
    """A picture of six discs whose swatches pair hue a with the first answer and hue b with the second;
    the middle of the ringed disc."""
    drawing.rectangle(left, top, 240, 190, GREY)
    for row, (hue, answer) in enumerate(zip("ab", answers, strict=True)):
        y = top + 34 + 76 * row
        drawing.rectangle(left + 14, y, 36, 48, HUES[hue])
        drawing.text(left + 32, y + 30, hue, bold=True, size=17)
        drawing.rectangle(left + 50, y, 36, 48, answer)
    for (column, row), hue in zip(PLACES, "abbaab", strict=True):
        _disc(drawing, left + 132 + 68 * column, top + 36 + 58 * row, hue)
    return left + 132 + 68, top + 36 + 58  # the fourth disc, of hue a


def mystery() -> str:
    """Two pictures with contrary legends, and the slots that are the same for both, 1000 x 330 px."""
    drawing = Drawing(
        1000, 330, "The same disc, the same slots",
        "Two grey pictures with the same six discs of hues a and b. In the left picture two swatches pair a with "
        "white and b with black, in the right picture a with black and b with white. In each picture the same disc of "
        "hue a has a ring, and an arrow leads from it to 64 learned slots in the middle, which are the same for every "
        "picture. Under the left picture stands: this disc counts as white; under the right one: this disc counts "
        "as black.",
        true_colours=True,
    )
    drawing.text(500, 36, "A token is compared with the slots, and never with another token.", bold=True, size=19)
    for left, answers, word, side in ((36, ("#FFFFFF", "#000000"), "white", 1),
                                      (724, ("#000000", "#FFFFFF"), "black", -1)):
        x, y = _legend_picture(drawing, left, 64, answers)
        ring = 26
        drawing.line(*((x + ring * math.cos(turn * math.pi / 18), y + ring * math.sin(turn * math.pi / 18))
                       for turn in range(37)),
                     width=4)
        start = (x + side * (ring + 4), y) if side > 0 else (left - 6, y)
        drawing.arrow(start, (500 - side * 84, y))
        drawing.text(left + 120, 282, f"The swatches say: a counts as {word}.", size=16)
    for column in range(8):
        for row in range(8):
            drawing.rectangle(428 + 18 * column, 86 + 18 * row, 14, 14, PALETTE["layer"])
    drawing.text(500, 252, "64 learned slots,", size=16)
    drawing.text(500, 272, "the same for every picture", size=16)
    drawing.text(500, 312, "The ringed discs are alike, and so are the slots. Can the two answers differ?", bold=True,
                 size=19)
    return drawing.svg()


def questions() -> str:
    """Three pictures, and for each of them the question which discs are white, 900 x 380 px."""
    drawing = Drawing(
        900, 380, "Which discs are white?",
        "Three grey pictures with six coloured discs each. In the first, all six have different hues, a to f, and "
        "nothing else is to be seen: the answer is in a book. In the second, the discs have hues a and b, and two "
        "swatches at the left pair a with white, b with black. In the third, five discs have hue a and one has hue b: "
        "the odd one out is white.",
        true_colours=True,
    )
    drawing.text(450, 36, "Which of the discs are white, and which are black?", bold=True, size=19)
    panels = (
        ("book", "abcdef", ("A hue has the same answer", "in all pictures, and you have seen",
                            "thousands of them, with answers.")),
        ("legend", "abbaab", ("Two swatches give the answer,", "for this picture only.", "")),
        ("odd one out", "aaabaa", ("Five discs of one hue are black.", "The one with a different hue is white.", "")),
    )
    for panel, (name, hues, words) in enumerate(panels):
        left, top = 40 + 290 * panel, 84
        drawing.text(left + 120, top - 14, name, bold=True, size=16)
        drawing.rectangle(left, top, 240, 190, GREY)
        for (column, row), hue in zip(PLACES, hues, strict=True):
            _disc(drawing, left + 130 + 68 * column, top + 36 + 58 * row, hue)
        if name == "legend":
            for row, (hue, answer) in enumerate((("a", "#FFFFFF"), ("b", "#000000"))):
                y = top + 34 + 76 * row
                drawing.rectangle(left + 14, y, 32, 48, HUES[hue])
                drawing.text(left + 30, y + 30, hue, bold=True, size=17)
                drawing.rectangle(left + 46, y, 32, 48, answer)
        for line, text in enumerate(words):
            drawing.text(left + 120, top + 216 + 20 * line, text, size=14)
    drawing.text(450, 366, "Letters stand for hues. They are not in the pictures.", size=13, colour="quiet")
    return drawing.svg()


def _tokens(drawing: Drawing, x: float, y: float, columns: int, role: str, *, side: float = 16, rows: int = 6,
            chosen: int = 2) -> None:
    """A matrix with a row for each token, the chosen one full of colour."""
    drawing.cells(x, y, [[0.9 if row == chosen else 0.25] * columns for row in range(rows)], role, side=side)


def memory() -> str:
    """From x to what is gathered from the memory, with every shape, 900 x 350 px."""
    drawing = Drawing(
        900, 350, "External attention",
        "x (B, N, C) goes through mk, the keys of the memory, C to S, and becomes logits (B, N, S): a row for each "
        "token, a column for each slot. double_normalize makes weights A (B, N, S) of them: first along each column, "
        "over the tokens, then along each row, over the slots. mv, the values of the memory, S to C, makes (B, N, C). "
        "mk and mv are parameters, the same for all images.",
    )
    top, middle = 96, 144
    _tokens(drawing, 34, top, 4, "features")
    drawing.label(66, top + 122, "x", "(B, N, C)")
    drawing.text(66, top - 14, "a row for each token", size=13, colour="quiet")
    drawing.arrow((104, middle), (150, middle))
    drawing.layer(150, middle - 28, 96, 56, "mk")
    drawing.text(198, middle + 50, "S keys of C numbers", size=13)
    drawing.arrow((246, middle), (286, middle))
    _tokens(drawing, 290, top, 5, "features")
    drawing.label(330, top + 122, "logits", "(B, N, S)")
    drawing.text(330, top - 14, "a column for each slot", size=13, colour="quiet")
    drawing.arrow((376, middle), (408, middle))
    drawing.operation(458, middle, "normalize", radius=46)
    drawing.text(458, middle + 66, "each column,", size=13)
    drawing.text(458, middle + 83, "then each row", size=13)
    drawing.arrow((504, middle), (536, middle))
    _tokens(drawing, 540, top, 5, "gate")
    drawing.label(580, top + 122, "A", "(B, N, S)")
    drawing.arrow((626, middle), (664, middle))
    drawing.layer(664, middle - 28, 96, 56, "mv")
    drawing.text(712, middle + 50, "S values of C numbers", size=13)
    drawing.arrow((760, middle), (796, middle))
    _tokens(drawing, 800, top, 4, "features")
    drawing.label(832, top + 122, "gathered", "(B, N, C)")
    drawing.line((198, 256), (198, 286), (712, 286), (712, 256), colour="layer", width=2.4)
    drawing.text(455, 310, "the memory: learned, and the same for all images", bold=True)
    drawing.text(455, 332,
                 "(in self-attention, keys and values come from the N tokens of the image itself, and A is N x N)",
                 size=13,
                 colour="quiet")
    drawing.text(455, 48, "The strong row is one token. Where could it notice the others?", size=15)
    return drawing.svg()


def double_normalization() -> str:
    """Three tokens, two slots: exp of the logits, shares of each column, weights of each row, 900 x 350 px."""
    drawing = Drawing(
        900, 350, "Columns first, then rows",
        "Three tokens, a, b and c, and two slots. exp of the logits: a 1 and 4, b 2 and 2, c 1 and 2; the columns sum "
        "to 4 and 8. Divided by these: a 1/4 and 1/2, b 1/2 and 1/4, c 1/4 and 1/4; the columns sum to 1, the rows to "
        "3/4, 3/4 and 1/2. Divided by these: a 1/3 and 2/3, b 2/3 and 1/3, c 1/2 and 1/2; each row sums to 1.",
    )
    side, top = 54, 92
    steps = (
        (90, "exp(logits)", "features", (("1", "4"), ("2", "2"), ("1", "2")), ((0.2, 0.9), (0.45, 0.45), (0.2, 0.45))),
        (400, "shares", "gate", (("1/4", "1/2"), ("1/2", "1/4"), ("1/4", "1/4")),
         ((0.35, 0.7), (0.7, 0.35), (0.35, 0.35))),
        (720, "weights A", "gate", (("1/3", "2/3"), ("2/3", "1/3"), ("1/2", "1/2")),
         ((0.45, 0.9), (0.9, 0.45), (0.65, 0.65))),
    )
    for left, name, role, numbers, strengths in steps:
        drawing.text(left + side, 40, name, bold=True, size=17)
        drawing.text(left + side / 2, top - 12, "slot 1", size=13, colour="quiet")
        drawing.text(left + 1.5 * side, top - 12, "slot 2", size=13, colour="quiet")
        drawing.cells(left, top, strengths, role, side=side, numbers=numbers)
        for row, token in enumerate("abc"):
            drawing.text(left - 16, top + side * (row + 0.5) + 5, token, bold=True)
    below, right = top + 3 * side + 30, 400 + 2 * side + 22
    for left, sums in ((90, ("4", "8")), (400, ("1", "1"))):
        for column, number in enumerate(sums):
            drawing.text(left + side * (column + 0.5), below, number, bold=True, size=17)
    drawing.text(144, below + 28, "the sum of each column", size=14)
    drawing.text(454, below + 28, "each column sums to 1", size=14)
    for row, number in enumerate(("3/4", "3/4", "1/2")):
        drawing.text(right, top + side * (row + 0.5) + 6, number, bold=True, size=15)
    drawing.text(right + 8, top - 12, "sums", size=13, colour="quiet")
    drawing.text(774, below + 28, "each row sums to 1", size=14)
    middle = top + 1.5 * side
    drawing.arrow((90 + 2 * side + 14, middle), (366, middle))
    drawing.text(290, middle - 30, "1. divide each column", size=14, bold=True)
    drawing.text(290, middle - 12, "by its sum", size=14, bold=True)
    drawing.arrow((right + 24, middle), (684, middle))
    drawing.text(620, middle - 30, "2. divide each", size=14, bold=True)
    drawing.text(620, middle - 12, "row by its sum", size=14, bold=True)
    return drawing.svg()


def block() -> str:
    """EANet's unit, 900 x 200 px."""
    drawing = Drawing(
        900, 200, "EANet's unit",
        "x (B, C, H, W) goes through conv1, 1 x 1, becomes a list of tokens (B, N, C), goes through external "
        "attention, becomes a map again, goes through conv2, 1 x 1 without bias, and a BatchNorm; x is added, and a "
        "ReLU follows.",
    )
    middle, skip = 116, 54
    drawing.text(34, middle + 5, "x", bold=True, size=18)
    drawing.arrow((46, middle), (92, middle))
    drawing.line((66, middle), (66, skip), (762, skip))
    drawing.arrow((740, skip), (762, skip), (762, middle - 18))
    drawing.text(414, skip - 10, "shortcut: x itself", size=13)
    for left, width, name, note in ((92, 84, "conv1", "1 x 1, with bias"), (310, 110, "attention",
                                                                            "tokens in, tokens out"),
                                    (548, 84, "conv2", "1 x 1, no bias"), (662, 54, "bn", "")):
        drawing.layer(left, middle - 26, width, 52, name)
        drawing.text(left + width / 2, middle + 50, note, size=13)
    drawing.arrow((176, middle), (310, middle))
    drawing.text(243, middle - 26, "to (B, N, C)", size=13, mono=True)
    drawing.arrow((420, middle), (548, middle))
    drawing.text(484, middle - 26, "to (B, C, H, W)", size=13, mono=True)
    drawing.arrow((632, middle), (662, middle))
    drawing.arrow((716, middle), (744, middle))
    drawing.operation(762, middle, "+")
    drawing.arrow((780, middle), (804, middle))
    drawing.operation(828, middle, "ReLU", radius=24)
    drawing.arrow((852, middle), (882, middle))
    return drawing.svg()


def heads() -> str:
    """Multi-head external attention, two of its heads beside each other, 900 x 380 px."""
    drawing = Drawing(
        900, 380, "Many heads, one memory",
        "x (B, N, dim) is expanded to dim times expansion channels and cut into heads of head_dim = dim // num_heads "
        "neighbouring channels. Every head goes through the same mk, head_dim to S, a double normalization of its "
        "own, and the same mv, S to head_dim. The heads are joined side by side, (B, N, dim * expansion), and "
        "proj makes (B, N, dim).",
    )
    middle, side = 176, 14
    _tokens(drawing, 38, middle - 42, 2, "features", side=side)
    drawing.label(54, middle + 68, "x", "(B, N, dim)")
    drawing.arrow((66, middle), (84, middle))
    drawing.layer(84, middle - 26, 76, 52, "expand")
    drawing.arrow((160, middle), (182, middle))
    rows = (("first head", 96, 0.95), ("last head", 262, 0.5))
    for words, y, strength in rows:
        drawing.arrow((186, middle), (200, y), (236, y))
        drawing.cells(240, y - 42, [[strength] * 2 for _ in range(6)], "features", side=side)
        drawing.text(254, y - 52, words, size=13, colour="quiet")
        drawing.arrow((270, y), (330, y))
        drawing.arrow((396, y), (430, y))
        drawing.cells(434, y - 42, [[strength * shade for shade in (0.3, 0.9, 0.5, 0.7)] for _ in range(6)], "gate",
                      side=side)
        drawing.text(462, y - 52, "normalized by itself", size=13, colour="quiet")
        drawing.arrow((492, y), (532, y))
        drawing.arrow((598, y), (628, y))
        drawing.cells(632, y - 42, [[strength] * 2 for _ in range(6)], "features", side=side)
        drawing.arrow((662, y), (694, y), (708, middle))
    drawing.text(254, 326, "(B, heads, N, head_dim)", size=13, mono=True)
    drawing.text(462, 326, "A: (B, heads, N, S)", size=13, mono=True)
    drawing.text(462, middle + 8, "...", bold=True, size=20)
    for left, name in ((330, "mk"), (532, "mv")):
        drawing.layer(left, 60, 66, 238, name)
    drawing.text(464, 354, "one mk and one mv, for all heads (both with bias)", bold=True)
    _tokens(drawing, 712, middle - 42, 4, "features", side=side)
    drawing.text(764, middle + 62, "joined", bold=True)
    drawing.text(764, middle + 80, "(B, N,", size=13, mono=True)
    drawing.text(764, middle + 96, "dim·expansion)", size=13, mono=True)
    drawing.arrow((770, middle), (788, middle))
    drawing.layer(788, middle - 26, 48, 52, "proj")
    drawing.arrow((836, middle), (852, middle))
    _tokens(drawing, 854, middle - 42, 2, "features", side=side)
    drawing.text(838, middle - 56, "(B, N, dim)", size=13, mono=True)
    return drawing.svg()


FIGURES = {"mystery": mystery, "questions": questions, "memory": memory, "double_normalization": double_normalization,
           "block": block,
           "heads": heads}
