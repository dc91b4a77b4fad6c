"""The operations of e4_surgery on small networks that are not Lite0, with what people have in theirs."""

import copy
import pickle

import pytest
import torch
from torch import nn

from solutions.cbam.reference import CBAM
from solutions.surgery.reference import freeze, identity_start, insert, load_by_key

X = torch.randn(4, 3, 8, 6, generator=torch.Generator().manual_seed(1)) + 3


def small(norm=None):
    return nn.Sequential(nn.Conv2d(3, 4, 1), norm or nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Flatten(2),
                         nn.BatchNorm1d(4), nn.Flatten(), nn.Linear(192, 2))


def moves(network):
    norms = [module for module in network.modules() if getattr(module, "running_mean", None) is not None]
    before = [norm.running_mean.clone() for norm in norms]
    network.train()(X)
    return [not torch.equal(norm.running_mean, mean) for norm, mean in zip(norms, before, strict=True)]


def test_a_module_stands_behind_a_map_that_is_there_and_the_original_is_untouched():
    network, made = small(), []
    network[1].eval()
    before, modes = copy.deepcopy(network.state_dict()), [module.training for module in network.modules()]
    found = insert(network, lambda c: made.append(c) or identity_start(nn.ReLU()), ["1", "0"], X[:1])
    assert made == [4, 4] and [found[0][1].training, found[1][1].training] == [True, False]
    assert modes == [module.training for module in network.modules()]
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert torch.equal(found.eval()(X), network.eval()(X))
    for name, said in (("1.bn", "nearest is '1'"), ("", "no module ''"), ("6", "neither a map")):
        with pytest.raises(ValueError, match=said):
            insert(network, nn.Identity, [name], X)


@pytest.mark.parametrize("norm", [
    nn.BatchNorm2d(4), nn.SyncBatchNorm(4), nn.InstanceNorm2d(4, track_running_stats=True),
    nn.Sequential(nn.Unflatten(1, (4, 1)), nn.BatchNorm3d(4), nn.Flatten(1, 2))])
def test_every_norm_is_frozen_and_thaws_also_when_it_is_copied_or_saved(norm):
    network = small(norm)
    assert all(moves(network)) and freeze(network, ["6."]) == ["6.weight", "6.bias"]
    with pytest.raises(ValueError, match=r"'6\.'.*module\."):
        freeze(nn.DataParallel(network), ["module.4.", "6."])
    for each in (network, copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert not any(moves(each))
        freeze(each, ["4."])
        assert moves(each) == [False, True]
        assert len(freeze(each, [""])) == len(list(each.parameters())) and all(moves(each))


class Twice(nn.Module):
    """One part with two names, tokens, and a map whose channels are last."""

    def __init__(self):
        super().__init__()
        self.stem, self.shared = nn.Conv2d(3, 5, 1), nn.Sequential(nn.Conv2d(5, 5, 1), nn.BatchNorm2d(5))
        self.twice, self.last = self.shared, nn.Linear(5, 20)

    def forward(self, x):
        return self.last(self.twice(self.shared(self.stem(x))).permute(0, 2, 3, 1))


def inserted(network):
    return [name.removesuffix(".gamma") for name in network.state_dict() if name.endswith("gamma")]


def identity(channels):
    return identity_start(nn.Conv2d(channels, channels, 1))


@pytest.mark.parametrize("names, places", [
    ("stem", ["stem.1"]), ((name for name in ("stem", "twice")), ["stem.1", "twice.1"]),
    (["shared", "twice"], ["shared.1", "twice.1"]), (["twice.0"], ["shared.0.1", "twice.0.1"]),
    (["stem", "stem"], ["stem.0.1", "stem.1"])])
def test_names_are_a_text_or_an_iterator_and_a_part_may_have_two(names, places):
    network = Twice().eval()
    found = insert(network, identity, names, X)
    assert inserted(found) == places and torch.equal(found(X), network(X))


def test_a_map_whose_channels_are_last_is_refused():
    with pytest.raises(ValueError, match=r"'last' gives \(4, 8, 6, 20\), a map whose channels are last"):
        insert(Twice(), identity, ["last"], X)


@pytest.mark.parametrize("kind", [{"dtype": torch.bfloat16}, {"device": "meta"}])
def test_a_module_is_made_for_the_dtype_and_the_device_of_its_place(kind):
    found = insert(small().to(**kind), identity, ["0"], X.to(**kind))
    assert len({(parameter.dtype, parameter.device) for parameter in found.parameters()}) == 1


def test_what_works_in_place_can_be_started_as_the_identity():
    module = nn.Sequential(nn.ReLU(inplace=True), nn.Conv2d(3, 3, 1))
    assert torch.equal(identity_start(module)(X - 3), X - 3)


def test_a_receipt_says_what_is_new_and_freeze_trains_its_norms_too():
    found = insert(small(), lambda channels: CBAM(channels, 2), ["1"], X)
    receipt = load_by_key(found, small().state_dict(), lambda name: name.replace("1.", "1.0.", 1))
    assert "1.1.spatial_gate.bn.running_mean" in receipt["new"] and len(freeze(found, receipt["new"])) == 7
    assert moves(found) == [False, True, False]


def test_a_tensor_with_two_names_is_loaded_and_trained_under_both():
    network = Twice()
    state = {name: entry for name, entry in network.state_dict().items() if "twice" not in name}
    assert load_by_key(network, state, str)["new"] == []
    assert freeze(network, "twice.") == ["shared.0.weight", "shared.0.bias", "shared.1.weight", "shared.1.bias"]
    assert moves(network) == [True] and freeze(network, ["stem."]) and moves(network) == [False]


def test_a_checkpoint_is_refused_and_entries_that_are_no_tensors_are_loaded():
    with pytest.raises(ValueError, match=r"load state\['model'\]"):
        load_by_key(network := small(), {"epoch": 3, "model": network.state_dict()}, str)
    more = type("More", (nn.Linear,), {"get_extra_state": lambda _: {"v": 1}, "set_extra_state": lambda *_: None})
    assert load_by_key(more(2, 2), more(2, 2).state_dict(), str)["new"] == []
