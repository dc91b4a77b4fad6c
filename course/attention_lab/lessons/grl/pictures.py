"""Pictures of lesson 08c: a wall that responds to the pointer, how much each branch helps, and photographs before and
after."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from ...pictures.images import show, show_images
from ...pictures.inline import inline
from ...pictures.keepsake import keepsake
from ...pictures.panels import cells, wipe
from ...pictures.style import ALERT, FEATURES, INK, MAPS, OTHER, PAPER, WIDEST, house_figure
from ...pictures.touch import slide
from ...significance.gaps import print_gaps
from .task import GRID, PHOTOGRAPHS, PLACES, Walls, gains, gains_of_a_blur, wall_pictures
from .wall_net import left_as_it_is

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ...networks.training import Results

# ---------------------------------------------------------------------- photographs

SHOWN = "chelsea", "rocket"


def show_before_and_after(seen: Tensor, restored: Tensor, whole: Tensor) -> None:
    """Displays a cat and a rocket: the restored picture, which a slider wipes over the noisy one, and the original.
    Below is what each photograph gains by the network and by a blur.

    seen, restored, whole: (6, 3, H, W), in the order of PHOTOGRAPHS.
    """
    slide({"photograph": {name: [pictures[PHOTOGRAPHS.index(name)] for pictures in (seen, restored, whole)]
                          for name in SHOWN},
           "restored": {f"{percent} %": percent for percent in range(0, 101, 5)}},
          lambda pictures, percent: [wipe(pictures[0], pictures[1], percent / 100, "restored by your blocks | noisy"),
                                     cells(pictures[2], "the photograph", side=240)],
          lambda pictures, percent: f"The left {percent} % of the picture is restored. Noise is gone from fur and sky; "
                                    "fine hairs are gone as well.",
          start=(SHOWN[0], "50 %"), plays="restored")
    by_blur = gains_of_a_blur(seen, whole)
    for name, gain in gains(restored, seen, whole).items():
        print(f"{name:9s} your blocks {gain:+5.1f} dB, a Gaussian blur {by_blur[name]:+5.1f} dB")


def keep_photographs(seen: Tensor, restored: Tensor, whole: Tensor) -> None:
    """Keeps a picture as `my_grl.png`: each photograph, noisy and restored, with what it gains.

    seen, restored, whole: (6, 3, H, W), in the order of PHOTOGRAPHS.
    """
    gain = gains(restored, seen, whole)
    mean = sum(gain.values()) / len(gain)
    keepsake("my_grl.png", "Six photographs that these blocks had never seen, before and after",
             {"noisy": [(name, picture.clamp(0, 1)) for name, picture in zip(PHOTOGRAPHS, seen, strict=True)],
              "restored": [(f"{gain[name]:+.1f} dB", picture.clamp(0, 1))
                           for name, picture in zip(PHOTOGRAPHS, restored, strict=True)]},
             f"GRL's blocks, written by hand, with weights of this course: {mean:+.1f} dB on average")


def show_damage(worse: Mapping[str, Tensor], restored: Tensor, lost: Mapping[str, float]) -> None:
    """Displays the lower right corner of a photograph, restored by the unharmed network and with each damage.

    worse: the pictures restored with each damage, (3, H, W).
    restored: the picture restored by the unharmed network, (3, H, W).
    lost: how many dB each damage costs.
    """
    corners = [picture[:, picture.shape[1] // 2:, picture.shape[2] // 2:] for picture in (restored, *worse.values())]
    show(show_images(torch.stack(corners), titles=["unharmed", *worse], columns=3),
         "The lower right corner of the rocket's picture, unharmed and with each damage. "
         + ", ".join(f"{damage} loses {loss:.2f} dB" for damage, loss in lost.items()))


# ---------------------------------------------------------------------- what each branch brings

WANTED = "window", "stripe", "nowhere"  # places of the answer that the main figure shows
ALL, NEITHER = "all three", "local"


@house_figure
def restored_bars(results: Results, plain: Mapping[str, float]) -> Figure:
    """Draws a panel for each place of the answer: the PSNR of every arm as a bar, a dot for each seed, and a line for
    the wall that was not restored.

    results: the results of runs that return `restored_at`.
    plain: the result of `restored_at` for the damaged wall itself.
    """
    import matplotlib.pyplot as plt

    titles = {"window": "answer in the window", "stripe": "answer in the stripe", "nowhere": "answer nowhere"}
    figure, axes = plt.subplots(1, 3, figsize=(WIDEST, 2.7), sharey=True)
    for axis, place in zip(axes, WANTED, strict=True):
        for row, arm in enumerate(results.arms):
            scores = results.scores(arm, place)
            axis.barh(row, results.mean(arm, place), 0.66, color=FEATURES if arm == ALL else "#B9CFDD")
            axis.plot(scores, [row] * len(scores), "o", color=PAPER, markeredgecolor=INK, markersize=4,
                      markeredgewidth=0.8)
        axis.axvline(plain[place], color=ALERT, linestyle="--", linewidth=1.3)
        axis.set(title=titles[place], xlim=(10, 40), xlabel="PSNR (dB)", ylim=(len(results.arms) - 0.5, -0.5))
        axis.tick_params(axis="y", length=0)
    axes[0].set_yticks(range(len(results.arms)), results.arms)
    axes[2].annotate("left as it is", (plain["nowhere"], 0), (6, 0), textcoords="offset points", va="center",
                     color="#A84400")
    return figure


def show_restored(results: Results, plain: Mapping[str, float]) -> None:
    """Displays the `restored_bars` and the comparisons."""
    described = "; ".join(f"{arm}: " + ", ".join(f"{place} {results.mean(arm, place):.1f}" for place in WANTED)
                          for arm in results.arms)
    show(restored_bars(results, plain),
         f"Bars, PSNR in dB by where the answer is. {described}. Bars: means; dots: seeds.")
    print_gaps(results, [("local + window", NEITHER, "window"), ("local + stripe", NEITHER, "stripe"),
                         (ALL, "local + window", "window"), (ALL, "local + stripe", "stripe"),
                         (ALL, NEITHER, "nowhere")], matters=1, unit="dB")


# ---------------------------------------------------------------------- a wall that answers the pointer

# two axes of colour without grey; how strongly tokens of the same colour match
HUE, PEAKED = torch.tensor([[1.0, -1.0, 0.0], [1.0, 1.0, -2.0]]), 40.0
SMALL_WINDOW, LONG_STRIPE, AROUND = (4, 10), (2, 20), 2  # in tokens; two 3 x 3 convolutions reach two tokens far
CELL, SWATCH = 16, 15  # px: side of a token in the drawings, side of a pixel in an answer


class Branch(NamedTuple):
    """How one branch looks at a wall, for every token.

    title: the branch's name.
    boxes: the rows and columns that a token sees, as (top, left, height, width) for each of the 160 tokens.
    weights: (160, 160), a row for each token.
    """

    title: str
    boxes: list[tuple[int, int, int, int]]
    weights: Tensor


def branches_by_hand(walls: Walls, which: int) -> list[Branch]:
    """Returns a window, a stripe and a local branch made by hand. Each looks only at whole tokens, and the two
    attentions look only at those of the token's own colour.

    The stripe's weights are the product of two maps, through one anchor for each 2 x 2 tokens.
    """
    rows, columns = GRID
    damaged = walls.kinds[which] >= 0
    hue = left_as_it_is(walls)[which].unflatten(1, (4, 3)).mean(1) @ HUE.T  # (160, 2)
    spread = -1000.0 * damaged.float()

    def boxes_of(size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
        return [(row // size[0] * size[0], column // size[1] * size[1], *size) for row in range(rows)
                for column in range(columns)]

    around = [(max(0, row - AROUND), max(0, column - AROUND), min(rows, row + AROUND + 1) - max(0, row - AROUND),
               min(columns, column + AROUND + 1) - max(0, column - AROUND)) for row in range(rows)
               for column in range(columns)]
    windows, stripes = boxes_of(SMALL_WINDOW), boxes_of(LONG_STRIPE)
    alike = -PEAKED * torch.cdist(hue, hue).square()
    anchors = hue.unflatten(0, GRID).unflatten(1, (-1, 2)).unflatten(0, (-1, 2)).mean((1, 3)).flatten(0, 1)  # (40, 2)
    anchor_boxes = [stripes[2 * (i // (columns // 2)) * columns] for i in range(len(anchors))]
    gathered = (-PEAKED * torch.cdist(anchors, hue).square()
                + spread).masked_fill(~_inside(anchor_boxes), -torch.inf).softmax(1)
    own_stripe = torch.tensor([[box == other for other in anchor_boxes] for box in stripes])
    asked = (-PEAKED * torch.cdist(hue, anchors).square()).masked_fill(~own_stripe, -torch.inf).softmax(1)
    return [
        Branch("window: 4 x 10 tokens", windows,
               (alike + spread).masked_fill(~_inside(windows), -torch.inf).softmax(1)),
        Branch("stripe: 2 x 20 tokens, by way of anchors", stripes, asked @ gathered),
        Branch("local: two 3 x 3 convolutions", around,
               spread.expand(160, -1).masked_fill(~_inside(around), -torch.inf).softmax(1)),
    ]


def _inside(boxes: list[tuple[int, int, int, int]]) -> Tensor:
    """Returns which tokens of the wall lie in each box, (n, 160)."""
    found = torch.zeros(len(boxes), *GRID, dtype=torch.bool)
    for seen, (top, left, height, width) in zip(found, boxes, strict=True):
        seen[top:top + height, left:left + width] = True
    return found.flatten(1)


def said_of(walls: Walls, which: int, token: int, errors: Mapping[str, float]) -> str:
    """Describes a token of a wall in a sentence or two. errors: the error of each branch's answer, by the branch's
    name."""
    row, column = divmod(token, GRID[1])
    kind = int(walls.kinds[which, token])
    closest = min(errors, key=errors.__getitem__)
    words = {-1: "not damaged.", 0: "a hole in the wall; the wall around it is whole.",
             3: "faded, and its partner has faded too: nobody can know the motif."}
    said = words.get(kind, f"faded; its partner is in the same {PLACES[kind]}.")
    return f"Row {row}, column {column}: {said}" + (f" Closest to the whole token: the {closest}'s answer."
                                                    if 0 <= kind < 3 else "")


MOVE = """
((columns, boxes, lights, colours, says, start, cell) => {
  const box = document.currentScript.parentElement, caption = box.querySelector("figcaption"), panels = [];
  box.querySelectorAll("img").forEach((still) => {
    still.insertAdjacentHTML("afterend", atob(still.src.split(",")[1]));
    panels.push(still.nextElementSibling);
    still.nextElementSibling.style.cssText = still.style.cssText;
    still.remove();
  });
  const shades = panels.map((panel) => [...panel.querySelectorAll("rect.shade")]);
  let here = start;
  const go = (to) => {
    here = to;
    panels.forEach((panel, which) => {
      const [top, left, height, width] = boxes[which][here];
      shades[which].forEach((shade, token) => {
        const row = Math.floor(token / columns) - top, column = token % columns - left;
        const inside = row >= 0 && row < height && column >= 0 && column < width;
        const light = inside ? parseInt(lights[which][here].substr(2 * (row * width + column), 2), 16) / 255 : 0;
        shade.setAttribute("fill-opacity", 0.82 * (1 - light));
      });
      const place = (name, x, y, w, h) => Object.entries({x, y, width: w, height: h}).forEach(
        ([key, value]) => panel.querySelector(name).setAttribute(key, value * cell));
      place("rect.reach", left, top, width, height);
      place("rect.token", here % columns, Math.floor(here / columns), 1, 1);
      panel.querySelectorAll("rect.pixel").forEach((pixel, each) =>
        pixel.setAttribute("fill", "#" + colours[which][here].substr(6 * each, 6)));
    });
    caption.textContent = says[here];
    box.setAttribute("aria-label", says[here]);
  };
  shades.forEach((each) => each.forEach((shade, token) => shade.addEventListener("pointerenter", () => go(token))));
  Object.assign(box, {tabIndex: 0});
  box.dataset.lmSuppressShortcuts = "";  // Notebook 7 would take the keys before they come here
  box.addEventListener("keydown", (event) => {
    const column = here % columns, steps = {ArrowLeft: column ? -1 : 0, ArrowRight: column < columns - 1 ? 1 : 0,
                                            ArrowUp: -columns, ArrowDown: columns};
    if (!(event.key in steps)) return;
    event.preventDefault();
    event.stopPropagation();  // or the notebook's arrow keys move to another cell
    if (says[here + steps[event.key]]) go(here + steps[event.key]);
  });
  go(start);
})"""


def point_at_wall(walls: Walls, which: int = 0, start: int | None = None) -> None:
    """Displays a wall three times, and shows what the window, stripe and local branches look at from the token under
    the pointer.

    Frames show how far each branch sees. Below each wall are three tokens of 2 x 2 pixels: the one that the branch
    computes (its weighted mean), the damaged one and the whole one. The arrow keys also move.

    which: the index of the wall.
    start: the token at the beginning; by default, the first one with its answer in the window.
    """
    from IPython.display import display

    branches, whole, seen = branches_by_hand(walls, which), walls.whole[which], left_as_it_is(walls)[which]
    here = int((walls.kinds[which] == PLACES.index("window")).nonzero()[0]) if start is None else start
    answers = [branch.weights @ seen for branch in branches]
    names = [branch.title.partition(":")[0] for branch in branches]
    says = [said_of(walls, which, token, {name: (answer[token] - whole[token]).square().mean().item()
                                          for name, answer in zip(names, answers, strict=True)})
                                          for token in range(len(whole))]
    lights = [[_levels(branch.weights[token], box) for token, box in enumerate(branch.boxes)] for branch in branches]
    colours = [[_hex(answer[token]) + _hex(seen[token]) + _hex(whole[token]) for token in range(len(whole))]
               for answer in answers]
    picture = wall_pictures(walls.seen[which:which + 1])[0]
    panels = [_panel(branch, picture, here, light[here], colour[here])
              for branch, light, colour in zip(branches, lights, colours, strict=True)]
    stills = "".join(
        f'<img alt="{html.escape(f"What the {name} branch looks at. {says[here]}")}" '
        f'src="data:image/svg+xml;base64,{base64.b64encode(panel.encode()).decode()}" '
        'style="flex: 1 1 290px; min-width: 0; max-width: 480px">' for name, panel in zip(names, panels, strict=True))
    given = ", ".join(json.dumps(each) for each in (GRID[1], [branch.boxes for branch in branches], lights, colours,
                                                    says, here, CELL))
    page = (f'<figure style="margin: 0; display: flex; flex-wrap: wrap; gap: 8px">{stills}'
            '<figcaption aria-live="polite" style="flex-basis: '
            f'100%">{says[here]}</figcaption><script>{MOVE}({given});</script></figure>')
    display({"text/html": page, "text/plain": says[here]}, raw=True)


def _levels(weights: Tensor, box: tuple[int, int, int, int]) -> str:
    """Returns the part of a row of weights that lies in `box`. Each weight has two hexadecimal digits; the largest is
    ff."""
    top, left, height, width = box
    inside = weights.unflatten(0, GRID)[top:top + height, left:left + width].flatten()
    return bytes((255 * (inside / inside.max()).sqrt()).round().int().tolist()).hex()


def _hex(token: Tensor) -> str:
    """Returns the four pixels of a token, with six hexadecimal digits for each."""
    return bytes((255 * (0.5 + token).clamp(0, 1)).round().int().tolist()).hex()


def _panel(branch: Branch, picture: Tensor, here: int, light: str, colours: str) -> str:
    """Returns one branch's drawing as SVG in ASCII. Its squares have the classes that the script looks for."""
    rows, columns = GRID
    width, height = columns * CELL, rows * CELL
    top, left, tall, wide = branch.boxes[here]
    levels = dict(zip(((top + i) * columns + left + j for i in range(tall) for j in range(wide)), bytes.fromhex(light),
                      strict=True))
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height + 76}" '
             f'viewBox="-2 -22 {width + 4} {height + 78}">',
             f'<rect x="-2" y="-22" width="{width + 4}" height="{height + 78}" fill="{PAPER}"/>',
             '<text x="0" y="-7" font-family="Arial, sans-serif" font-size="13" font-weight="bold" '
             f'fill="{INK}">{branch.title}</text>']
    address, enlarged = inline(picture)
    parts.append(f'<image width="{width}" height="{height}" href="{address}"{enlarged}/>')
    parts += [f'<rect class="shade" shape-rendering="crispEdges" x="{token % columns * CELL}" '
              f'y="{token // columns * CELL}" '
              f'width="{CELL}" height="{CELL}" fill="#14181C" '
              f'fill-opacity="{0.82 * (1 - levels.get(token, 0) / 255):.3f}"/>'
              for token in range(rows * columns)]
    for name, (y, x, h, w), colour in (("reach", branch.boxes[here], MAPS),
                                       ("token", (here // columns, here % columns, 1, 1), ALERT)):
        parts.append(f'<rect class="{name}" x="{x * CELL}" y="{y * CELL}" width="{w * CELL}" height="{h * CELL}" '
                     'fill="none" '
                     f'stroke="{colour}" stroke-width="3" pointer-events="none"/>')
    for place, words in enumerate(("its answer", "damaged", "whole")):
        x = place * 104
        parts += [f'<rect class="pixel" x="{x + i % 2 * SWATCH}" y="{height + 12 + i // 2 * SWATCH}" width="{SWATCH}" '
                  f'height="{SWATCH}" '
                  f'fill="#{colours[24 * place + 6 * i:24 * place + 6 * i + 6]}"/>' for i in range(4)]
        parts.append(f'<rect x="{x}" y="{height + 12}" width="{2 * SWATCH}" height="{2 * SWATCH}" fill="none" '
                     f'stroke="{OTHER}"/>')
        parts.append(f'<text x="{x + 2 * SWATCH + 6}" y="{height + 31}" font-family="Arial, sans-serif" '
                     f'font-size="12" fill="{INK}">'
                     f'{words}</text>')
    return "".join([*parts, "</svg>"])
