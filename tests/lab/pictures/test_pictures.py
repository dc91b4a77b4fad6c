"""What the pictures say and show; how they look is judged by eye."""

import base64
import io
import re
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import pytest
import torch
from matplotlib.colors import to_rgba
from matplotlib.container import ErrorbarContainer
from nbclient import NotebookClient
from PIL import Image

from attention_lab import pictures
from attention_lab.networks.training import Results
from attention_lab.pictures import (
    ScorePlot,
    heat_map_over,
    maps_below,
    score_bars,
    show,
    show_gate,
    show_images,
    show_maps,
    show_means,
    yours_against_expected,
)
from attention_lab.pictures.style import image
from tests.waiting import HANG_SECONDS

mpl.use("agg")


def words(figure):
    """Everything that is written in a figure."""
    artists = figure.findobj(lambda artist: isinstance(artist, mpl.text.Text) and artist.get_visible())
    return " | ".join(artist.get_text() for artist in artists if artist.get_text())


def bars(axis):
    return [patch.get_width() for patch in axis.patches]


def heights(axis):
    return [patch.get_height() for patch in axis.patches]


EVERY = {
    "images": lambda: show_images(torch.rand(2, 3, 4, 6), ["a", "b"]),
    "maps": lambda: show_maps({"wide": torch.randn(3, 9), "tall": torch.rand(4, 2)}, "value", columns=1),
    "gate": lambda: show_gate(torch.rand(4, 1, 1)),
    "means": lambda: show_means(torch.randn(5, 4, 6), channel=2),
    "comparison": lambda: yours_against_expected(torch.rand(2, 3, 4, 6), torch.rand(2, 3, 4, 6)),
    "scores": lambda: score_bars(Results(("a",), (0,), {("a", 0): {"score": 1.0}}), "score"),
    "heat map": lambda: heat_map_over(torch.rand(3, 8, 6), torch.rand(4, 3)),
    "maps below": lambda: maps_below(torch.rand(2, 3, 8, 6),
                                     {"fine": torch.rand(2, 8, 6), "coarse": torch.rand(2, 4, 3)}),
}


@pytest.fixture(autouse=True)
def no_figure_of_another_test():
    """Another test of this process may have left a figure open."""
    plt.close("all")


@pytest.mark.parametrize("name", EVERY)
def test_every_picture_is_opaque_can_be_drawn_and_leaves_pyplot_alone(name, tmp_path):
    mine = plt.figure()
    with plt.style.context("dark_background"):
        settings = dict(mpl.rcParams)
        figure = EVERY[name]()
        assert dict(mpl.rcParams) == settings
    assert plt.get_fignums() == [mine.number]
    plt.close(mine)
    assert figure.get_facecolor() == to_rgba(pictures.PAPER)
    assert all(text.get_color() != "white" for text in figure.findobj(mpl.text.Text))
    figure.savefig(tmp_path / "picture.png")


