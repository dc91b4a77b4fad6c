"""The drawings of the CAT-Net lesson."""

import math

from solutions.shared.drawing import Drawing

SIDE, PIXEL = 16, 13  # of a picture, in pixels, and of a pixel
OBJECT, BACKGROUND = (0, 2, 4), (1, 5, 3)  # of six equal steps around the circle of hues


def _colour(step: int) -> str:
    """One of six hues that are equally bright; every second three of them have a middle grey as their mean."""
    return "#" + "".join(f"{round(255 * (0.5 + 0.5 * math.cos(2 * math.pi * (step / 6 - channel / 3)))):02X}"
                         for channel in range(3))


def _inside(row: int, column: int, middle: tuple[float, float], radii: tuple[float, float]) -> bool:
    return ((row - middle[0]) / radii[0]) ** 2 + ((column - middle[1]) / radii[1]) ** 2 <= 1


def _stripe(row: int, column: int, angle: float, colours: tuple[int, ...]) -> str:
    along = (column * math.cos(angle) + row * math.sin(angle)) / 3
    return _colour(colours[math.floor(along) % len(colours)])


def _picture(middle: tuple[float, float], radii: tuple[float, float], angles: tuple[float, float],
             order: int) -> list[list[str]]:
    """A striped ellipse on a striped background. order: how far the colours are turned."""
    of_object, of_background = (colours[order:] + colours[:order] for colours in (OBJECT, BACKGROUND))
    return [[_stripe(row, column, angles[0], of_object) if _inside(row, column, middle, radii)
             else _stripe(row, column, angles[1], of_background) for column in range(SIDE)] for row in range(SIDE)]


def episode() -> str:
    """An episode: support, its mask, query, and two questions, 900 x 336 px."""
    drawing = Drawing(
        900, 336, "An episode: where is the object in the query?",
        "Three pictures of 16 x 16 pixels. The support: an ellipse at the upper left, in stripes of red, green and "
        "blue, on a background striped in yellow, magenta and cyan. Its mask: the ellipse is white, the rest dark. "
        "The query: an ellipse at the lower right in the same three colours, in stripes of another direction and "
        "order, on a background in the other three; it has no mask.",
    )
    place, radii = (5.5, 5.5), (4.6, 4.0)
    support = _picture(place, radii, (0.3, 1.9), 0)
    mask = [["#FFFFFF" if _inside(row, column, place, radii) else "#4A5561" for column in range(SIDE)]
            for row in range(SIDE)]
    query = _picture((9.5, 10.0), (4.0, 4.8), (1.2, 2.6), 1)
    top, pitch, left = 58, 290, 56
    for panel, (name, note, picture) in enumerate((("support", "a picture with a mask", support),
                                                   ("its mask", "white: the object", mask),
                                                   ("query", "the same object, no mask", query))):
        x = left + panel * pitch
        drawing.text(x + SIDE * PIXEL / 2, 30, name, bold=True, size=18)
        drawing.text(x + SIDE * PIXEL / 2, 49, note, size=14, colour="quiet")
        drawing.image(x, top, picture, PIXEL)
    drawing.text(450, 296, "Where is the object in the query?", bold=True, size=19)
    drawing.text(450, 321, "And what is the mean of the object's three colours? Of the background's?", size=16)
    return drawing.svg()


