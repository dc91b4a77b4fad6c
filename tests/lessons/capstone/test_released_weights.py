"""Weights as their authors release them, in a network of the course's modules: files in each format, and what is
said of other files."""

import argparse
import sys
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from attention_lab.lessons.capstone import released_weights as restoring
from attention_lab.lessons.capstone.paper_tables import ROWS, network
from attention_lab.lessons.capstone.released_weights import NotRestored, agreement, classes, released_state, restore
from attention_lab.networks.authors_names import known
from attention_lab.networks.rule_weights import drawn, rule_state
from autograder.lessons.course import lessons
from autograder.lessons.topics import topic
from solutions.eca.reference import ECABlock

TOPICS = {lesson.name: lesson.topic for lesson in lessons()}
TINY = {"conv1.weight": torch.arange(6.0).view(2, 3), "bn1.bias": torch.ones(2),
        "bn1.num_batches_tracked": torch.tensor(7)}
WRAPPED = {f"module.{name}": value for name, value in TINY.items()}
ECA = "ECA-ResNet-18"


def reference(lesson, name):
    return getattr(topic(TOPICS[lesson]).reference, name)


def built(block=ECABlock):
    return network(ECA, lambda lesson, name: block, "cpu")


def authors_state(net):
    """The rule's weights by the authors' names, in float32 and with BatchNorm's counters, as a training script saves
    them."""
    names = known()[ECA]
    shapes = {names.theirs(ours): tensor.shape for ours, tensor in net.state_dict().items()}
    return {name: tensor.float() for name, tensor in rule_state(shapes.items(), 0).items()} | {
        name: torch.tensor(5005) for name in shapes if name.endswith("num_batches_tracked")}


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "older"])
@pytest.mark.parametrize("content", [
    TINY,
    WRAPPED,
    {"epoch": 99, "arch": "se_resnet50", "best_prec1": torch.tensor(77.4), "state_dict": WRAPPED,
     "optimizer": {"state": {}}},
    {"model": TINY, "args": argparse.Namespace(lr=0.1), "epoch": 3},
    {"module": WRAPPED},
], ids=["plain", "module.", "state_dict", "model", "module"])
def test_each_format_gives_the_same_weights(tmp_path, content, zipped):
    torch.save(content, path := tmp_path / "weights.pth.tar", _use_new_zipfile_serialization=zipped)
    found = released_state(path)
    assert found.keys() == TINY.keys() and all(torch.equal(found[name], TINY[name]) for name in TINY)


class Trainer:
    pass


@pytest.mark.parametrize("content, said", [
    ([1, 2], "holds an object of type list and no weights"),
    ({}, "holds an empty dictionary and no weights"),
    ({"conv1.weight": torch.ones(2), "epoch": 3},
     "holds more than weights: under 'epoch' there is an object of type int"),
    (Trainer(), "test_released_weights.Trainer), and opening it could run somebody's code"),
    ({"fc.bias": torch.tensor([1.0, float("nan")])}, "is damaged: fc.bias holds numbers that are not finite"),
])
def test_a_file_of_something_else_is_one_sentence(tmp_path, content, said):
    torch.save(content, path := tmp_path / "weights.pth")
    with pytest.raises(NotRestored) as raised:
        released_state(path)
    assert said in str(raised.value) and str(raised.value).startswith("weights.pth ") and "\n" not in str(raised.value)


def cut(zipped, keep):
    def write(path):
        torch.save({"conv1.weight": torch.ones(1000)}, path, _use_new_zipfile_serialization=zipped)
        path.write_bytes(path.read_bytes()[:keep])
    return write


@pytest.mark.parametrize("write, said", [
    (lambda path: path.write_bytes(b"\n<!DOCTYPE html><html><title>Virus scan warning"), "is a web page"),
    (lambda path: path.write_bytes(b""), "is empty"),
    (lambda path: path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:00"),
     "is a pointer of Git LFS"),
    (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(100)), "is damaged"),
    (lambda path: path.write_bytes(b"hello, world"), "is damaged"),
    (lambda path: path.mkdir(), "is a folder"),
    *((cut(zipped, keep), "is damaged") for zipped in (True, False) for keep in (10, 100, 2000)),
])
def test_a_damaged_file_is_one_sentence(tmp_path, write, said):
    write(path := tmp_path / "weights.pth")
    with pytest.raises(NotRestored) as raised:
        released_state(path)
    assert said in str(raised.value) and "\n" not in str(raised.value) and len(str(raised.value)) < 200


def test_code_in_a_file_does_not_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return (tmp_path / "ran").touch, ()

    for zipped in (True, False):
        torch.save({"state_dict": Evil()}, path := tmp_path / "weights.pth", _use_new_zipfile_serialization=zipped)
        with pytest.raises(NotRestored):
            released_state(path)
    assert not (tmp_path / "ran").exists()


