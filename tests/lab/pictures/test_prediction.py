"""A prediction beside what was measured: nothing is shown before it is made, and the numbers say how far off it was."""

import math
import re

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from attention_lab.networks.training import Results
from attention_lab.pictures import ScorePlot, predict_then_run
from attention_lab.pictures.prediction import remind

pytestmark = pytest.mark.quick


def words(predictions):
    """What a reader sees of the table."""
    return " | ".join(part for part in re.split(r"<[^>]*>", predictions._repr_html_()) if part)


def test_the_truth_is_hidden_until_there_is_a_prediction():
    shown = predict_then_run({"SE": None, "ECA": 3}, {"SE": 512, "ECA": 3, "CBAM": 7777}, "parameters")
    for text in (words(shown), repr(shown)):
        assert text.count("predict first") == 2
        assert "512" not in text
        assert "7,777" not in text
        assert "exact" in text
    invitation = predict_then_run({"SE": None}, {"SE": 512}, "parameters")
    for text in (words(invitation), repr(invitation)):
        assert "Predict first" in text
        assert "512" not in text
        assert "SE" not in text


def test_predictions_stand_beside_the_truth_with_their_ratio():
    shown = predict_then_run({"a": 600, "b": 100, "c": 51}, {"a": 300, "b": 250, "c": torch.tensor(50)}, "pixels")
    for row in ("pixels | your prediction | measured | a |", "a | 600 | 300 | 2 times too large",
                "b | 100 | 250 | 2.5 times too small"):
        assert row in words(shown)
    assert "c: predicted 51, measured 50 (2 % too high)" in repr(shown)
    assert re.findall(r"width:(\d+)px;height", shown._repr_html_()) == ["260", "130", "43", "108", "22", "22"]


@pytest.mark.parametrize(
    ("guess", "truth", "said"),
    [
        (0.4, torch.tensor(0.4), "exact"),  # float32 has no more digits
        (0, 0.2, "0.2 too low"),
        (3, 0, "3 too high"),
        (math.nan, math.nan, "exact"),
        (1, math.nan, "not the same"),
        (math.inf, 2, "not the same"),
    ],
)
def test_each_distance_has_its_words(guess, truth, said):
    assert said in words(predict_then_run({"a": guess}, {"a": truth}, "weight"))


def test_percentages_differ_in_points():
    shown = repr(predict_then_run({"SE": 80, "plain": 72}, {"SE": 92.71, "plain": 71.97}, "right answers (%)"))
    assert "12.7 points too low" in shown
    assert "measured 72 (exact)" in shown


def test_names_are_text():
    assert "<b>" not in predict_then_run({"<b>": 1}, {"<b>": 1}, "<i>x</i>")._repr_html_()


def test_errors_name_what_was_given():
    with pytest.raises(ValueError, match=r"\['b'\].*\['a'\]"):
        predict_then_run({"b": 1}, {"a": 1}, "bytes")
    results = Results(("a",), (0,), {("a", 0): {"score": 1.0}})
    for compared in (lambda: predict_then_run({"a": "many"}, {"a": 1}, "bytes"),
                 lambda: ScorePlot("bytes").growing({"a": "many"}),
                 lambda: ScorePlot("bytes").show(results, {"a": "many"})):
        with pytest.raises(TypeError, match="'a' must be a number or None, got 'many'"):
            compared()
    with pytest.raises(ValueError, match=r"\['b'\].*\['a'\]"):
        ScorePlot("bytes").show(results, {"b": 1})


def test_decibels_differ_by_decibels():
    """A ratio of two logarithms says nothing: 4 dB against 0.07 dB is no factor of 57."""
    assert "3.9 dB too high" in repr(predict_then_run({"a": 4}, {"a": 0.07}, "dB lost"))


def test_a_training_says_first_that_predictions_are_missing(capsys):
    remind({"a": 1.0, "b": 2})
    assert capsys.readouterr().out == ""
    remind({"a": 1.0, "b": None})
    assert "Predict first" in capsys.readouterr().out


def test_what_has_not_run_has_no_distance():
    """After an interrupt, a prediction is not "nan points too low"."""
    shown = predict_then_run({"SE": 80}, {"SE": math.nan}, "right answers (%)")
    assert "SE | 80 | – | no run finished" in words(shown)
    assert repr(shown).endswith("SE: predicted 80, measured – (no run finished)")


@pytest.fixture
def notebook():
    """Runs a cell in a shell, and returns what it displays."""
    shell = InteractiveShell.instance()

    def run(source):
        with capture_output() as shown:
            shell.run_cell(source).raise_error()
        return shown

    yield run
    InteractiveShell.clear_instance()


RESULTS = """
from attention_lab.pictures.prediction import after_predicting
from IPython.display import display
with after_predicting(predicted):
    display({"text/html": "<i>ninety</i>", "text/plain": "90"}, raw=True)
    print("by <chance>")
"""


def test_results_are_folded_until_every_number_is_predicted(notebook):
    notebook("predicted = {'SE': 3, 'ECA': None}")
    (folded,) = notebook(RESULTS).outputs
    assert folded.data["text/html"] == (
        "<details><summary>The results (predict first, or open them)</summary>"
        "<pre>by &lt;chance&gt;\n</pre><i>ninety</i></details>")
    assert "90" not in folded.data["text/plain"]
    notebook("predicted = {'SE': 3, 'ECA': 4}")
    shown = notebook(RESULTS)
    assert shown.stdout == "by <chance>\n" and [each.data["text/plain"] for each in shown.outputs] == ["90"]


def test_the_findings_open_when_every_number_is_predicted():
    """How they open, a browser tests."""
    measured = {"SE": 90, "ECA": 80}
    assert "<script>" in predict_then_run({"SE": 3, "ECA": 4}, measured, "%")._repr_html_()
    assert "<script>" not in predict_then_run({"SE": 3, "ECA": None}, measured, "%")._repr_html_()
