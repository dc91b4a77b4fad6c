"""What a worker needs of NVIDIA's driver on this machine, so that it can compute on the GPU inside the sandbox."""

from __future__ import annotations

import stat
from functools import cache
from pathlib import Path

import psutil

ABOUT = "/proc/driver/nvidia"  # what the driver tells about itself
PARTS = "libcuda.so", "libnvidia-"  # the beginnings of the names of its libraries


@cache
def devices(folder: str = "/dev") -> tuple[str, ...]:
    """Returns the driver's device files, such as /dev/nvidia0, /dev/nvidiactl and /dev/nvidia-uvm."""
    return tuple(sorted(str(path) for path in Path(folder).glob("nvidia*") if stat.S_ISCHR(path.stat().st_mode)))


@cache
def library_folders() -> tuple[str, ...]:
    """Returns the folders from which this process has loaded the driver's libraries. A worker loads them by name, and
    does not get the LD_LIBRARY_PATH that may lead there."""
    import torch  # only here, because it takes a second

    torch.cuda.is_available()  # this loads them
    loaded = {Path(file.path) for file in psutil.Process().memory_maps()}
    return tuple(sorted({str(path.parent) for path in loaded if path.name.startswith(PARTS)}))
