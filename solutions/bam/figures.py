"""The drawings of the Bottleneck Attention Module lesson."""

from solutions.shared.drawing import Drawing, depth, tint

# One illustrative example for the whole lesson, so that a channel looks the same wherever it appears.
CHANNEL = (0.3, 0.9, 0.6, 0.1, 0.8)
SUMMARY = (0.5, 0.9, 0.3, 0.6, 0.7)
WHERE = ((0.1, 0.2, 0.3, 0.2), (0.2, 0.6, 0.9, 0.5), (0.2, 0.7, 1.0, 0.6), (0.1, 0.3, 0.5, 0.2))
FEATURES = 0.85


def strips() -> str:
    """The lesson's question: two strips with the same bars and other posts, 1000 x 360 px."""
    drawing = Drawing(
        1000, 360, "Is the bar between the posts horizontal?",
        "Two strips of 5 x 42 pixels with the same two bars, a horizontal one on the left and a vertical one on the "
        "right. In strip 1 two posts stand 8 pixels to the left and right of the left bar, in strip 2 of the right "
        "bar. The question: is the bar between the posts horizontal? A box of 3 x 3 pixels shows how much one "
        "convolution sees.",
    )
    side, left, distance, place = 20, 96, 8, 21
    bars = {place // 2 + column: (2,) for column in (-1, 0, 1)} | {place + place // 2: (1, 2, 3)}

    def strip(top: float, posts: tuple[int, int], number: str) -> None:
        for row in range(5):
            for column in range(2 * place):
                fill = (
                    tint("gate", 1)
                    if column in posts
                    else tint("features", 1) if row in bars.get(column, ()) else "#FFFFFF"
                )
                drawing.rectangle(left + column * side, top + row * side, side, side, fill, outline="border")
        drawing.text(left - 30, top + 60, number, size=26, bold=True)

    def middle(column: int) -> float:
        return left + (column + 0.5) * side

    drawing.text(left, 36, "Two strips with the same two bars. Is the bar between the posts horizontal?", size=20,
                 anchor="start",
                 bold=True)
    first, second = 88, 240
    here, other = place // 2, place + place // 2
    strip(first, (here - distance, here + distance), "1")
    for column, words in ((here - distance, "post"), (here, "bar"), (here + distance, "post"), (other, "bar")):
        drawing.text(middle(column), first - 12, words, size=16)
    below = first + 5 * side + 14
    drawing.line((middle(here), below - 8), (middle(here), below), (middle(here + distance), below),
                 (middle(here + distance), below - 8),
                 colour="quiet")
    drawing.text(middle(here + distance / 2), below + 20, f"{distance} pixels", size=16)
    window, top = left + (other - 1) * side, first + side
    drawing.line((window, top), (window + 3 * side, top), (window + 3 * side, top + 3 * side), (window, top + 3 * side),
                 (window, top),
                 colour="wrong", width=4)
    drawing.text(middle(other), below + 20, "all that a 3 × 3 kernel sees at a time", size=16)
    strip(second, (other - distance, other + distance), "2")
    return drawing.svg()


def bam_block() -> str:
    """The whole block with both branches and the shape of every tensor, 900 x 470 px."""
    drawing = Drawing(
        900, 470, "The Bottleneck Attention Module",
        "From x (B, C, H, W) the channel branch goes up: mean, fc1, BatchNorm and ReLU, fc2, Mc (B, C, 1, 1). The "
        "spatial branch goes down: reduce, two dilated convolutions, project, Ms (B, 1, H, W). Both are stretched and "
        "added, a sigmoid gives the gate (B, C, H, W), x is multiplied by it, and x is added.",
    )
    face, thickness = 50, 7
    reach, rise = depth(thickness, len(CHANNEL))
    upper, lower, middle, skip = 118, 312, 210, 38
    left = 24

    def tensor(x: float, centre: float, strengths: list[float], role: str = "features") -> None:
        drawing.box(x, centre - (face - rise) / 2, face, face, strengths, role, thickness=thickness)

    tensor(left, middle, [FEATURES] * len(CHANNEL))
    drawing.label(left + 40, middle + 66, "x", "(B, C, H, W)")
    start = left + face + reach + 6
    drawing.line((start, middle), (start + 14, middle))
    drawing.arrow((start + 14, middle), (start + 14, upper), (start + 36, upper))
    drawing.arrow((start + 14, middle), (start + 14, lower), (start + 36, lower))

    x = start + 36
    drawing.operation(x + 24, upper, "mean", radius=23)
    drawing.arrow((x + 47, upper), (x + 64, upper))
    cell = 13
    drawing.cells(x + 66, upper - 2.5 * cell, [[value] for value in SUMMARY], "features", side=cell)
    drawing.label(x + 73, upper + 60, "s", "(B, C)")
    drawing.arrow((x + 81, upper), (x + 98, upper))
    drawing.layer(x + 98, upper - 24, 46, 48, "fc1")
    drawing.arrow((x + 144, upper), (x + 158, upper))
    drawing.layer(x + 158, upper - 24, 40, 48, "bn")
    drawing.arrow((x + 198, upper), (x + 212, upper))
    drawing.operation(x + 234, upper, "ReLU", radius=22)
    drawing.arrow((x + 256, upper), (x + 270, upper))
    drawing.layer(x + 270, upper - 24, 46, 48, "fc2")
    drawing.text(x + 196, upper + 64, "(B, C/r)", size=13, mono=True)

    for i, (name, note) in enumerate((("reduce", "1 × 1"), ("conv1", "3 × 3, dilated"), ("conv2", "3 × 3, dilated"),
                                      ("project", "1 × 1"))):
        width, at = 66, x + 2 + i * 84
        drawing.layer(at, lower - 24, width, 48, name)
        drawing.text(at + width / 2, lower + 44, note, size=12)
        if i < 3:
            drawing.text(at + width / 2, lower + 62, f"bn{i}, ReLU", size=12)
            drawing.arrow((at + width, lower), (at + 84, lower))
    drawing.text(x + 118, lower - 36, "(B, C/r, H, W)", size=13, mono=True)

    maps = x + 346
    drawing.arrow((x + 316, upper), (maps - 4, upper))
    drawing.broadcast(maps, upper - (face - rise) / 2, face, face, CHANNEL, thickness=thickness, bar=15)
    drawing.label(maps + 33, upper + 60, "Mc", "(B, C, 1, 1)")
    drawing.arrow((x + 320, lower), (maps - 4, lower))
    for channel in reversed(range(1, len(CHANNEL))):
        (dx, dy), top = depth(thickness, channel), lower - (face - rise) / 2
        x0, y0 = maps + dx, top - dy
        drawing.ghost([(x0, y0), (x0 + face, y0), (x0 + face, y0 + face), (x0, y0 + face)], 0.35)
    drawing.cells(maps, lower - (face - rise) / 2, WHERE, "gate", side=face / 4)
    drawing.label(maps + 33, lower + 60, "Ms", "(B, 1, H, W)")

    plus = maps + 106
    drawing.arrow((maps + face + reach + 4, upper), (plus, upper), (plus, middle - 20))
    drawing.arrow((maps + face + reach + 4, lower), (plus, lower), (plus, middle + 20))
    drawing.operation(plus, middle, "+")
    drawing.arrow((plus + 18, middle), (plus + 28, middle))
    drawing.operation(plus + 46, middle, "σ")
    drawing.arrow((plus + 64, middle), (plus + 76, middle))
    tensor(plus + 78, middle, [0.25, 0.7, 0.5, 0.15, 0.6], "gate")
    drawing.label(plus + 118, middle + 66, "gate", "(B, C, H, W)")
    times = plus + 184
    drawing.arrow((plus + 78 + face + reach + 2, middle), (times - 18, middle))
    drawing.operation(times, middle, "×")
    above = left + (face + reach) / 2
    drawing.arrow((above, middle - (face + rise) / 2), (above, skip), (times, skip), (times, middle - 18))
    drawing.text((left + times) / 2, skip - 9, "x itself", size=14)
    drawing.arrow((times, middle + 18), (times, middle + 90))
    drawing.operation(times, middle + 108, "+")
    drawing.arrow((above, middle + 92), (above, 440), (times, 440), (times, middle + 126))
    drawing.text((left + times) / 2, 432, "the shortcut: x itself", size=14)
    drawing.arrow((times + 18, middle + 108), (times + 38, middle + 108))
    drawing.text(times + 42, middle + 113, "output", anchor="start", bold=True)
    drawing.text(x, upper - 40, "channel branch: what?", anchor="start", bold=True, colour="quiet")
    drawing.text(x, lower - 62, "spatial branch: where?", anchor="start", bold=True, colour="quiet")
    return drawing.svg()


def _kernel(drawing: Drawing, x: float, y: float, d: int, side: float) -> None:
    """Three taps with dilation d and the positions between them, cells of `side` px."""
    for place in range(2 * d + 1):
        tap = place % d == 0
        drawing.cells(x + place * side, y, [[0.85 if tap else 0]], "layer" if tap else "operation", side=side)


def dilation() -> str:
    """Spans of three dilations; a dilated kernel in its five places on a padded row, 900 x 330 px."""
    drawing = Drawing(
        900, 330, "Dilation: taps that lie apart",
        "Left: three taps with dilation 1, 2 and 4 span 3, 5 and 9 positions. Right: a row of 7 positions with a zero "
        "beyond each end. A kernel with dilation 2, which spans 5, fits in 5 places; the first and the last are drawn.",
    )
    side = 34
    drawing.text(40, 40, "three taps", anchor="start", bold=True)
    for i, d in enumerate((1, 2, 4)):
        top, span = 70 + 86 * i, 2 * d + 1
        _kernel(drawing, 40, top, d, side)
        drawing.line((40, top + side + 8), (40, top + side + 14), (40 + span * side, top + side + 14),
                     (40 + span * side, top + side + 8),
                     colour="quiet")
        drawing.text(40 + span * side + 12, top + 23, f"d = {d}: span {span}", anchor="start")

    drawing.line((466, 30), (466, 300), colour="border")
    first = 530
    drawing.text(first - side, 40, "n = 7, one zero beyond each end", anchor="start", bold=True)
    drawing.cells(first, 70, [[0.75] * 7], "features", side=side)
    for x in (first - side, first + 7 * side):
        drawing.ghost([(x, 70), (x + side, 70), (x + side, 70 + side), (x, 70 + side)], 0)
        drawing.text(x + side / 2, 93, "0", size=16, colour="quiet")
    for top, start, words in ((132, -1, "first place"), (196, 3, "last place")):
        _kernel(drawing, first + start * side, top, 2, side)
        at = first + (start + 5) * side + 12 if start < 0 else first + start * side - 12
        drawing.text(at, top + 22, words, anchor="start" if start < 0 else "end")
    drawing.text(first - side, 272, "9 positions, span 5: (9 − 5) / 1 + 1 = 5 places", anchor="start", size=17,
                 bold=True)
    drawing.text(first - side, 298, "k = 3, d = 2, p = 1, s = 1", anchor="start", size=15)
    return drawing.svg()


FIGURES = {
    "strips": strips,
    "bam_block": bam_block,
    "dilation": dilation,
}