def test_a_notebook_shows_a_picture_once_if_it_is_the_last_expression():
    cells = [
        f"import sys; sys.path.insert(0, {str(Path(pictures.__file__).parents[1])!r})",
        "import torch; from attention_lab.pictures import show_gate",
        "show_gate(torch.rand(4))",
        "picture = show_gate(torch.rand(4))\n1",
        "display(picture)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=HANG_SECONDS, kernel_name="python3").execute()
    shown = [sum("image/png" in output.get("data", {}) for output in cell.outputs) for cell in notebook.cells]
    assert shown == [0, 0, 1, 0, 1]


def test_images_are_laid_out_in_rows_and_clipped():
    figure = show_images(torch.full((6, 1, 4, 6), 1.2), ["in", "out", "truth"], columns=3)
    assert [axis.get_title() for axis in figure.axes] == ["in", "out", "truth", "", "", ""]
    assert figure.axes[0].images[0].get_array().shape == (4, 6, 3)
    assert figure.axes[0].images[0].get_array().max() == 1


def test_maps_share_one_scale_and_number_their_rows_and_columns():
    figure = show_maps({"first": torch.tensor([[1.0, -4], [0, 2]]), "second": torch.ones(5, 3)}, "weight")
    drawn = [axis for axis in figure.axes if axis.images]
    assert {axis.images[0].get_clim() for axis in drawn} == {(-4, 4)}
    assert [(axis.get_title("left"), axis.get_xlabel(), axis.get_ylabel()) for axis in drawn] == [
        ("first", "column", "row"), ("second", "column", "row")]
    assert "weight" in words(figure)
    assert {axis.images[0].get_clim() for axis in show_maps({"": torch.tensor([[1.0, 3]])}, "").axes
            if axis.images} == {(1, 3)}
    with pytest.raises(ValueError, match=r"one map or more, .*'gates': \(2, 3, 4\)"):
        show_maps({"gates": torch.ones(2, 3, 4)}, "weight")


@pytest.mark.parametrize("draw, kind, begins", [(plt.figure, "svg+xml", b"<?xml"),
                                                (lambda: show_images(torch.rand(1, 3, 8, 8)), "svg+xml", b"<?xml"),
                                                (lambda: show_images(torch.rand(1, 3, 256, 256)), "webp", b"RIFF")])
def test_a_picture_that_is_shown_has_alt_text_and_is_sharp(monkeypatch, draw, kind, begins):
    """A plot is an SVG, and so is a map. A photograph would be large; it has two pixels for each pixel of the page."""
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    figure = draw()
    show(figure, 'a "quoted" plot')
    assert not plt.fignum_exists(figure.number)
    (data,) = shown
    assert data["text/plain"] == 'a "quoted" plot'
    found = re.fullmatch('<img alt="a &quot;quoted&quot; plot" src="data:image/(.*?);base64,(.*?)"'
                         '(?: width="(\\d+)")? style="max-width: 100%">', data["text/html"])
    file = base64.b64decode(found[2])
    assert found[1] == kind and file.startswith(begins)
    if kind == "webp":
        assert Image.open(io.BytesIO(file)).width // 2 == int(found[3])


def test_on_a_dark_page_words_turn_light_and_pixels_keep_their_colours():
    lines, pixels = (base64.b64decode(re.search(r"svg\+xml;base64,([^\"]+)", image(figure, "seen"))[1]).decode()
                     for figure in (show_gate(torch.rand(4)), show_images(torch.rand(1, 3, 4, 4))))
    for svg, form in ((lines, "invert"), (pixels, "brightness")):
        assert re.findall(r"prefers-color-scheme: dark\) \{svg:root \{filter: (\w+)", svg) == [form]


def test_a_gate_has_bars_from_0_to_1_and_anything_else_is_pointed_out():
    (axis,) = show_gate(torch.tensor([0.25, 0.75]), ["R", "G"]).axes
    assert heights(axis) == [0.25, 0.75]
    assert axis.get_ylim() == (0, 1)
    assert [label.get_text() for label in axis.get_xticklabels()] == ["R", "G"]
    assert "weights from -2 to 3, no gate" in words(show_gate(torch.tensor([-2.0, 3.0])))


def test_the_means_of_the_channels_are_a_line_beside_their_sum_or_beside_one_of_them():
    x = torch.rand(5, 4, 6, dtype=torch.float64)
    for channel, picture in ((None, x.sum(0)), (2, x[2])):
        left, right = show_means(x, channel).axes
        assert torch.equal(torch.tensor(left.images[0].get_array().data), picture)
        means, *marked = right.lines
        assert torch.allclose(torch.tensor(means.get_ydata()), x.mean((1, 2)))
        assert [(mark.get_xdata()[0], mark.get_ydata()[0])
                for mark in marked] == ([(2, x[2].mean())] if channel else [])
    with pytest.raises(ValueError, match=r"\(2, 5, 4, 6\); if this is a batch"):
        show_means(torch.ones(2, 5, 4, 6))
    with pytest.raises(IndexError):
        show_means(x, 5)


def test_the_comparison_shows_the_most_different_map():
    expected = torch.rand(2, 5, 4, 6)
    yours = expected.clone()
    yours[1, 3, 2, 4] += 7
    figure = yours_against_expected(yours, expected)
    assert "largest difference is 7 at [1, 3, 2, 4]" in words(figure)
    assert "shape (2, 5, 4, 6), drawn: [1, 3, :, :]" in words(figure)
    mine, theirs, difference = (axis.images[0] for axis in figure.axes if axis.images)
    assert torch.equal(torch.tensor(mine.get_array().data), yours[1, 3].double())
    assert mine.get_clim() == theirs.get_clim()
    assert difference.get_clim() == pytest.approx((-7, 7))


def test_the_comparison_draws_one_long_axis_as_bars_whatever_the_shape():
    expected = torch.rand(1, 5, 1, 1)
    axes = yours_against_expected(2 * expected, expected).axes
    assert heights(axes[1]) == pytest.approx(expected.flatten().tolist())
    assert heights(axes[2]) == pytest.approx(expected.flatten().tolist())
    assert axes[0].get_ylim() == axes[1].get_ylim()
    assert "difference is 1;" in words(yours_against_expected(torch.tensor(1.0), torch.tensor(2.0)))


def test_rounding_is_called_equal_and_not_blown_up():
    expected = torch.rand(3, 4)
    figure = yours_against_expected(expected + 1e-9, expected.double())
    assert "Equal up to rounding" in words(figure)
    assert [axis.images[0].get_clim()[1] > 0.1 for axis in figure.axes if axis.images] == [True] * 3


def test_what_cannot_be_compared_is_said_in_words():
    expected = torch.rand(2, 1, 7, 5)
    text = words(yours_against_expected(torch.rand(2, 16, 1, 1), expected))
    assert "shape (2, 16, 1, 1)" in text
    assert "Expected: (2, 1, 7, 5)" in text
    assert "not a tensor but None" in words(yours_against_expected(None, expected))
    assert "not a tensor but an object of type tuple" in words(yours_against_expected((expected,), expected))
    broken = expected.clone()
    broken[0, 0, 0, :2] = torch.nan
    assert "2 of your 70 values are not finite" in words(yours_against_expected(broken, expected))
    assert "Both are empty" in words(yours_against_expected(torch.rand(0, 3), torch.rand(0, 3)))


PLANNED = "plain", "SE", "late"
RUNS = {(arm, seed): {"acc": base + seed, "other": 0} for arm, base in (("plain", 70), ("SE", 94))
        for seed in range(3)}
PLOT = ScorePlot("accuracy (%)", highlight=["SE"], baselines={"a guess": 25}, parameters={"SE": 3107},
                 longer=lambda: {"SE": [99.0]}, limits={"plain": 75}, limit="a vote",
                 gaps=[("SE", "plain"), ("late", "plain")])


def marks(axis, marker):
    return [[round(x, 6) for x in line.get_xdata()] for line in axis.lines if line.get_marker() == marker
            and len(line.get_xdata())]


def test_a_score_plot_shows_means_errors_every_run_and_the_predictions():
    results = Results(PLANNED, range(3), RUNS)
    (axis,) = PLOT.draw(results, {"SE": 80, "late": 60, "plain": None}).axes
    assert bars(axis) == [71, 95] and axis.get_xlim()[0] == 0  # a bar that does not start at zero exaggerates
    assert [sorted(each) for each in marks(axis, "o")] == [[70, 71, 72], [94, 95, 96]]
    assert marks(axis, "D") == [[80], [60]] and marks(axis, "s") == [[99]]
    errors = [c.lines[2][0].get_segments()[0][:, 0] for c in axis.containers if isinstance(c, ErrorbarContainer)]
    far = 2 / 3 ** 0.5  # the standard error of (1, 2, 3) is 1 / sqrt(3)
    assert [error.tolist() for error in errors] == [pytest.approx([71 - far, 71 + far]),
                                                    pytest.approx([95 - far, 95 + far])]
    drawn, said = words(axis.figure), PLOT.words(results, {"SE": 80})
    for text in ("two standard errors", "a guess: 25", "3,107 parameters", "no run finished", "accuracy (%)", "95.0",
                 "you: 80", "+24.0 (+21.7 to +26.3)", "more than luck"):
        assert text in drawn, text
    for text in ("SE: 95.0 %, you said 80, with five times the steps 99", "late: no run finished", "a vote 75 %",
                 "SE against plain: +24.0 (+21.7 to +26.3) points, more than luck."):
        assert text in said, text


def test_after_an_interrupt_no_number_is_made_up_and_nothing_moves():
    """A plot grows run by run, so its axis stays where it is from the first run on."""
    figures = [PLOT.draw(Results(PLANNED, range(3), dict(list(RUNS.items())[:n]))) for n in (1, 4, 6)]
    assert len({(f.get_size_inches().tolist().__repr__(), f.axes[0].get_xlim(), f.axes[0].get_position().bounds)
                for f in figures}) == 1
    assert "nan" not in "".join(map(words, figures)) + PLOT.words(Results(PLANNED, range(3), {}))
    assert "too few runs to tell" in words(figures[1]) and "against" not in PLOT.words(Results(PLANNED, range(3), {}))


def test_two_runs_have_no_error_lines():
    figure = score_bars(Results(("plain",), range(2), {("plain", seed): {"acc": seed} for seed in range(2)}),
                        "accuracy (%)")
    (axis,) = figure.axes
    assert not any(isinstance(container, ErrorbarContainer) for container in axis.containers)
    assert "two standard errors" not in words(figure)


def test_a_heat_map_covers_the_image():
    weights = torch.zeros(1, 2, 3)
    weights[0, 1, 2] = 0.5
    figure = heat_map_over(torch.rand(3, 20, 30), weights, title="Trained above")
    heat = figure.axes[1].images[1]
    assert heat.get_array().shape == (20, 30)
    assert heat.get_array()[19, 29] == pytest.approx(0.5)
    assert heat.get_clim() == (0, 0.5)
    assert "Trained above" in words(figure)
    assert "map of 2 x 3" in words(figure)


def test_maps_lie_below_their_pictures():
    pictures, maps = torch.rand(2, 3, 4, 4), {"a": torch.rand(2, 4, 4), "b": torch.rand(2, 2, 2)}
    first, second, *below = maps_below(pictures, maps, ["left", "right"]).axes[:6]
    assert [axis.get_title() for axis in (first, second)] == ["left", "right"]
    drawn = [axis.images[0] for axis in below]
    assert all(torch.tensor(each.get_array()).equal(gates.double())
               for each, gates in zip(drawn, (*maps["a"], *maps["b"]), strict=True))
    assert {each.get_clim() for each in drawn} == {(0, 1)} and [axis.get_ylabel() for axis in below] == [
        "a",
        "",
        "b",
        "",
    ]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: show_images(torch.rand(3, 4, 6)), r"got \(3, 4, 6\)"),
        (lambda: show_images(255 * torch.ones(1, 3, 4, 6)), "from 255 to 255"),
        (lambda: show_images(torch.rand(3, 3, 4, 6), ["a", "b"]), r"3 images.*2 titles"),
        (lambda: show_gate(torch.rand(2, 3)), r"got \(2, 3\)"),
        (lambda: show_gate(torch.rand(3), ["a"]), "3 channels, but 1 labels"),
        (lambda: heat_map_over(torch.rand(3, 4, 6), torch.rand(2, 2, 3)), r"got \(2, 2, 3\)"),
        (lambda: heat_map_over(torch.rand(3, 4, 6), -torch.ones(2, 3)), "smallest is -1"),
        (lambda: maps_below(torch.rand(2, 3, 4, 6), {"map": torch.rand(3, 4, 6)}), "2 pictures, but {'map': 3}"),
        (lambda: score_bars(Results(("a",), (0,), {}), "x", highlight="b"), "called b: there are a"),
    ],
)
def test_errors_name_what_was_given(call, said):
    with pytest.raises(ValueError, match=said):
        call()
    assert plt.get_fignums() == []


def test_errors_of_type_name_the_type():
    with pytest.raises(TypeError, match="images must be a tensor, got an object of type list"):
        show_images([1])
