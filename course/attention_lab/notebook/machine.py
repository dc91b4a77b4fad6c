"""What a page says about the machine that made it: versions and the processor. Nothing tells whose machine it is."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path

import torch


def versions() -> dict[str, str]:
    try:
        own = version("attention-lab")
    except PackageNotFoundError:
        own = "not installed"
    return {"python": platform.python_version(), "torch": torch.__version__, "attention_lab": own}


def repository() -> str:
    """Returns the address of the course's repository, which an installed library knows once the course is published;
    empty otherwise."""
    try:
        urls = metadata("attention-lab").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    return next((url.partition(", ")[2] for url in urls if url.startswith("Repository, ")), "")


def processor() -> str:
    """Returns the processor's name, which does not tell one machine from another of the same kind."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
