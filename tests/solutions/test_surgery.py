"""The operations of e4_surgery on small networks that are not Lite0, with what people have in theirs."""

import copy
import pickle

import pytest
import torch
from torch import nn

from solutions.surgery.reference import freeze, identity_start, insert

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
