"""Loads the weights that the authors of a network released into a network of your own modules.

`restore(network, "ECA-ResNet-50", "eca_resnet50_k3557.pth.tar")` reads such a file, which you download by hand;
`released.toml` says where it is. We have opened none of these files. We know their formats from the authors' READMEs,
code and issues, and tested this with files that we wrote in these formats.

`agreement(network, "CloFormer-XXS")` needs no file. It gives the network weights that follow from a rule, and compares
the output of each stage with the output of the authors' code for the same weights.
"""

from __future__ import annotations

import argparse
import pickle
import re
import tomllib
import zlib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks.authors_names import COUNTER, Names, OtherEntries, known, outputs
from ...networks.rule_weights import drawn, give_rule_weights
from ...short_errors import OneLine, Unusable

RELEASED = tomllib.loads(Path(__file__).with_name("released.toml").read_text(encoding="utf-8"))
WITHIN = "state_dict", "model", "module"  # keys under which training scripts keep the weights
WRAPPER = "module."  # the beginning of each name, if the network was trained on several GPUs
HARMLESS: list[Any] = [argparse.Namespace]  # ResT's training script keeps its arguments beside the weights
TOLERANCE = 1e-8  # as a share of a stage's spread; two implementations in float64 differ by 1e-12 at most
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's pictures, in red, green and blue
SIDE, CROP = 256, 224  # pixels


class NotRestored(OneLine, ValueError):
    """A file holds no weights for this network. The message says, in a sentence, what it holds instead."""


def restore(network: nn.Module, name: str, path: str | Path) -> bool:
    """Loads the released weights from the file `path` into your network, and returns True; the network is then in eval
    mode.

    Before that, it prints which stages agree with the authors' code. If the weights cannot be loaded, it prints the
    reason, changes nothing and returns False.

    name: the network's name in the papers' tables.

    Raises ValueError for an unknown name.
    """
    names, path = _names(name), Path(path)
    try:
        state = released_state(path)
        placed = names.placed(network, state)
    except FileNotFoundError:
        print(f"There is no file {path.name} here. {where(name)}")
        return False
    except OtherEntries as error:
        others = (each for each, of in known().items() if of.recorded["names"] == _fingerprint(state) and each != name)
        print(next((f"{path.name} holds the weights of {each}, not of {name}." for each in others),
                   f"{path.name} does not fit your {name}: {error}."))
        return False
    except NotRestored as error:
        print(error)
        return False
    print(agreement(network, name))
    network.load_state_dict(placed, strict=False)
    network.eval()
    print(f"The weights in {path.name} are now in your {name}.")
    return True


def where(name: str) -> str:
    """Says in a sentence or two where to find the authors' weights of a network."""
    if not (found := RELEASED.get(name)):
        return f"The authors of {name} have released no weights."
    return (f"The authors offer {found['file'] or 'their weights'} for {name} at {found['at']} ({found['top1']} % "
            f"top-1 on ImageNet, {found['licence']} licence). Download the file and put it beside this notebook.")


def released_state(path: Path) -> dict[str, Tensor]:
    """Reads the weights from a file that `torch.save` wrote, by the authors' names. Code that the file may hold is not
    run.

    Raises FileNotFoundError if there is no file, and NotRestored if it holds anything but weights.
    """
    found = _opened(path)
    if isinstance(found, Mapping):
        found = next((found[key] for key in WITHIN if isinstance(found.get(key), Mapping)), found)
    if not isinstance(found, Mapping) or not found:
        raise NotRestored(f"{path.name} holds {_described(found)} and no weights.")
    odd = {key: value for key, value in found.items() if not (isinstance(key, str) and _numbers(value))}
    if odd:
        key, value = next(iter(odd.items()))
        raise NotRestored(f"{path.name} holds more than weights: under {key!r} there is {_described(value)}.")
    if all(key.startswith(WRAPPER) for key in found):
        found = {key.removeprefix(WRAPPER): value for key, value in found.items()}
    damaged = [key for key, value in found.items() if not value.isfinite().all()]
    if damaged:
        raise NotRestored(f"{path.name} is damaged: {damaged[0]} holds numbers that are not finite.")
    return dict(found)


def _opened(path: Path) -> Any:
    if path.is_dir():
        raise NotRestored(f"{path.name} is a folder.")
    with path.open("rb") as file:
        start = file.read(256).lstrip().lower()
    if not start:
        raise NotRestored(f"{path.name} is empty.")
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise NotRestored(f"{path.name} is a web page and not the file itself: open it in a browser to see what the "
                          "page asks for.")
    if start.startswith(b"version https://git-lfs"):
        raise NotRestored(f"{path.name} is a pointer of Git LFS: `git lfs pull` brings the file itself.")
    try:
        with torch.serialization.safe_globals(HARMLESS):
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if refused := re.search(r"GLOBAL ([\w.]+)", str(error)):
            raise NotRestored(f"{path.name} holds more than weights ({refused[1]}), and opening it could run "
                              "somebody's code.") from None
        raise NotRestored(f"{path.name} is damaged, or torch did not write it.") from None
    except Exception as error:  # the kind of error depends on where the file is damaged
        raise NotRestored(f"{path.name} is damaged or not complete ({type(error).__name__}).") from None