def cmat() -> str:
    """The block, with every shape, 900 x 420 px."""
    drawing = Drawing(
        900, 420, "CMAT",
        "Two rows, query above and support below, each (B, C, H, W). Each goes through self_attention, with a "
        "shortcut, and norm0. Then each goes through cross_attention, whose queries come from its own row and whose "
        "keys and values come from the other row; the result is multiplied by the row's own mask (B, 1, H, W); a "
        "shortcut and norm1 follow, then mlp with a shortcut, and norm2. Both rows use the same layers. The results "
        "are the refined query and the refined support.",
    )
    for row, (y, name) in enumerate(((110, "query"), (310, "support"))):
        skip = y - 56
        drawing.box(26, y - 18, 40, 40, (0.8, 0.55, 0.7), "features", thickness=6)
        drawing.label(56, y + 44, name, "(B, C, H, W)")
        drawing.arrow((84, y), (124, y))
        drawing.line((100, y), (100, skip), (252, skip))
        drawing.arrow((230, skip), (252, skip), (252, y - 16))
        drawing.layer(124, y - 26, 92, 52, "self")
        drawing.arrow((216, y), (234, y))
        drawing.operation(252, y, "+", radius=16)
        drawing.arrow((268, y), (286, y))
        drawing.layer(286, y - 24, 68, 48, "norm0")
        drawing.arrow((354, y), (412, y))
        drawing.line((370, y), (370, skip), (596, skip))
        drawing.arrow((574, skip), (596, skip), (596, y - 16))
        drawing.layer(412, y - 26, 84, 52, "cross")
        drawing.arrow((496, y), (528, y))
        drawing.operation(544, y, "×", radius=16)
        drawing.arrow((560, y), (580, y))
        drawing.operation(596, y, "+", radius=16)
        drawing.cells(530, y + 46, ((0.9, 0.3), (0.6, 0.1)), "gate", side=14)
        drawing.arrow((544, y + 46), (544, y + 16))
        drawing.text(566, y + 58, f"{name}'s mask", size=13, anchor="start")
        drawing.text(566, y + 74, "(B, 1, H, W)", size=12, mono=True, anchor="start")
        drawing.arrow((612, y), (628, y))
        drawing.layer(628, y - 24, 64, 48, "norm1")
        drawing.arrow((692, y), (724, y))
        drawing.line((706, y), (706, skip + 12), (806, skip + 12))
        drawing.arrow((790, skip + 12), (806, skip + 12), (806, y - 16))
        drawing.layer(724, y - 22, 54, 44, "mlp")
        drawing.arrow((778, y), (790, y))
        drawing.operation(806, y, "+", radius=16)
        drawing.arrow((806, y + 16), (806, y + 34))
        drawing.layer(772, y + 34, 68, 40, "norm2")
        drawing.arrow((840, y + 54), (872, y + 54))
        # what the other row reads
        drawing.line((386, y), (386, 186 if row == 0 else 234), (454, 234 if row == 0 else 186))
    drawing.arrow((430, 217), (454, 234), (454, 284))
    drawing.arrow((430, 203), (454, 186), (454, 136))
    drawing.text(466, 214, "keys and values", size=13, anchor="start")
    drawing.text(466, 230, "from the other picture", size=13, anchor="start")
    drawing.text(450, 406, "One set of layers serves both rows. The result has the shape of the input.", size=13,
                 colour="quiet")
    return drawing.svg()


def refinement() -> str:
    """The loop of iterative_refinement, 900 x 300 px."""
    drawing = Drawing(
        900, 300, "iterative_refinement",
        "The query's first mask is the prior mask. A block takes query, support, the query's mask and the support's "
        "mask, and returns refined query and support. The refined support, pooled under the support's mask at its "
        "full size, gives a prototype; prototype and refined query give a probability map (B, 1, h, w), which goes "
        "into the list. Where it is above 0.5, the query's mask for the next block is 1.",
    )
    y = 150
    drawing.text(84, 60, "prior_mask", bold=True)
    drawing.cells(64, 76, ((0.9, 0.5, 0.1), (0.6, 0.8, 0.3)), "gate", side=18)
    drawing.text(84, 132, "first round", size=13, colour="quiet")
    drawing.arrow((126, 92), (240, 92), (240, y - 34))
    drawing.text(176, 82, "query's mask", size=13)
    drawing.arrow((52, y + 14), (196, y + 14))
    drawing.text(118, y + 6, "query, support", size=13)
    drawing.arrow((52, y + 46), (180, y + 46), (210, y + 30))
    drawing.text(112, y + 64, "support's mask, at (h, w)", size=13)
    drawing.layer(196, y - 34, 104, 68, "block")
    drawing.arrow((300, y - 14), (560, y - 14))
    drawing.text(410, y - 22, "refined query", size=13)
    drawing.arrow((300, y + 18), (398, y + 18))
    drawing.text(346, y + 38, "refined", size=13)
    drawing.text(346, y + 54, "support", size=13)
    drawing.operation(424, y + 18, "mean", radius=26)
    drawing.text(446, y + 60, "masked_average_pool", size=13, anchor="start")
    drawing.arrow((424, y + 88), (424, y + 46))
    drawing.text(424, y + 104, "support_mask, at full size", size=13)
    drawing.arrow((450, y + 18), (564, y + 18))
    drawing.text(506, y + 10, "prototype", size=13)
    drawing.operation(600, y, "cos, σ", radius=38)
    drawing.arrow((638, y), (690, y))
    drawing.cells(700, y - 27, ((0.1, 0.4, 0.9), (0.2, 0.6, 0.8), (0.1, 0.3, 0.6)), "gate", side=18)
    drawing.label(727, y + 50, "probability", "(B, 1, h, w)")
    drawing.arrow((758, y), (840, y))
    drawing.text(800, y - 10, "to the list", size=13)
    drawing.line((727, y - 28), (727, 40), (270, 40))
    drawing.arrow((480, 40), (270, 40), (270, y - 34))
    drawing.operation(560, 40, "> 0.5", radius=26)
    drawing.text(420, 30, "query's mask, later rounds", size=13)
    drawing.text(450, 282, "Each round has a block of its own, and starts from the refined query and support.", size=13,
                 colour="quiet")
    return drawing.svg()


FIGURES = {"episode": episode, "cmat": cmat, "refinement": refinement}
