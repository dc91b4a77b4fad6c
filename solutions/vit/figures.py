"""The drawings of the Vision Transformer lesson."""

from solutions.shared.drawing import Drawing

COLOURS = {"orange": "#D55E00", "blue": "#0072B2", "green": "#009E73", "yellow": "#F0E442", "purple": "#CC79A7",
           "light": "#56B4E9"}


def flags() -> str:
    """A poster with marks and two-coloured flags, 900 x 316 px."""
    drawing = Drawing(
        900, 316, "Two look-ups for each flag",
        "A grey poster. Six patches have a colour above and a mark below: orange, green and purple black, blue, yellow "
        "and light blue white. Three flags have two colours each: 1 is blue on the left and orange on the right, 2 is "
        "orange and yellow, 3 is green and purple.",
        true_colours=True)
    marked = (((0, 0), "orange", False), ((4, 0), "green", False), ((2, 1), "light", True), ((1, 2), "yellow", True),
              ((3, 0), "purple", False), ((4, 2), "blue", True))
    asked = ((1, 0), "blue", "orange"), ((3, 1), "orange", "yellow"), ((0, 1), "green", "purple")
    across, down, patch = 118, 92, 68
    drawing.rectangle(22, 18, 608, 280, "#B9B9B4")
    for (column, row), colour, white in marked:
        x, y = 54 + across * column, 32 + down * row
        drawing.rectangle(x, y, patch, patch / 2, COLOURS[colour])
        drawing.rectangle(x, y + patch / 2, patch, patch / 2, "#FFFFFF" if white else "#000000")
    for number, ((column, row), left, right) in enumerate(asked, 1):
        x, y = 54 + across * column, 32 + down * row
        drawing.rectangle(x, y, patch / 2, patch, COLOURS[left])
        drawing.rectangle(x + patch / 2, y, patch / 2, patch, COLOURS[right])
        drawing.operation(x + patch / 2, y + patch / 2, str(number), radius=18)
    for y, line, bold in ((62, "Six patches have a colour", True), (84, "above and a mark below,", False),
                          (106, "three black, three white.", False), (152, "Flags 1, 2 and 3 have two", True),
                          (174, "colours. Each of the two", False), (196, "has a mark somewhere.", False)):
        drawing.text(650, y, line, anchor="start", bold=bold, size=16)
    drawing.text(650, 252, "Which two marks?", anchor="start", bold=True, size=24)
    return drawing.svg()


def heads() -> str:
    """Multi-head self-attention with the shape of every tensor, 900 x 330 px."""
    drawing = Drawing(
        900, 330, "Multi-head self-attention",
        "Tokens (B, N, dim) go through one layer, qkv, to (B, N, 3 dim): queries, keys and values. Each of the three "
        "is cut into heads. In each head, queries times keys, scaled and through a softmax along each row, give a map "
        "(B, heads, N, N); the map times the values gives what this head has read. The heads are joined side by side, "
        "(B, N, dim), and pass the layer proj.")
    middle, side = 150, 16
    drawing.cells(26, middle - 2 * side, [[0.6] * 4 for _ in range(4)], "features", side=side)
    drawing.label(58, middle + 54, "x", "(B, N, dim)")
    drawing.arrow((92, middle), (116, middle))
    drawing.layer(116, middle - 24, 62, 48, "qkv")
    drawing.arrow((178, middle), (204, middle))
    for place, name in enumerate("qkv"):
        top = 40 + 84 * place
        drawing.cells(214, top, [[0.8, 0.8, 0.35, 0.35] for _ in range(4)], "features", side=side)
        drawing.text(292, top + 38, name, anchor="start", bold=True)
    drawing.text(246, 308, "each (B, N, dim), cut into heads", size=13)
    for head, top in enumerate((52, 178)):
        drawing.arrow((312, middle), (346, top + 32))
        drawing.text(354, top - 10, f"head {head + 1}", anchor="start", size=14, bold=True)
        drawing.operation(390, top + 32, "softmax", radius=34)
        drawing.arrow((424, top + 32), (448, top + 32))
        drawing.cells(454, top, [[0.1, 0.9, 0.1, 0.1], [0.6, 0.1, 0.3, 0.1], [0.1, 0.1, 0.1, 0.9],
                                 [0.2, 0.1, 0.7, 0.1]][::1 - 2 * head], "gate", side=side)
        drawing.arrow((522, top + 32), (548, top + 32))
        drawing.text(560, top + 37, "× v", anchor="start", mono=True, size=14)
        drawing.cells(600, top, [[0.8 - 0.45 * head] * 2 for _ in range(4)], "features", side=side)
        drawing.arrow((636, top + 32), (676, middle))
    drawing.text(486, 270, "A: (B, heads, N, N)", size=13, mono=True)
    drawing.text(486, 290, "row j: who token j reads", size=13)
    drawing.cells(684, middle - 2 * side, [[0.8, 0.8, 0.35, 0.35] for _ in range(4)], "features", side=side)
    drawing.text(716, middle + 52, "side by side", size=13)
    drawing.arrow((752, middle), (774, middle))
    drawing.layer(774, middle - 24, 62, 48, "proj")
    drawing.arrow((836, middle), (866, middle))
    drawing.text(826, middle + 52, "(B, N, dim)", size=13, mono=True)
    return drawing.svg()