def _numbers(value: Any) -> bool:
    return (
        isinstance(value, Tensor)
        and value.layout is torch.strided
        and not value.is_complex()
        and not value.is_quantized
    )


def _described(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"a dictionary with the keys {', '.join(map(str, list(value)[:5]))}" if value else "an empty dictionary"
    return "a tensor" if isinstance(value, Tensor) else f"an object of type {type(value).__name__}"


def agreement(network: nn.Module, name: str) -> str:
    """Says in a sentence which stages of your network compute the same as the authors' code. Both get the weights that
    follow from a rule, in float64.

    The network itself is not changed. Stages have the authors' names.

    Raises ValueError for a network for which nothing was recorded.
    """
    names = _names(name)
    recorded, stages = names.recorded, dict(names.recorded["stages"])
    if _fingerprint(map(names.theirs, network.state_dict())) != recorded["names"]:
        return (
            f"Parts of your {name} have other names than the course's, so they can't be given the weights that follow"
            " from the rule."
        )
    x = drawn(recorded["shape"], 1000 + recorded["seed"])
    if not _same(x, stages.pop("input")):
        return (
            "Your torch draws different random numbers from the torch that drew the weights for the authors' code, so"
            " nothing can be compared."
        )
    ours = deepcopy(network).cpu().double().eval()
    give_rule_weights(ours, names, recorded["seed"], recorded["gain"])
    try:
        with torch.no_grad():
            found = outputs(ours, names, x, list(stages))
    except Exception as error:  # a learner's code may raise anything
        return f"Your {name} stopped with {type(error).__name__}: {error}"
    agree: list[str] = []
    for stage in (stage for stage in stages if stage in found):
        if not _same(found[stage], stages[stage]):
            return _until(agree, stage, name)
        agree.append(stage)
    return f"Your {name} computes what the authors' code does: {', '.join(agree)} agree."


def _until(agree: list[str], stage: str, name: str) -> str:
    if not agree:
        return f"{stage}, the first stage, differs from the authors' {name}."
    verb = "agrees" if len(agree) == 1 else "agree"
    return f"{', '.join(agree)} {verb} with the authors' {name}; {stage} is the first stage that differs."


def _same(tensor: Tensor, recorded: Mapping[str, Any]) -> bool:
    """Says whether mean, standard deviation and first values agree with the recorded ones."""
    expected = torch.tensor([recorded["mean"], recorded["std"], *recorded["first"]], dtype=torch.float64)
    found = torch.stack([tensor.mean(), tensor.std(), *tensor.flatten()[:len(recorded["first"])]])
    return found.shape == expected.shape and bool(
        ((found - expected).abs() <= TOLERANCE * (recorded["std"] + abs(recorded["mean"]))).all()
    )


def _fingerprint(entries: Iterable[str]) -> int:
    """Returns the crc32 of the authors' names of all entries, in alphabetical order and without BatchNorm's counters.
    """
    return zlib.crc32("\n".join(sorted(name for name in entries if not name.endswith(COUNTER))).encode())


def _names(name: str) -> Names:
    if name not in known():
        raise Unusable(f"the authors' names are not known for {name!r}, but only for {', '.join(known())}")
    return known()[name]


def classes(network: nn.Module, picture: Tensor, count: int = 5) -> list[tuple[str, float]]:
    """Returns the likeliest of ImageNet's classes for a picture (3, H, W) in [0, 1], with their probabilities.

    The picture is scaled so that its shorter side has 256 pixels, and the central 224 x 224 pixels are used. The
    classes' names come from torchvision; without it, the classes are numbered.
    """
    height, width = picture.shape[1:]
    scale = SIDE / min(height, width)
    resized = F.interpolate(picture[None].float(), (round(height * scale), round(width * scale)), mode="bilinear",
                            antialias=True)
    top, left = ((side - CROP) // 2 for side in resized.shape[2:])
    x = resized[..., top:top + CROP, left:left + CROP]
    x = (x - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
    first = next(network.parameters())
    was_training = network.training
    try:
        with torch.no_grad():
            likely = network.eval()(x.to(first))[0].softmax(dim=0).topk(count)
    finally:
        network.train(was_training)
    labels = _labels()
    return [(labels[place] if labels else f"class {place}", p)
            for place, p in zip(likely.indices.tolist(), likely.values.tolist())]


def _labels() -> list[str]:
    """Returns ImageNet's names of its 1000 classes. Without torchvision it prints a sentence and returns an empty list.
    """
    try:
        from torchvision.models import ResNet50_Weights
    except ImportError:
        print("torchvision knows the names of ImageNet's classes, but it is not installed here. So these are the "
              "classes' numbers, counted from 0.")
        return []
    return ResNet50_Weights.IMAGENET1K_V1.meta["categories"]
