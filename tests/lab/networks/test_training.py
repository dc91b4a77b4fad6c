"""The training loop and the comparison of arms: reproducible, interruptible, quiet."""

import math
import sys
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab.networks.training import NotTrained, Results, Trained, compare_arms, train

pytestmark = pytest.mark.quick


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.2), nn.ReLU(), nn.Linear(8, 1))


def data(n=64):
    x = torch.rand(n, 3, generator=torch.Generator().manual_seed(0))
    return x, x.sum(1, keepdim=True)


def settings(**changes):
    return {"loss": F.mse_loss, "epochs": 3, "batch_size": 8, "peak_rate": 0.05, "seed": 1} | changes


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_the_same_seed_gives_the_same_network_and_another_seed_another():
    runs = []
    for seed, noise in ((1, 10), (1, 11), (2, 10)):
        model = network()
        torch.manual_seed(noise)  # what was drawn before must not matter, not even for dropout
        runs.append(weights(train(model, *data(), **settings(seed=seed))))
    assert torch.equal(runs[0], runs[1])
    assert not torch.allclose(runs[0], runs[2])


def test_training_leaves_the_random_numbers_of_the_caller_alone():
    model = network()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    train(model, *data(), **settings())
    assert torch.equal(torch.rand(3), expected)


def test_training_computes_on_one_thread_and_gives_the_others_back():
    seen, before = set(), torch.get_num_threads()
    torch.set_num_threads(2)

    def loss(prediction, target):
        seen.add(torch.get_num_threads())
        return F.mse_loss(prediction, target)

    try:
        compare_arms(["a"], [0], lambda arm, seed: train(network(), *data(), **settings(loss=loss)) and 1.0)
        assert (seen, torch.get_num_threads()) == ({1}, 2)
    finally:
        torch.set_num_threads(before)


def test_a_network_that_was_not_trained_says_which_one_and_what_to_run():
    with pytest.raises(NotTrained, match="'ECA' was trained with seed 0: run the experiment's cells above first"):
        Trained()["ECA", 0]


def test_training_learns_in_place_and_ends_in_eval_mode():
    model = nn.Linear(3, 1).double()
    x, y = (t.double() for t in data())
    start = F.mse_loss(model(x), y).item()
    assert train(model, x, y, **settings(epochs=100, batch_size=16)) is model
    assert not model.training
    assert F.mse_loss(model(x), y) < 0.02 < start


def test_no_batch_of_a_single_image_is_left_over():
    train(nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 1)), *data(33), **settings(batch_size=32))


@pytest.mark.parametrize(
    ("n_targets", "changes", "said"),
    [(63, {}, "64 inputs and 63"), (64, {"epochs": 0}, "got 0, 8"), (64, {"peak_rate": 0.0}, "and 0.0")],
)
def test_impossible_settings_are_named(n_targets, changes, said):
    x, y = data()
    with pytest.raises(ValueError, match=said):
        train(network(), x, y[:n_targets], **settings(**changes))