def network() -> str:
    """The Vision Transformer, 900 x 250 px."""
    drawing = Drawing(
        900, 250, "Vision Transformer",
        "A picture (B, 3, H, W) is cut into N patches, and each becomes a token, (B, N, dim). A learned class token is "
        "put in front, (B, N + 1, dim), and a position vector is added to each. Blocks follow: a norm and attention "
        "beside a shortcut, a norm and an MLP beside a shortcut. At the end a norm, and a linear layer that reads the "
        "class token.",
        true_colours=True)
    middle, side = 110, 18
    for row in range(3):
        for column in range(3):
            drawing.rectangle(24 + 30 * column, middle - 44 + 30 * row, 27, 27,
                              list(COLOURS.values())[(3 * row + column) % 6])
    drawing.label(67, middle + 66, "picture", "(B, 3, H, W)")
    drawing.arrow((118, middle), (144, middle))
    drawing.layer(144, middle - 24, 110, 48, "patch_embed")
    drawing.arrow((254, middle), (280, middle))
    drawing.cells(288, middle - 5 * side / 2, [[0.2] * 3, *[[0.65] * 3 for _ in range(4)]], "features", side=side)
    drawing.text(316, middle - 56, "class token", size=13)
    drawing.text(316, middle + 66, "(B, N + 1, dim)", size=13, mono=True)
    drawing.arrow((346, middle), (374, middle))
    drawing.operation(392, middle, "+")
    drawing.text(392, middle - 30, "pos_embed", size=13, mono=True)
    drawing.arrow((410, middle), (440, middle))
    for place, (norm, part) in enumerate((("norm1", "attn"), ("norm2", "mlp"))):
        left = 440 + 168 * place
        drawing.layer(left, middle - 20, 58, 40, norm)
        drawing.arrow((left + 58, middle), (left + 72, middle))
        drawing.layer(left + 72, middle - 20, 46, 40, part)
        drawing.arrow((left + 118, middle), (left + 128, middle))
        drawing.operation(left + 146, middle, "+")
        below = middle + 52
        drawing.arrow((left - 10, middle), (left - 10, below), (left + 146, below), (left + 146, middle + 18))
        drawing.arrow((left + 164, middle), (left + 168, middle))
    drawing.text(600, middle + 84, "a block, depth times: (B, N + 1, dim)", size=13)
    drawing.layer(776, middle - 20, 50, 40, "norm")
    drawing.arrow((826, middle), (838, middle))
    drawing.layer(838, middle - 20, 50, 40, "head")
    drawing.text(832, middle + 66, "(B, num_classes)", size=13, mono=True)
    return drawing.svg()


FIGURES = {"flags": flags, "heads": heads, "network": network}
