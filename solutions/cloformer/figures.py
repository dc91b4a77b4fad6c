"""The drawings of the CloFormer lesson."""

import math

from solutions.shared.drawing import Drawing, mix

PATCHES = ("/\\\\", "\\//", "//\\")  # the direction of the threads in each patch, row by row
PATCH, THREAD = 12, 4  # pixels of a drawn patch, and of a thread's wave
RED, BLUE, DARK, LIGHT = "#D24B40", "#3F6FE0", "#5E5E5E", "#C4C4C4"


def _thread(row: int, column: int, way: str) -> float:
    """From 0 to 1: how light a pixel is in a patch of this direction."""
    along = (column + row if way == "/" else column - row) / math.sqrt(2)
    return 0.5 + 0.5 * math.sin(2 * math.pi * along / THREAD)


def _cloth(patches: tuple[str, ...], glow: tuple[int, int, str] | None) -> list[list[str]]:
    """Rows of colours, in few levels so that the file stays small. glow: its middle and its colour."""
    colours = []
    for row in range(PATCH * len(patches)):
        line = []
        for column in range(PATCH * len(patches[0])):
            light = round(3 * _thread(row, column, patches[row // PATCH][column // PATCH])) / 3
            colour = mix(LIGHT, DARK, light)
            if glow:
                reach = math.exp(-((row - glow[0]) ** 2 + (column - glow[1]) ** 2) / 52)
                colour = mix(glow[2], colour, round(12 * 0.75 * reach) / 12)
            line.append(colour)
        colours.append(line)
    return colours


def questions() -> str:
    """The cloth, and the rule of the two sides, 1000 x 340 px."""
    drawing = Drawing(
        1000, 340, "Which way do the threads run, seen from the front?",
        "Left: a cloth of 3 x 3 patches with fine diagonal threads, rising or falling; a faint blue glow lies in the "
        "upper left. In the lower right patch, far from the glow, a question mark. Right: a patch with rising "
        "threads and one with falling threads. Rule: under a red glow the front is up, and rising threads are rising; "
        "under a blue glow the back is up, and what rises here falls on the front.",
    )
    side, left, top = 8.1, 24, 24
    drawing.image(left, top, _cloth(PATCHES, (8, 10, BLUE)), side)
    middle_x, middle_y = left + 30 * side, top + 30 * side
    drawing.rectangle(middle_x - 24, middle_y - 24, 48, 48, "#FFFFFF", radius=24)
    drawing.text(middle_x, middle_y + 10, "?", bold=True, size=28)
    for line, words in enumerate(("Do the threads at ? rise or fall,", "seen from the front?")):
        drawing.text(340, 46 + 28 * line, words, bold=True, size=20, anchor="start")
    drawing.text(340, 110, "The threads are fine and near.", size=17, anchor="start")
    drawing.text(340, 134, "The glow is faint, wide and far.", size=17, anchor="start")
    for x, way, name in ((690, "/", "rising"), (846, "\\", "falling")):
        drawing.image(x, 50, _cloth((way,), None), side)
        drawing.text(x + 6 * side, 38, name, bold=True, size=17)
    for x, colour, words, then in ((340, RED, "Red glow: the front is up.", "What looks rising is rising."),
                                   (662, BLUE, "Blue glow: the back is up.", "What looks rising is falling.")):
        drawing.rectangle(x, 196, 306, 92, mix(colour, "#FFFFFF", 0.22), radius=12)
        drawing.text(x + 153, 234, words, bold=True, size=18)
        drawing.text(x + 153, 264, then, size=17)
    return drawing.svg()


def attnconv() -> str:
    """AttnConv with every shape, 900 x 340 px."""
    drawing = Drawing(
        900, 340, "AttnConv",
        "x (B, dim, H, W) goes through qkv, a 1 x 1 convolution, and mixer, a depth-wise k x k convolution: 3 times "
        "width channels, where width is heads times head_dim. They are cut into q, k and v, (B, width, H, W) each. q "
        "times k goes through attn_map, times the scale, and a tanh: weights from -1 to 1, which multiply v. The "
        "output is (B, width, H, W).",
    )
    drawing.box(30, 140, 46, 60, [0.5] * 4, "features", thickness=6)
    drawing.label(72, 226, "x", "(B, dim, H, W)")
    drawing.arrow((104, 165), (134, 165))
    drawing.layer(134, 140, 62, 50, "qkv")
    drawing.text(165, 128, "1 x 1", size=13)
    drawing.arrow((196, 165), (222, 165))
    drawing.layer(222, 140, 74, 50, "mixer")
    drawing.text(259, 128, "k x k, depth-wise", size=13)
    for y, name in ((52, "q"), (142, "k"), (248, "v")):
        drawing.box(372, y, 40, 44, [0.5] * 3, "features", thickness=6)
        drawing.text(358, y + 30, name, bold=True, size=17)
    drawing.line((296, 165), (326, 165))
    drawing.line((326, 74), (326, 270))
    for y in (74, 165, 270):
        drawing.arrow((326, y), (346, y))
    drawing.text(396, 318, "(B, width, H, W) each", size=12, mono=True)
    drawing.arrow((430, 74), (470, 74), (470, 98))
    drawing.arrow((430, 165), (470, 165), (470, 136))
    drawing.operation(470, 117, "×")
    drawing.arrow((488, 117), (514, 117))
    drawing.layer(514, 92, 96, 50, "attn_map")
    drawing.arrow((610, 117), (632, 117))
    drawing.operation(658, 117, "scale", radius=26)
    drawing.arrow((684, 117), (704, 117))
    drawing.operation(730, 117, "tanh", radius=26)
    drawing.arrow((756, 117), (778, 117))
    drawing.box(780, 98, 36, 40, [0.6, 0.3, 0.8], "gate", thickness=6)
    drawing.text(806, 76, "weights, -1 to 1", size=14)
    drawing.arrow((798, 142), (798, 250))
    drawing.arrow((430, 270), (778, 270))
    drawing.operation(798, 270, "×")
    drawing.arrow((816, 270), (838, 270))
    drawing.box(840, 252, 30, 38, [0.5] * 3, "features", thickness=5)
    drawing.text(806, 318, "(B, width, H, W)", size=12, mono=True)
    drawing.text(450, 28, "width = heads · head_dim", size=14, colour="quiet")
    return drawing.svg()


def _matrix(drawing: Drawing, x: float, y: float, rows: int, columns: int, role: str, side: float = 14,
            chosen: int | None = None) -> None:
    drawing.cells(x, y, [[0.9 if row == chosen else 0.35] * columns for row in range(rows)], role, side=side)


def wide() -> str:
    """The global branch with every shape, 900 x 360 px."""
    drawing = Drawing(
        900, 360, "GlobalBranch",
        "x (B, dim, H, W) goes two ways. Above: q makes N = H times W queries in heads, (B, heads, N, head_dim). "
        "Below: the mean of each window, (B, dim, H // w, W // w), then kv makes M keys and M values, (B, heads, M, "
        "head_dim). Queries times keys, scaled, and a softmax along each row make A, (B, heads, N, M). A times the "
        "values, heads side by side: a map (B, heads times head_dim, H, W).",
    )
    drawing.cells(30, 120, [[0.4] * 6 for _ in range(6)], "features", side=13)
    for step in (0, 26, 52, 78):
        drawing.line((30 + step, 120), (30 + step, 198), width=2.6)
        drawing.line((30, 120 + step), (108, 120 + step), width=2.6)
    drawing.label(69, 222, "x", "(B, dim, H, W)")
    drawing.arrow((110, 140), (140, 84), (166, 84))
    drawing.layer(166, 60, 54, 48, "q")
    drawing.arrow((220, 84), (352, 84))
    _matrix(drawing, 356, 28, 9, 2, "features", side=13, chosen=4)
    drawing.text(369, 20, "queries", bold=True)
    drawing.text(369, 164, "(B, heads, N, head_dim)", size=12, mono=True)
    drawing.arrow((110, 180), (140, 262), (152, 262))
    drawing.operation(180, 262, "mean", radius=26)
    drawing.arrow((206, 262), (222, 262))
    drawing.cells(226, 242, [[0.4] * 3 for _ in range(3)], "features", side=15)
    drawing.text(240, 316, "(B, dim, H // w, W // w)", size=12, mono=True)
    drawing.arrow((273, 262), (300, 262))
    drawing.layer(300, 238, 54, 48, "kv")
    drawing.arrow((354, 252), (384, 222))
    drawing.arrow((354, 272), (384, 300))
    _matrix(drawing, 388, 190, 4, 2, "features", side=13)
    drawing.text(424, 220, "keys", bold=True, anchor="start")
    _matrix(drawing, 388, 272, 4, 2, "features", side=13)
    drawing.text(424, 296, "values", bold=True, anchor="start")
    drawing.text(424, 314, "(B, heads, M, head_dim)", size=12, mono=True, anchor="start")
    drawing.arrow((386, 84), (474, 84))
    drawing.arrow((404, 186), (470, 172), (488, 104))
    drawing.operation(492, 84, "@")
    drawing.arrow((510, 84), (534, 84))
    drawing.operation(564, 84, "softmax", radius=30)
    drawing.text(564, 40, "scaled first", size=12, colour="quiet")
    drawing.arrow((594, 84), (632, 84))
    _matrix(drawing, 636, 28, 9, 4, "gate", side=13, chosen=4)
    drawing.text(662, 20, "A", bold=True, size=17)
    drawing.text(662, 164, "(B, heads, N, M)", size=12, mono=True)
    drawing.arrow((690, 84), (740, 166))
    drawing.arrow((486, 290), (640, 250), (732, 196))
    drawing.operation(750, 180, "@")
    drawing.arrow((768, 180), (792, 180))
    drawing.cells(796, 141, [[0.5] * 6 for _ in range(6)], "features", side=13)
    drawing.text(796, 244, "(B, heads · head_dim, H, W)", size=12, mono=True)
    drawing.text(450, 346, "N = H · W positions ask; M windows answer. w is window_size. The strong row is one query.",
                 size=15)
    return drawing.svg()


def clo() -> str:
    """CloAttention with a split of [2, 1, 3], 900 x 300 px."""
    drawing = Drawing(
        900, 300, "CloAttention",
        "x (B, dim, H, W) goes to three branches. Six heads are split [2, 1, 3]: AttnConv with the first kernel has "
        "two heads, AttnConv with the second kernel has one, GlobalBranch has three. Their channels are put side by "
        "side, in this order, and proj makes the output (B, dim, H, W).",
    )
    drawing.text(300, 30, "group_split = [2, 1, 3], kernel_sizes = [3, 5]", size=15, mono=True)
    drawing.box(40, 128, 46, 60, [0.5] * 6, "features", thickness=6)
    drawing.label(78, 216, "x", "(B, dim, H, W)")
    drawing.line((124, 152), (160, 152))
    drawing.line((160, 82), (160, 232))
    for y, name, heads in ((82, "AttnConv, 3 x 3", "2 heads"), (157, "AttnConv, 5 x 5", "1 head"),
                           (232, "GlobalBranch", "3 heads")):
        drawing.arrow((160, y), (190, y))
        drawing.layer(190, y - 25, 160, 50, name)
        drawing.arrow((350, y), (420, y), label=heads)
    for y, channels in ((82, 2), (157, 1), (232, 3)):
        drawing.box(424, y - 18, 38, 40, [0.5] * channels, "features", thickness=9)
        drawing.arrow((488, y), (536, 157 + (y - 157) * 0.12))
    drawing.operation(562, 157, "cat", radius=25)
    drawing.arrow((587, 157), (620, 157))
    drawing.box(624, 136, 38, 44, [0.5] * 6, "features", thickness=9)
    drawing.text(660, 216, "(B, dim, H, W)", size=13, mono=True)
    drawing.arrow((714, 150), (740, 150))
    drawing.layer(740, 125, 62, 50, "proj")
    drawing.arrow((802, 150), (826, 150))
    drawing.box(828, 132, 28, 40, [0.5] * 6, "features", thickness=5)
    drawing.text(832, 216, "(B, dim, H, W)", size=13, mono=True)
    drawing.text(771, 114, "1 x 1", size=13)
    return drawing.svg()


FIGURES = {"questions": questions, "attnconv": attnconv, "global": wide, "clo": clo}
