"""A lesson's recorded run on real pictures, shown by `real_run()` from the lesson's file `real.json`.

The file `real.md`, beside the lesson's source in the course's repository, says how the run was recorded and gives every
number.
"""

from __future__ import annotations

import json
import statistics
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

from ..lesson_files import handed_out
from ..pictures.style import ALERT, FEATURES, INK, MAPS, OTHER, house_figure, image
from ..significance.welch import LEVEL, Difference, together, welch

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILE = "real.json"
GUESS = 50.0  # the chance level: right answers of a network that ignores the frame, in per cent
WIDER = "one more 3x3 conv"
ABOUT_INTERVALS = (
    "The intervals below come from Welch's test with Holm's correction for all pairs. They cover the luck of the seed, "
    "but not the choice of photographs, because all runs have the same ones for training and the same ones for testing."
)
MODULE_COLOURS, CONTROL_STYLES = (FEATURES, MAPS), (("-", OTHER), ("--", OTHER), (":", INK))


class RealRun:
    """The recorded run: learning curves with a table."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content

    def ends(self, arm: str) -> list[float]:
        """Returns the right answers at the end of each run, in per cent."""
        return [curve[-1] for curve in self.content["arms"][arm]["curves"]]

    def gaps(self) -> dict[tuple[str, str], Difference]:
        """Returns how many points each module is ahead of each control, by (module, control). These are Welch's tests,
        corrected with Holm's method for all pairs of this run."""
        pairs = [(arm, control) for arm in self.content["modules"] for control in self.content["controls"]]
        tests = [partial(welch, self.ends(arm), self.ends(control)) for arm, control in pairs]
        return dict(zip(pairs, together(tests), strict=True))

    def sentences(self) -> list[str]:
        """Returns sentences that say what the numbers show."""
        lines = []
        for (arm, control), (points, (low, high), p) in self.gaps().items():
            ahead = f"{abs(points):.1f} points {'ahead of' if points > 0 else 'behind'}"
            luck = "more than the luck of three seeds explains" if p < LEVEL else "which may be luck"
            result = f"{ahead} \"{control}\", {luck}" if f"{abs(points):.1f}" != "0.0" else f"level with \"{control}\""
            lines.append(f"{arm} is {result} (interval: {low:+.1f} to {high:+.1f}).")
        if WIDER in self.content["controls"]:
            lines.append(f"\"{WIDER}\" helps too: with it each position sees so far that the frame comes into view.")
        if longer := [f"{arm} {of['longer']:.1f} %" for arm, of in self.content["arms"].items()
                      if of["longer"] is not None]:
            lines.append(f"After {self.content['longer']:,} steps (one run each): {', '.join(longer)}.")
        return lines

    def __repr__(self) -> str:
        return "\n".join(self.sentences())

    def _repr_html_(self) -> str:
        content = self.content
        seconds = sum(sum(arm["seconds"]) for arm in content["arms"].values())
        rows = "".join(
            f"<tr><td style='text-align:left'>{escape(name)}</td><td>{statistics.fmean(self.ends(name)):.1f} %</td>"
            f"<td>{min(self.ends(name)):.1f} to {max(self.ends(name)):.1f} %</td><td>{arm['parameters']:,}</td></tr>"
            for name, arm in content["arms"].items())
        modules = " and ".join(content["modules"])
        about = (f"<p><b>On real pictures.</b> {escape(content['said'])} Without help it gets about {GUESS:.0f} % "
                 f"at best. We recorded these runs with our own {escape(modules)}: {content['steps'][-1]:,} steps and "
                 "three seeds. The networks were tested on other photographs, and on digits from other forms. All runs "
                 f"together took {seconds / 3600:.2f} CPU hours. {ABOUT_INTERVALS}</p>")
        table = (
            "<table><tr><th></th><th>right answers, mean of three runs</th><th>lowest to "
            f"highest</th><th>parameters</th></tr>{rows}</table><ul>{''.join(f'<li>{escape(line)}</li>' for line in self.sentences())}</ul>"  # noqa: E501
        )
        return about + image(_curves(content), f"Learning curves: {'; '.join(self.sentences()[:1])}") + table


def real_run() -> RealRun:
    """Returns the recorded run of this lesson's module on real pictures, for the last line of a cell, which shows it.

    Raises FileNotFoundError if the lesson has none.
    """
    return RealRun(json.loads(handed_out(FILE).read_text(encoding="utf-8")))


@house_figure
def _curves(content: dict[str, Any]) -> Figure:
    """Draws right answers against training steps, with a line for each seed."""
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(7.5, 3))
    looks = {**dict(zip(content["controls"], CONTROL_STYLES)),
             **{name: ("-", c) for name, c in zip(content["modules"], MODULE_COLOURS)}}
    for name, (style, colour) in looks.items():
        for index, curve in enumerate(content["arms"][name]["curves"]):
            axis.plot(content["steps"], curve, style, color=colour, linewidth=1.6, label=name if index == 0 else None)
    axis.axhline(GUESS, color=ALERT, linewidth=0.8)
    axis.annotate("the colour guessed", (1, GUESS), (0, -11), xycoords=axis.get_yaxis_transform(),
                  textcoords="offset points", ha="right", color="#A84400")
    axis.set(ylim=(44, 100), xlabel="steps of 64 pictures", ylabel="right answers on\nnew pictures (%)")
    axis.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    return figure
