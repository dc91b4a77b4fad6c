"""Whole networks from the references, with rule-made weights, against what the authors' own code computed with them, in
float64.

The bank is `solutions/capstone/parity/networks`: a network is a JSON file, and its logits are a .safetensors beside it.
`PARITY_NETWORKS=DIR` checks every network below DIR instead, whatever its seed, its gain and the size of its pictures.
"""
import json
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from attention_lab.lessons.capstone.paper_tables import network
from attention_lab.networks.authors_names import FOLDER, OtherEntries, known, outputs
from attention_lab.networks.authors_names import read as read_names
from attention_lab.networks.rule_weights import drawn, rule_state
from autograder.lessons.course import lessons
from autograder.lessons.topics import SOLUTIONS, topic

GIVEN = "PARITY_NETWORKS" in os.environ
OWN = SOLUTIONS / "capstone/parity/networks"
BANK = Path(os.environ.get("PARITY_NETWORKS") or OWN)
FILES = sorted(BANK.rglob("*.json"))
TOPICS = {lesson.name: lesson.topic for lesson in lessons()}
NAMES_FILES = {path.stem for path in FOLDER.glob("*.toml")}
LOGITS, RELATIVE = 1e-10, 1e-9


def reference(lesson, name):
    return getattr(topic(TOPICS[lesson]).reference, name)


def names_of(recorded):
    """The names of a recorded network: a recording may say after the network's name what is special about it."""
    fitting = [path for path in FOLDER.glob("*.toml") if f"{recorded['network']}_".startswith(f"{path.stem}_")]
    assert fitting, f"no names of {recorded['network']!r} in {FOLDER}"
    return read_names(max(fitting, key=lambda path: len(path.stem)))


def entries(recorded):
    return [(name, shape) for name, shape, *_ in recorded["state_dict"]]


def numbers(tensor, count=16):
    return {"mean": tensor.mean().item(), "std": tensor.std().item(), "first": tensor.flatten()[:count].tolist()}


def close(found, expected, size):
    return found == pytest.approx(expected, rel=RELATIVE, abs=RELATIVE * size)


def same(tensor, expected):
    """Is this what was recorded of a tensor? Errors are relative to its spread."""
    found, size = numbers(tensor), abs(expected["std"]) + abs(expected["mean"])
    return (list(tensor.shape) == expected["shape"] and close(found["mean"], expected["mean"], size)
            and close(found["std"], expected["std"], size) and close(found["first"], expected["first16"], size))


def ran(path):
    """One forward and one backward pass: what was recorded, the weights, the input, our network, what it computed, the
    loss and the gradients by the authors' names."""
    recorded = json.loads(path.read_text())
    names = names_of(recorded)
    state = rule_state(entries(recorded), recorded["seed"], recorded["gain"])
    net = network(names.network, reference, "cpu").double().eval()
    names.load(net, state)
    x = drawn(recorded["input_shape"], 1000 + recorded["seed"]).requires_grad_()
    found = outputs(net, names, x, list(recorded["stages"]))
    loss = (found["logits"] * drawn(found["logits"].shape, 2000 + recorded["seed"])).sum()
    loss.backward()
    gradients = {names.theirs(ours): names.entry(names.theirs(ours), p.grad) for ours, p in net.named_parameters()}
    return recorded, state, x, net, found, loss.item(), gradients


def each(*cheap):
    """Every recording as a parameter; those that are not cheap are nightly, unless a bank is given."""
    return pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(BANK).with_suffix("")), marks=[
        pytest.mark.nightly] if not GIVEN and path.stem not in cheap else []) for path in FILES])


def test_there_is_a_bank():
    assert FILES, f"no recordings below {BANK}"


