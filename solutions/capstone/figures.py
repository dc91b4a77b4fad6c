"""The drawings of the capstone; its map is drawn from experiment.md."""

import statistics
from fractions import Fraction
from pathlib import Path

import torch

from attention_lab.lessons.capstone.adapters import CONTROLS, PLUGS
from attention_lab.lessons.capstone.five_tasks import TASKS
from attention_lab.lessons.capstone.task_scores import SOLVED
from solutions.shared.drawing import PALETTE, Drawing, mix
from solutions.shared.long_runs import Row, Table, read

HERE = Path(__file__).parent
BLUE = "#0072B2"
SHOWN = {  # task -> (what is seen, what is asked), in lines
    "what": ("16 papers, one lamp", "redder or bluer than grey?"),
    "where": ("a marked row and column", "in which of the two?"),
    "look-up": ("a legend at the left", "which brightness?"),
    "far": ("posts six pixels away", "which colour?"),
    "local": ("stripes under noise", "rising or falling?"),
}
SEEDS = {"look-up": 1, "what": 1}
GUESSES = {task: 100 / each.classes for task, each in TASKS.items()}
LONGER = 5  # times the page's steps
RATES = Fraction(1), Fraction(1, 2), Fraction(2)  # times the page's
APART = 10  # points between the best and the worst of some runs, above which their mean says little


def _picture(task: str) -> list[list[str]]:
    """One picture of a task, without the noise on top, in few levels of each colour so that the file stays small."""
    pictures, _ = TASKS[task].draw(1, torch.Generator().manual_seed(SEEDS.get(task, 4)))
    levels = 4 if task == "local" else 10
    pixels = ((pictures[0].clamp(0, 1) * levels).round() / levels * 255).round().int().permute(1, 2, 0).tolist()
    return [["#" + "".join(f"{value:02X}" for value in pixel) for pixel in row] for row in pixels]


def question() -> str:
    """Two networks and how many parameters their papers state, 1000 x 300 px."""
    drawing = Drawing(
        1000, 300, "Where did a million parameters go?",
        "Two bars. ResNet-50 has 25.56 million parameters. ECA-ResNet-50 is the same network with one ECA module "
        "added to each of its 16 blocks; its authors state 24.37M. The second bar is shorter, although something was "
        "added: the gap has a question mark.",
    )
    left, width = 250, 620  # of the longer bar
    shorter = width * 24.37 / 25.56
    zoom = 4  # the gap is drawn larger than it is, or nobody would see it
    shorter = width - zoom * (width - shorter)
    drawing.text(500, 44, "You add a module to each of 16 blocks. Where did a million parameters go?", bold=True,
                 size=22)
    for y, name, below, length, stated in ((86, "ResNet-50", "", width, "25.56M"),
                                           (180, "ECA-ResNet-50", "16 more modules", shorter, "24.37M")):
        drawing.text(left - 16, y + 32, name, bold=True, size=19, anchor="end")
        drawing.text(left - 16, y + 54, below, size=15, anchor="end", colour="quiet")
        drawing.rectangle(left, y, length, 56, mix(PALETTE["features"], "#FFFFFF", 0.55), radius=6)
        drawing.text(left + 20, y + 36, f"{stated} parameters", size=20, anchor="start")
    drawing.rectangle(left + shorter, 180, width - shorter, 56, mix(PALETTE["wrong"], "#FFFFFF", 0.2), radius=6,
                      outline="wrong")
    drawing.text(left + (shorter + width) / 2, 218, "?", bold=True, size=30)
    drawing.text(500, 276, "as their papers' tables and repositories state it (the bars do not begin at 0)", size=15,
                 colour="quiet")
    return drawing.svg()


def tasks() -> str:
    """One picture of each of the five tasks, 900 x 290 px."""
    drawing = Drawing(
        900, 290, "Five tasks, five mechanisms",
        "Five pictures of 24 x 24 pixels. What: sixteen papers under one coloured lamp; is this paper redder or bluer "
        "than grey? Where: nine white squares, red marks at the edges; is this square in the marked row, the marked "
        "column, both or neither? Look-up: three colours with a brightness beside each at the left, coloured "
        "patches at the right; which brightness belongs to this patch? Far: white dots with coloured posts six "
        "pixels to both sides; which colour? Local: fine diagonal stripes in nine patches under noise; rising "
        "or falling?",
    )
    side = 6.2
    for place, (task, (seen, asked)) in enumerate(SHOWN.items()):
        left = 22 + 174 * place
        middle = left + 12 * side
        drawing.text(middle, 38, task, bold=True, size=18)
        drawing.image(left, 56, _picture(task), side)
        drawing.text(middle, 230, seen, size=13.5)
        drawing.text(middle, 252, asked, size=12.5, bold=True)
        drawing.text(middle, 273, f"at chance: {GUESSES[task]:.0f} %", size=12.5, colour="quiet")
    return drawing.svg()


