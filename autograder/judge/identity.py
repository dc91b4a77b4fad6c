"""What two machines must have in common so that a submission gets the same verdict on both."""

from __future__ import annotations

import platform
import re
import sys
import sysconfig
from dataclasses import asdict, replace
from importlib.metadata import distributions

import torch

from autograder.judge.depends import code, digest, unchanged
from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from autograder.submission import notebook


def identity(settings: Settings) -> dict[str, str]:
    """Returns the versions and digests of everything that can change a verdict, by name.

    Packages count, because a submission may import any package that is installed. If no judge can work with these
    settings, raises the errors of Judge. Raises ValueError if the code on the disk is not the code that this process
    runs.
    """
    if not unchanged():
        raise ValueError("its code has changed since it was started: start it again")
    judge = Judge(replace(settings, seed="no question is drawn from this seed"))
    try:
        walls = {"sandbox": judge.isolation, "device": judge.device}
    finally:
        judge.close()
    return {"torch": torch.__version__, "Python": sys.version.replace("\n", " "),
            "system": f"{sys.platform} {platform.machine()}",
            **walls,
            **{f"lesson {each.name}": digest([code(each.topic), asdict(each)]) for each in notebook.lessons()},
            "judge": code(NO_TOPIC),
            **{f"package {each.name.lower().replace('_', '-')}": each.version for each in distributions(path=PACKAGES)}}


# not sys.path, which setuptools adds its own to
PACKAGES = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
NO_TOPIC = "no lesson's"  # a folder that is not there: what is left is the machinery


def differences(here: dict[str, str], there: dict[str, str]) -> str:
    """Says in words what differs; empty if the two identities agree. If the judge itself differs, no lesson is named,
    because then all of them differ."""
    names = [name for name in sorted({*here, *there}) if here.get(name) != there.get(name)]
    if "judge" in names:
        names = ["judge", *(name for name in names if name != "judge" and not name.startswith("lesson "))]
    return ", ".join(_difference(name, here.get(name, "none"), there.get(name, "none")) for name in names)


def _difference(name: str, here: str, there: str) -> str:
    return f"another {name}" if DIGEST.fullmatch(here) or DIGEST.fullmatch(there) else f"{name} {there} (here {here})"


DIGEST = re.compile("[0-9a-f]{64}")
