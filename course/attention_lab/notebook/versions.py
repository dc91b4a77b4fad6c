"""What a page says about the machine that it was made on: versions and the processor, and nothing that tells whose
it is."""

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
    """The address of the course's repository, which an installed library knows once that is published; else nothing."""
    try:
        urls = metadata("attention-lab").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    return next((url.partition(", ")[2] for url in urls if url.startswith("Repository, ")), "")


def processor() -> str:
    """The processor's name; nothing that tells one machine of its kind from another."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