def resnet() -> str:
    """AttentionResNet and one of its blocks, 900 x 400 px."""
    drawing = Drawing(
        900, 400, "AttentionResNet",
        "Above: an image (3, H, W) goes through the stem and three stages of blocks. The maps are (16, H, W), (16, H, "
        "W), (32, H/2, W/2) and (64, H/4, W/4); then a mean over H and W, 64 numbers, and the head. Below, one block: "
        "conv1 with the stride, bn1, ReLU, conv2, bn2, attention; the shortcut, x or downsample of x, is added, "
        "then ReLU.",
    )
    maps = ((28, 62, 62, 3, "x", "(3, H, W)"), (190, 62, 62, 4, "", "(16, H, W)"), (352, 62, 62, 4, "", "(16, H, W)"),
            (526, 74, 38, 6, "", "(32, H/2, W/2)"), (690, 82, 24, 9, "", "(64, H/4, W/4)"))
    for left, top, size, channels, _, shape in maps:
        drawing.box(left, top, size * 0.6, size, [0.5] * channels, "features", thickness=4)
        drawing.text(left + 26, 150, shape, size=12.5, mono=True)
    for left, name in ((104, "stem"), (266, "stage 0"), (436, "stage 1"), (604, "stage 2")):
        drawing.arrow((left - 12, 93), (left, 93))
        drawing.layer(left, 72, 66, 42, name)
        drawing.arrow((left + 66, 93), (left + 82, 93))
    drawing.arrow((744, 93), (764, 93))
    drawing.operation(788, 93, "mean", radius=23)
    drawing.arrow((811, 93), (826, 93))
    drawing.layer(826, 72, 56, 42, "head")
    drawing.text(845, 134, "num_classes", size=12.5, mono=True)
    drawing.text(469, 40, "widths 16, 32, 64; the first block of stages 1 and 2 has stride 2", size=14, colour="quiet")
    y = 262
    drawing.line((24, 182), (876, 182), colour="border")
    drawing.text(60, 212, "one block", bold=True, size=16)
    drawing.text(40, y + 5, "x", bold=True, size=18)
    drawing.arrow((52, y), (96, y))
    x = 96
    for name, width, learned in (("conv1", 66, True), ("bn1", 50, True), ("ReLU", 0, False), ("conv2", 66, True),
                                 ("bn2", 50, True)):
        if learned:
            drawing.layer(x, y - 21, width, 42, name)
        else:
            width = 48
            drawing.operation(x + 24, y, name, radius=24)
        drawing.arrow((x + width, y), (x + width + 22, y))
        x += width + 22
    drawing.rectangle(x, y - 27, 112, 54, mix(PALETTE["gate"], "#FFFFFF", 0.55), radius=9)
    drawing.text(x + 56, y + 5, "attention", bold=True)
    drawing.text(x + 56, y - 38, "make_attention(width)", size=12.5, mono=True)
    drawing.arrow((x + 112, y), (x + 148, y))
    plus = x + 166
    drawing.operation(plus, y, "+")
    drawing.arrow((plus + 18, y), (plus + 40, y))
    drawing.operation(plus + 64, y, "ReLU", radius=24)
    drawing.arrow((plus + 88, y), (plus + 118, y))
    drawing.line((72, y), (72, 340), (250, 340))
    drawing.layer(250, 319, 120, 42, "downsample")
    drawing.arrow((370, 340), (plus, 340), (plus, y + 18))
    drawing.text(310, 382, "1 x 1 and BatchNorm; None where x fits", size=13, colour="quiet")
    drawing.text(128, y + 42, "the stride", size=13, colour="quiet")
    return drawing.svg()