@each("eca_resnet18", "cloformer_xxs")
def test_a_network_computes_what_the_authors_does(path, record_property):
    recorded, state, x, _, found, loss, gradients = ran(path)
    sums = {name: total for name, _, _, total in recorded["state_dict"] if name in state}
    drawn_otherwise = [name for name, total in sums.items()
                       if not close(state[name].sum().item(), total, state[name].abs().sum().item())]
    assert not drawn_otherwise and same(
        x.detach(), recorded["input"]
    ), f"drawn with torch {recorded['torch']}: other random numbers here"
    assert recorded["num_params"] == sum(gradient.numel() for gradient in gradients.values())
    differ = [name for name, expected in recorded["stages"].items()
              if name not in found or not same(found[name], expected)]
    logits = load_file(path.with_suffix(".safetensors"))[recorded["logits"]["tensor"]]
    error = (found["logits"] - logits).abs().max().item()
    record_property("largest error", error)
    assert not differ and error <= LOGITS, f"logits are off by {error:.1e}; stages that differ: {differ}"

    wanted = recorded["gradient"]
    assert loss == pytest.approx(wanted["loss"], rel=RELATIVE, abs=RELATIVE)
    assert x.grad.norm().item() == pytest.approx(wanted["input_norm"], rel=RELATIVE)
    assert close(x.grad.flatten()[:16].tolist(), wanted["input_first16"], wanted["input_norm"])
    for name, expected in wanted["params"].items():
        assert gradients[name].norm().item() == pytest.approx(expected["norm"], rel=RELATIVE), name
        assert close(gradients[name].flatten()[:4].tolist(), expected["first4"], expected["norm"]), name


@each("cloformer_xxs")
def test_a_small_change_is_noticed(path):
    """1e-6 on one element of a parameter moves the logits by more than a network that passes may be off."""
    recorded, state, x, net, found, _, gradients = ran(path)
    names, unnoticed = names_of(recorded), []
    for name in recorded["moved_by_1e_6"]:
        changed = state[name].clone()
        changed.view(-1)[gradients[name].abs().argmax()] += 1e-6
        names.load(net, state | {name: changed})
        with torch.no_grad():
            moved = (net(x) - found["logits"]).abs().max().item()
        if not moved > LOGITS:
            unnoticed.append(name)
    assert not unnoticed


def on_meta(recorded):
    return {name: torch.empty(shape, device="meta") for name, shape in entries(recorded)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_entry_of_the_authors_has_its_place(path):
    recorded = json.loads(path.read_text())
    names = names_of(recorded)
    net = network(names.network, reference)
    assert names.placed(net, on_meta(recorded)).keys() == net.state_dict().keys()


def test_epsanets_scales_come_in_the_reverse_order():
    names, channels = known()["EPSANet-50 (Small)"], torch.arange(8)
    turned = [6, 7, 4, 5, 2, 3, 0, 1]
    assert names.entry("layer3.2.bn2.running_var", channels).tolist() == turned
    assert names.entry("layer3.2.conv3.weight", channels.view(1, 8, 1, 1)).flatten().tolist() == turned
    assert names.output("layer1.0.conv2", channels.view(1, 8, 1, 1)).flatten().tolist() == turned
    for same in "layer3.2.bn3.bias", "layer3.2.bn22.bias", "bn2.bias", "layer3.2.conv2.conv_1.weight":
        assert names.entry(same, channels) is channels
    assert names.output("layer1.0.conv2.se", channels) is channels


def test_entries_that_do_not_fit_are_named():
    recorded = json.loads((OWN / "eca_resnet18.json").read_text())
    names, net, state = names_of(recorded), network("ECA-ResNet-18", reference), on_meta(recorded)
    del state["layer2.1.eca.conv.weight"], state["bn1.num_batches_tracked"]
    state["layer9.fc.weight"], state["fc.weight"] = state["bn1.bias"], state["fc.weight"][:10]
    with pytest.raises(OtherEntries) as raised:
        names.placed(net, state)
    assert str(raised.value) == ("1 entry is missing: layer2.1.eca.conv.weight; 1 entry has no place in the network: "
                                 "layer9.fc.weight; 1 entry has another shape: fc.weight is (10, 512), not (1000, 512)")


@pytest.mark.parametrize("network_name", known())
def test_a_page_knows_what_was_recorded(network_name):
    """The tables beside the names, which a notebook compares with, are those of the bank."""
    recorded = known()[network_name].recorded
    [source] = [found for path in OWN.glob("*.json") if path.stem in NAMES_FILES
                and names_of(found := json.loads(path.read_text())).network == network_name]
    assert (recorded["seed"], recorded["gain"], recorded["shape"]) == (source["seed"], source["gain"],
                                                                       source["input_shape"])
    tables = {"input": source["input"], **source["stages"], "logits": source["logits"]}
    assert recorded["stages"].keys() == tables.keys()
    for stage, table in tables.items():
        expected = {"mean": table["mean"], "std": table["std"], "first": table["first16"][:4]}
        assert recorded["stages"][stage] == {name: pytest.approx(value, rel=1e-11)
                                             for name, value in expected.items()}, stage
