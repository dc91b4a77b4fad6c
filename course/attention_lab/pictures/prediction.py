"""Predict, then run: a learner's predictions beside the measured values, as a table with bars."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import escape

EXPECTED, MEASURED = "#E69F00", "#0072B2"
INVITATION = "Predict first: replace each None with your number, then run this cell again."

BEFORE_TRAINING = ("Predict first: fill in your numbers above and run their cell, now, while this one trains. "
                   "The cell below compares, and trains nothing.")
# Findings stand in folds whose titles begin with "What came out". The learner's predictions open those that follow in
# the same section; a click opens them, too. An exported page is read from the top, so there the script waits for the
# cells below.
OPENS_FINDINGS = """<script>
(() => {
  const here = document.currentScript.closest(".jp-Cell");
  const open = () => {
    for (let cell = here?.nextElementSibling; cell && !cell.querySelector("h2"); cell = cell.nextElementSibling)
      for (const fold of cell.querySelectorAll("details"))
        if (fold.querySelector("summary").textContent.startsWith("What came out")) fold.open = true;
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", open);
  else open();
})();
</script>"""


def complete(predicted: Mapping[str, float | None]) -> bool:
    """Says whether no prediction is missing."""
    return None not in predicted.values()


def check_predictions(predicted: Mapping[str, float | None], measured: Iterable[str]) -> None:
    """Raises ValueError for a prediction of something that was not measured, TypeError for one that is not a number."""
    if unknown := [name for name in predicted if name not in {*measured}]:
        raise ValueError(f"{unknown} was predicted but not measured; measured: {list(measured)}")
    for name, value in predicted.items():
        if value is not None and (isinstance(value, (bool, str)) or not hasattr(value, "__float__")):
            raise TypeError(f"the prediction of {name!r} must be a number or None, got {value!r}")


def remind(predicted: Mapping[str, float | None]) -> None:
    """Prints a reminder, before training, if a prediction is still missing."""
    if not complete(predicted):
        print(BEFORE_TRAINING, flush=True)


@contextmanager
def after_predicting(predicted: Mapping[str, float | None]) -> Iterator[None]:
    """Shows what the block shows. While a prediction is missing, a notebook shows it in a fold, which one may open."""
    from IPython import get_ipython
    from IPython.display import display
    from IPython.utils.capture import capture_output

    if complete(predicted) or get_ipython() is None:
        yield
        return
    with capture_output() as shown:
        yield
    inside = f"<pre>{escape(shown.stdout)}</pre>" * bool(shown.stdout) + "".join(
        each.data.get("text/html") or f"<pre>{escape(each.data['text/plain'])}</pre>" for each in shown.outputs)
    fold = f"<details><summary>The results (predict first, or open them)</summary>{inside}</details>"
    display({"text/html": fold, "text/plain": INVITATION}, raw=True)


class Predictions:
    """A table with one row for each quantity: the prediction, the measured value, and how far apart they are. In HTML
    it has bars."""

    def __init__(self, pairs: Mapping[str, tuple[float, float] | None], unit: str):
        """pairs: (predicted, measured) for each quantity, or None while it has no prediction."""
        self.pairs, self.unit = dict(pairs), unit

    def _started(self) -> bool:
        return any(self.pairs.values())

    def __repr__(self) -> str:
        if not self._started():
            return INVITATION
        said = {name: f"predicted {_short(pair[0])}, measured {self._measured(pair[1])} ({self._off(*pair)})"
                if pair else "predict first"
                for name, pair in self.pairs.items()}
        return "\n".join([f"In {self.unit}:", *(f"{name}: {words}" for name, words in said.items())])

    def _repr_html_(self) -> str:
        if not self._started():
            return f"<p>{INVITATION.replace('None', '<code>None</code>')}</p>"
        longest = (
            max((abs(v) for pair in self.pairs.values() if pair for v in pair if math.isfinite(v)), default=0.0) or 1.0
        )
        head = "".join(f'<th style="text-align:left">{escape(title)}</th>'
                       for title in (self.unit, "your prediction", "measured", "", ""))
        rows = "".join(f"<tr>{self._row(name, pair, longest)}</tr>" for name, pair in self.pairs.items())
        opens = OPENS_FINDINGS * all(self.pairs.values())
        return f'<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{opens}'

    def _off(self, guess: float, truth: float) -> str:
        """Says how far the prediction is off: a percentage in points, decibels (already a logarithm) in dB, anything
        else as a factor."""
        if not self._score():
            return _ratio(guess, truth)
        if math.isnan(truth):
            return "no run finished"
        return _difference(guess, truth, "dB" if self.unit.startswith("dB") else "points")

    def _measured(self, truth: float) -> str:
        return "–" if math.isnan(truth) and self._score() else _short(truth)

    def _score(self) -> bool:
        """Says whether the numbers are scores of an experiment. Other numbers may well be nan."""
        return "%" in self.unit or self.unit.startswith("dB")

    def _row(self, name: str, pair: tuple[float, float] | None, longest: float) -> str:
        cell = '<td style="text-align:left">{}</td>'.format
        if pair is None:
            return cell(escape(name)) + '<td style="text-align:left" colspan="4"><i>predict first</i></td>'
        widths = [round(260 * abs(value) / longest) if math.isfinite(value) else 0 for value in pair]
        bars = "".join(f'<div style="width:{width}px;height:8px;margin:1px 0;background:{colour}"></div>'
                       for width, colour in zip(widths, (EXPECTED, MEASURED), strict=True))
        said = _short(pair[0]), self._measured(pair[1])
        numbers = "".join(f'<td style="text-align:left;border-bottom:3px solid {colour}">{number}</td>'
                          for number, colour in zip(said, (EXPECTED, MEASURED), strict=True))
        return cell(escape(name)) + numbers + cell(self._off(*pair)) + cell(f'<div style="width:260px">{bars}</div>')


def predict_then_run(predicted: Mapping[str, float | None], measured: Mapping[str, float], unit: str) -> Predictions:
    """Returns a table of your predictions beside the measured values, with one row for each quantity.

    predicted: a number for each quantity of `measured`. While it is None or missing, the measured value stays hidden.
    measured: the measured value of each quantity.
    unit: the unit of all numbers, such as "parameters".

    Raises ValueError for a prediction of something that was not measured, TypeError for a prediction that is not a
    number.
    """
    check_predictions(predicted, measured)
    return Predictions({name: None if (value := predicted.get(name)) is None else (float(value), float(truth))
                        for name, truth in measured.items()}, unit)


def _short(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _difference(guess: float, truth: float, what: str) -> str:
    if abs(guess - truth) < 0.05:
        return "exact"
    return f"{abs(guess - truth):.1f} {what} too {'high' if guess > truth else 'low'}"


def _ratio(guess: float, truth: float) -> str:
    # a measured float32 number has no more digits than this
    if math.isclose(guess, truth, rel_tol=1e-4) or math.isnan(guess) and math.isnan(truth):
        return "exact"
    if not (math.isfinite(guess) and math.isfinite(truth)):
        return "not the same"
    if guess * truth <= 0:
        return f"{_short(abs(guess - truth))} too {'high' if guess > truth else 'low'}"
    ratio = max(guess / truth, truth / guess)
    if ratio < 1.1:
        return f"{100 * (ratio - 1):.2g} % too {'high' if abs(guess) > abs(truth) else 'low'}"
    return f"{_short(ratio)} times {'too large' if abs(guess) > abs(truth) else 'too small'}"