def cloformer() -> str:
    """CloFormer-XXS with the shapes of its maps, 900 x 330 px."""
    drawing = Drawing(
        900, 330, "CloFormer-XXS",
        "The image (3, 224, 224) goes through patch_embed: (32, 56, 56). Four stages follow. Stage 0 has 2 blocks, "
        "stage 1 has 2, stage 2 has 6, stage 3 has 2; the last block of stages 0, 1 and 2 has stride 2 and leads to "
        "the next width. The maps are (64, 28, 28), (128, 14, 14), (256, 7, 7) and (256, 7, 7). Then norm, mean over "
        "H and W, head: 1000 scores.",
    )
    drawing.text(20, 112, "image", size=14, anchor="start", bold=True)
    drawing.text(20, 132, "(3, 224, 224)", size=12, anchor="start", mono=True)
    drawing.arrow((112, 110), (132, 110))
    drawing.layer(132, 86, 104, 48, "patch_embed")
    left, y = 252, 110
    drawing.arrow((236, y), (left, y))
    drawing.text(240, 172, "(32, 56, 56)", size=12, mono=True)
    for stage, (depth, shape) in enumerate(((2, "(64, 28, 28)"), (2, "(128, 14, 14)"), (6, "(256, 7, 7)"),
                                            (2, "(256, 7, 7)"))):
        width = 18 * depth + 10
        drawing.rectangle(left, y - 36, width, 72, mix(PALETTE["border"], "#FFFFFF", 0.35), radius=8)
        for block in range(depth):
            leads_on = block == depth - 1 and stage < 3
            fill = mix(PALETTE["wrong"], "#FFFFFF", 0.55) if leads_on else mix(PALETTE["layer"], "#FFFFFF", 0.5)
            drawing.rectangle(left + 6 + 18 * block, y - (20 if leads_on else 28), 15, 40 if leads_on else 56, fill,
                              radius=3)
        drawing.text(left + width / 2, y - 48, f"stage {stage}", size=13.5, bold=True)
        after = left + width
        drawing.arrow((after, y), (after + 44, y))
        drawing.text(after + 22, y + (62 if stage % 2 else 82), shape, size=12, mono=True)
        left = after + 44
    drawing.layer(left, 86, 60, 48, "norm")
    drawing.arrow((left + 60, y), (left + 74, y))
    drawing.operation(left + 97, y, "mean", radius=23)
    drawing.arrow((left + 120, y), (left + 134, y))
    drawing.layer(left + 134, 86, 54, 48, "head")
    drawing.rectangle(60, 232, 15, 56, mix(PALETTE["layer"], "#FFFFFF", 0.5), radius=3)
    drawing.text(88, 264, "CloBlock, stride 1, keeps the width", size=14, anchor="start")
    drawing.rectangle(400, 240, 15, 40, mix(PALETTE["wrong"], "#FFFFFF", 0.55), radius=3)
    drawing.text(428, 264, "the last block of a stage: stride 2, to the next stage's width", size=14, anchor="start")
    drawing.text(450, 314, "4,166,728 parameters", size=15, bold=True)
    return drawing.svg()


# --------------------------------------------------------------------------------------------------------------- from
# experiment.md

def table() -> Table:
    return read((HERE / "experiment.md").read_text(encoding="utf-8"))


def scores(runs: Table, arm: str, longer: int, rate: Fraction = Fraction(1)) -> dict[str, list[float]]:
    """Of each task the score of each fresh seed, at a rate. (Seed 0 is the screening's.)"""
    lines = [[float(number) for number in text.split(" / ")]
             for seed, text in runs.get(Row(arm, longer, rate), {}).items() if seed]
    return {task: [line[place] for line in lines] for place, task in enumerate(TASKS)}


def screened(runs: Table, arm: str, task: str) -> Fraction:
    """The rate at which seed 0 scored best with five times the steps; if several did, the page's own comes first."""
    place = list(TASKS).index(task)
    return max(RATES, key=lambda rate: float(runs[Row(arm, LONGER, rate)][0].split(" / ")[place]))


def trained_longer(runs: Table, arm: str) -> dict[str, list[float]]:
    """Of each task the scores of the fresh seeds with five times the steps, at the rate that the screening chose."""
    return {task: scores(runs, arm, LONGER, screened(runs, arm, task))[task] for task in TASKS}


def solving(found: list[float]) -> int:
    """How many runs have solved their task."""
    return sum(score >= SOLVED for score in found)


def arms(runs: Table) -> list[str]:
    """The modules that have run, without those that were taken apart."""
    return [arm for arm in (*CONTROLS, *PLUGS) if Row(arm) in runs]


