"""The drawings of the surgery lesson."""

from solutions.shared.drawing import Drawing


def operation() -> str:
    """The question: how often the network agrees with itself, before and after, 900 x 210 px."""
    drawing = Drawing(900, 210, "A network after an operation", "A trained network agrees with itself on 100 % of the "
                      "pictures. With SE in each of its 16 blocks, and nothing trained, it agrees with its former self "
                      "on 0 %.")
    for y, words, gates, share in ((60, "the trained network", False, 100), (140, "the same, with SE in it", True, 0)):
        drawing.text(28, y + 5, words, anchor="start", bold=True, size=17)
        for place in range(8):
            drawing.layer(236 + 38 * place, y - 20, 28, 40, "")
            if gates:
                drawing.rectangle(245 + 38 * place, y - 9, 10, 18, "#E69F00")
        drawing.arrow((540, y), (574, y))
        drawing.rectangle(584, y - 16, 200, 32, "#FFFFFF", outline="border")
        if share:
            drawing.rectangle(584, y - 16, 2 * share, 32, "#56B4E9")
        drawing.text(800, y + 7, f"{share} %", anchor="start", bold=True, size=22)
    drawing.text(684, 192, "pictures with its former answer", size=14)
    return drawing.svg()


def places() -> str:
    """A block of Lite0 and the three places for a module, 900 x 250 px."""
    drawing = Drawing(900, 250, "Three places in a block", "A map x (B, C, H, W) goes through expand, depthwise and "
                      "project, and x is added at the end if the block has a shortcut. The place depthwise is behind "
                      "the module blocks.3.depthwise. The place branch is behind blocks.3.project, before the sum. The "
                      "place after is behind blocks.3, which is behind the sum.")
    middle = 90
    drawing.cells(26, middle - 32, [[0.6] * 4 for _ in range(4)], "features", side=16)
    drawing.label(58, middle + 58, "x", "(B, C, H, W)")
    for left, right in ((92, 128), (212, 240), (340, 470), (554, 690), (726, 866)):
        drawing.arrow((left, middle), (right, middle))
    drawing.layer(128, middle - 24, 84, 48, "expand")
    drawing.layer(240, middle - 24, 100, 48, "depthwise")
    drawing.layer(470, middle - 24, 84, 48, "project")
    drawing.operation(708, middle, "+")
    drawing.arrow((110, middle), (110, 28), (708, 28), (708, middle - 18))
    drawing.text(410, 20, "the shortcut, if the block has one", size=13)
    for x, name, module in ((405, "depthwise", "blocks.3.depthwise"), (622, "branch", "blocks.3.project"),
                            (796, "after", "blocks.3")):
        drawing.rectangle(x - 13, middle - 13, 26, 26, "#E69F00", radius=4)
        drawing.text(x, middle + 84, name, bold=True)
        drawing.text(x, middle + 104, f'"{module}"', size=13, mono=True)
        drawing.line((x, middle + 18), (x, middle + 66), colour="quiet", width=1.2)
    drawing.text(450, 230, "Each layer is a convolution with BatchNorm; behind expand and depthwise there is a ReLU6.",
                 size=13)
    return drawing.svg()


FIGURES = {"operation": operation, "places": places}