def test_layers_that_the_optimiser_cannot_see_are_an_error():
    class Hidden(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = [nn.Linear(3, 1)]

    with pytest.raises(ValueError, match="Hidden has no trainable parameters.*plain Python list"):
        train(Hidden(), *data(), **settings())


def test_a_loss_that_is_not_finite_stops_the_training():
    with pytest.raises(FloatingPointError, match="nan after epoch 1 of 3"):
        train(network(), *data(), **settings(loss=lambda p, t: (p - t).mean() * math.nan))


def test_compare_gives_mean_deviation_and_standard_error():
    results = compare_arms(["plain", "SE"], [3, 4, 5], lambda arm, seed: seed if arm == "plain" else torch.tensor(2.0))
    assert results.scores("plain") == [3.0, 4.0, 5.0]
    assert (results.mean("plain"), results.std("plain")) == (4.0, 1.0)
    assert results.standard_error("plain") == pytest.approx(1 / math.sqrt(3))
    assert "4.000 ± 1.000 (0.577)" in repr(results)
    assert "<td>4.000 ± 1.000 (0.577)</td>" in results._repr_html_()


def test_runs_may_measure_several_things_and_not_all_of_them_everywhere():
    scores = {"a": {"acc": 0.5, "gate": 9.0}, "b": {"acc": 0.25}}
    results = compare_arms(scores, [0], lambda arm, seed: scores[arm])
    assert results.measures == ("acc", "gate")
    assert results.mean("b") == 0.25
    assert results.mean("a", "gate") == 9.0
    assert math.isnan(results.mean("b", "gate"))
    assert math.isnan(results.std("a"))
    assert repr(results).splitlines()[2].split() == ["b", "0.250", "±", "–", "(–)", "–", "1"]
    with pytest.raises(KeyError, match="'acuracy'.*acc, gate"):
        results.mean("a", "acuracy")
    with pytest.raises(KeyError, match="'c'.*a, b"):
        results.mean("c")


def test_a_run_draws_the_same_random_numbers_whatever_ran_before():
    def run(arm, seed):
        return torch.rand(()).item()

    torch.manual_seed(1)
    both, alone = compare_arms(["a", "b"], [0, 7], run), compare_arms(["b"], [7], run)
    assert both.scores("b")[1] == alone.scores("b")[0]
    assert both.scores("a")[0] != both.scores("a")[1]


def test_an_interrupt_keeps_the_finished_runs_and_leaves_the_arms_even():
    def run(arm, seed):
        if (arm, seed) == ("c", 2):
            raise KeyboardInterrupt
        return seed

    results = compare_arms(["a", "b", "c"], range(5), run)
    assert [len(results.scores(arm)) for arm in results.arms] == [3, 3, 2]
    assert "8 of 15 runs finished" in repr(results)


def test_nothing_finished_is_still_a_table():
    results = Results(("a",), (0,), {})
    assert "0 of 1 runs" in repr(results)
    assert math.isnan(results.mean("a"))


def test_an_error_names_the_run():
    def run(arm, seed):
        raise RuntimeError("shapes")

    with pytest.raises(RuntimeError) as caught:
        compare_arms(["SE"], [4], run)
    assert "'SE' with seed 4" in caught.value.__notes__[0]


@pytest.mark.parametrize("returned", [None, torch.rand(2), {"acc": "high"}])
def test_a_run_that_returns_no_number_is_told_so(returned):
    with pytest.raises(TypeError, match=r"run\('SE', 4\) must return a number"):
        compare_arms(["SE"], [4], lambda arm, seed: returned)


def test_arms_and_seeds_must_be_some_and_different():
    with pytest.raises(ValueError, match=r"arms.*got \[\]"):
        compare_arms([], [0], lambda arm, seed: 0)
    with pytest.raises(ValueError, match=r"seeds.*got \[1, 1\]"):
        compare_arms(["a"], [1, 1], lambda arm, seed: 0)


def test_outside_a_notebook_and_a_terminal_nothing_is_printed(capfd):
    compare_arms(["a"], range(3), lambda arm, seed: train(network(), *data(), **settings()) and 1.0)
    assert capfd.readouterr() == ("", "")


class Notebook:
    """Stands for IPython in a kernel; keeps what is displayed."""

    def __init__(self):
        self.shown = []
        self.display = SimpleNamespace(display=self._display)

    def get_ipython(self):
        return SimpleNamespace(kernel=self)

    def _display(self, bundle, raw, display_id):
        self.shown.append([bundle])
        return SimpleNamespace(update=lambda bundle, raw: self.shown[-1].append(bundle))


@pytest.fixture
def notebook(monkeypatch):
    notebook = Notebook()
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    monkeypatch.setattr("time.monotonic", iter(range(10**6)).__next__)  # a second between any two looks at the clock
    return notebook


def test_a_notebook_shows_one_bar_and_keeps_one_stable_line(notebook):
    compare_arms(["<a>", "b"], range(2), lambda arm, seed: train(network(), *data(), **settings()) and 1.0)
    (display,) = notebook.shown  # the training inside has no bar of its own
    assert display[0] == display[-1] == {"text/plain": "2 arms x 2 seeds = 4 runs"}
    bars = [float(update["text/html"].split('value="')[1].split('"')[0]) for update in display[1:-1]]
    assert bars == sorted(bars)
    assert len(set(bars)) > 20  # it moves within a run, too
    assert "&lt;a&gt;, seed 0" in display[1]["text/html"]
    assert "s left" in display[-2]["text/plain"]


def test_the_line_of_an_interrupted_comparison_says_so(notebook):
    def run(arm, seed):
        if seed:
            raise KeyboardInterrupt
        return 1

    compare_arms(["a"], range(2), run)
    assert notebook.shown[0][-1] == {"text/plain": "Interrupted: 1 of 2 runs finished."}


def test_a_failed_run_does_not_hide_the_next_bar(notebook):
    with pytest.raises(ZeroDivisionError):
        compare_arms(["a"], [0], lambda arm, seed: 1 / 0)
    train(network(), *data(), **settings())
    assert notebook.shown[1][-1] == {"text/plain": "Sequential: 3 epochs"}