# what is written on the map: the modules and tasks in the frame, neighbours on the map, and a sentence in two lines
FINDINGS = (
    (("SE, no squeeze", "SE"), ("what",), "\"what\": the picture's mean helps.",
     "SE without it stays near \"nothing\"."),
    (("CoordAtt",), ("where",), "\"where\": only CoordAtt, which keeps rows",
     "and columns, gets all of it, in every run."),
    (("EMSA", "windows"), ("look-up", "far"), "Content is not reach: EMSA solves \"look-up\"",
     "but not \"far\"; windows do the opposite."),
)


def whole_map() -> str:
    """Every module on every task at the page's steps and at five times as many, with three findings written on it."""
    runs = table()
    names = arms(runs)
    found = {name: (scores(runs, name, 1), trained_longer(runs, name)) for name in names}
    top, line, column = 98, 29, 148
    bottom = top + line * len(names)
    said = {name: ", ".join(f"{task} " + " / ".join(score_of(of[task]) for of in both) for task in TASKS)
            for name, both in found.items()}
    drawing = Drawing(
        900, top + line * len(names) + 132, "Every module on every task",
        " ".join(f"Finding {number}: {one} {two}" for number, (_, _, one, two) in enumerate(FINDINGS, 1))
        + " Right answers in per cent, means of five seeds, at the page's budget / at five times the budget; where "
        "some of the five runs have solved the task and others are far from it, how many have. "
        + " ".join(f"{name}: {words}." for name, words in said.items()),
        true_colours=True)
    for place, task in enumerate(TASKS):
        left = 152 + column * place
        drawing.text(left + column / 2, 36, task, bold=True, size=16)
        drawing.text(left + column / 2, 56, f"at chance: {GUESSES[task]:.0f} %", size=12.5, colour="quiet")
        for half, budget in enumerate(("x 1", "x 5")):
            drawing.text(left + 37 + 72 * half, 82, budget, size=12.5)
    for row, (name, both) in enumerate(found.items()):
        y = top + line * row
        drawing.text(144, y + 19, name, size=13.5, anchor="end", bold=name in CONTROLS)
        for half, of in enumerate(both):
            for place, task in enumerate(TASKS):
                left = 153 + column * place + 72 * half
                drawing.rectangle(left, y, 70, line - 3, shade(task, of[task]), outline="border")
                drawing.text(left + 35, y + 18, score_of(of[task]), size=13)
    for number, (modules, framed, *lines) in enumerate(FINDINGS, 1):
        left, y = 151 + column * list(TASKS).index(framed[0]), top - 2 + line * names.index(modules[0])
        drawing.frame(left, y, column * len(framed) - 2, line * len(modules) + 1, colour="wrong")
        _badge(drawing, left, y, number)
        left = 22 + 292 * (number - 1)
        _badge(drawing, left + 8, bottom + 26, number)
        for place, words in enumerate(lines):
            drawing.text(left + 24, bottom + 30 + 18 * place, words, size=12.5, anchor="start", bold=True)
    drawing.text(450, bottom + 84,
                 "right answers on new pictures (%), mean of five seeds; \"2 of 5\": two of the five reached "
                 f"{SOLVED:g} %, and others are far from it", size=13.5)
    drawing.text(450, bottom + 106,
                 "white: at chance, blue: 100 %; x 1: the page's number of steps, x 5: five times as many; "
                 "in bold: the controls", size=13.5)
    return drawing.svg()


def shade(task: str, found: list[float]) -> str:
    """The colour of a cell: white at chance, and at 100 % as blue as lets one read its number."""
    share = max(0.0, (statistics.fmean(found) - GUESSES[task]) / (100 - GUESSES[task]))
    return mix(BLUE, "#FFFFFF", 0.62 * share)


def score_of(found: list[float]) -> str:
    """A mean; or how many have solved the task, where some have and others are far from it."""
    if 0 < solving(found) < len(found) and max(found) - min(found) > APART:
        return f"{solving(found)} of {len(found)}"
    return f"{statistics.fmean(found):.0f}"


def _badge(drawing: Drawing, x: float, y: float, number: int) -> None:
    """The number of a finding in a red disc, centred at (x, y)."""
    drawing.rectangle(x - 9, y - 9, 18, 18, PALETTE["wrong"], radius=9, outline="wrong")
    drawing.text(x, y + 5, str(number), size=13, bold=True)


FIGURES = {"question": question, "tasks": tasks, "resnet": resnet, "cloformer": cloformer, "map": whole_map}