def test_released_weights_come_into_a_network_of_own_modules(tmp_path, capsys):
    net = built()
    content = {"arch": "se_resnet18", "state_dict": {f"module.{name}": value
                                                     for name, value in authors_state(net).items()}}
    torch.save(content, path := tmp_path / "eca.pth.tar", _use_new_zipfile_serialization=False)
    assert restore(net, ECA, path)
    assert capsys.readouterr().out == (
        "Your ECA-ResNet-18 computes what the authors' code does: maxpool, layer1.0, layer1, layer2, layer3, layer4, "
        "logits agree.\nThe weights in eca.pth.tar are now in your ECA-ResNet-18.\n")
    recorded = known()[ECA].recorded
    with torch.no_grad():
        logits = net(drawn(recorded["shape"], 1000).float())
    assert logits.flatten()[:4].tolist() == pytest.approx(recorded["stages"]["logits"]["first"], abs=1e-5)


def test_another_networks_file_changes_nothing(tmp_path, capsys):
    net = built()
    state = authors_state(net)
    del state["layer1.0.eca.conv.weight"]
    torch.save(state, path := tmp_path / "resnet.pth")
    before = net.fc.weight.clone()
    assert not restore(net, ECA, path)
    assert (
        capsys.readouterr().out
        == "resnet.pth does not fit your ECA-ResNet-18: 1 entry is missing: layer1.0.eca.conv.weight.\n"
    )
    assert torch.equal(net.fc.weight, before)
    other = {known()["SCNet-50"].theirs(ours): torch.zeros(1) for ours in network("SCNet-50", reference).state_dict()}
    torch.save(other, path)
    assert not restore(net, ECA, path)
    assert capsys.readouterr().out == "resnet.pth holds the weights of SCNet-50, not of ECA-ResNet-18.\n"


def test_a_file_that_is_not_there_is_a_sentence_that_says_where_it_is(tmp_path, capsys):
    assert not restore(nn.Identity(), ECA, tmp_path / "eca.pth")
    said = capsys.readouterr().out
    assert (
        said.startswith("There is no file eca.pth here.") and "https://drive.google.com/" in said and "70.92 %" in said
    )
    assert not restore(nn.Identity(), "CloFormer-XXS", tmp_path / "clo.pth")
    assert (
        capsys.readouterr().out
        == "There is no file clo.pth here. The authors of CloFormer-XXS have released no weights.\n"
    )
    with pytest.raises(ValueError, match="the authors' names are not known for 'ResNet', but only for .*SCNet-50"):
        restore(nn.Identity(), "ResNet", "eca.pth")


def test_released_networks_are_rows_of_the_papers_tables():
    assert restoring.RELEASED.keys() | {"CloFormer-XXS",
                                        "EPSANet-50 (Small)"} == known().keys() <= {row.network for row in ROWS}


class WithoutGate(ECABlock):
    """Does nothing from 256 channels on."""

    def forward(self, x):
        return super().forward(x) if x.shape[1] < 256 else x


class Raises(ECABlock):
    def forward(self, x):
        raise RuntimeError("no idea")


class Renamed(nn.Module):
    def __init__(self, channels, kernel_size):
        super().__init__()
        self.layer = ECABlock(channels, kernel_size)


@pytest.mark.parametrize("block, said", [
    (WithoutGate, "maxpool, layer1.0, layer1, layer2 agree with the authors' ECA-ResNet-18; layer3 is the first stage "
                  "that differs."),
    (lambda channels, k: ECABlock(channels, k) if channels > 64 else nn.Identity(),
     "have other names than the course's"),
    (Raises, "Your ECA-ResNet-18 stopped with RuntimeError: no idea"),
    (Renamed, "have other names than the course's"),
])
def test_a_module_that_differs_is_found(block, said):
    assert said in agreement(built(block), ECA)


def test_a_network_is_as_it_was_after_the_comparison():
    net = built().train()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    agreement(net, ECA)
    assert net.training and net.fc.weight.dtype == torch.float32
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())


class Reddest(nn.Module):
    """Class 2 is the mean of red, class 1 of green, class 0 of blue."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x):
        assert x.shape == (1, 3, 224, 224)
        return self.scale * x.mean(dim=(2, 3)).flip(1)


def test_the_likeliest_classes_have_names_if_torchvision_is_there(monkeypatch, capsys):
    picture = torch.zeros(3, 300, 451)
    picture[0, :, 100:-100] = 1
    monkeypatch.setitem(sys.modules, "torchvision.models", None)
    found = classes(net := Reddest().train(), picture, 2)
    assert [name for name, _ in found] == ["class 2", "class 0"] and found[0][1] > found[1][1] and net.training
    assert "torchvision" in capsys.readouterr().out
    weights = SimpleNamespace(IMAGENET1K_V1=SimpleNamespace(meta={"categories": ["tench", "goldfish", "shark"]}))
    monkeypatch.setitem(sys.modules, "torchvision", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "torchvision.models", SimpleNamespace(ResNet50_Weights=weights))
    assert [name for name, _ in classes(net, picture, 2)] == ["shark", "tench"]
    assert not capsys.readouterr().out
