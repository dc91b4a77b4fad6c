"""The capstone's record: what counts, and our own attempts at it."""

import pytest
import torch
from torch import nn

from attention_lab.networks import record as rules_of
from attention_lab.networks.record import LONGEST, RULES, Record, Rules, carried, record, shuffle
from attention_lab.short_errors import Unusable
from solutions.capstone.challenge import OURS, ours

TINY = Rules(tasks=("what",), seeds=1, needed=1, share=0.02, tested=20)  # four steps


def normed(channels):
    return nn.Sequential(nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels))


def test_a_task_is_solved_if_enough_runs_solve_it_and_fewer_numbers_are_better():
    found = Record(700, {"what": (90.0, 91, 95, 99, 12), "far": (89.9, 100, 100, 100, 33)})
    assert found.solved == ["what"] and found.rank < Record(701, found.scores).rank
    assert Record(950, {"what": (90.0,) * 5, "far": (90.0,) * 5}).rank < found.rank
    assert repr(found).startswith("✓ what      90.0   91.0") and repr(found).endswith(
        "1 of 2 tasks solved (90 % right in at least 4 of 5 runs), with 700 numbers.")
    assert "<td>○</td><td>far</td>" in found._repr_html_()


def test_parameters_and_buffers_are_counted():
    assert carried(normed(16)) == 16 * 16 + 16 + 4 * 16 + 1
    with pytest.raises(Unusable, match="carries 1,001 numbers"):
        record(lambda channels: nn.PReLU(1001), TINY)


def test_a_record_within_the_notebook_says_how_each_task_fared(monkeypatch):
    seen = []
    monkeypatch.setattr(rules_of, "attempt", lambda make, task, seed, draw, rules: seen.append((task, seed)) or 91.0)
    found = record(normed)
    assert found.solved == list(RULES.tasks) and found.numbers == 337 and len(set(seen)) == 25


def test_what_one_begins_with_is_put_into_another_order():
    layer = nn.Linear(6, 6)
    layer.weight.data = torch.arange(36.0).view(6, 6)
    before = layer.weight.detach().clone()
    shuffle(layer, 0)
    assert not torch.equal(layer.weight, before) and torch.equal(layer.weight.flatten().sort()[0], before.flatten())


@pytest.mark.parametrize("name", OURS)
def test_our_own_attempts_are_modules_within_the_rules(name):
    assert len(OURS[name].read_text(encoding="utf-8")) < LONGEST and record(ours(name), TINY).numbers <= RULES.most
