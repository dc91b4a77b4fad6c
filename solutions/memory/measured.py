"""How much memory 05b's five methods take, and what attention makes of six noisy photographs: `python -m
solutions.memory.measured` writes measured.md (three minutes of one core).

Batch 1, 8 channels in queries and keys, 64 in values, float32, forward and backward, chunks of 256 rows, one thread.
Each number is how far a process grows that does nothing else, and whose allocator gives freed blocks back at once.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from attention_lab.lessons.memory.task import noisy_photograph, pixels_alike
from attention_lab.tasks.data import photo_names
from solutions.memory.reference import streaming_attention

HERE = Path(__file__).parent
SIZES = 1024, 4096, 9216
WIDTH, VALUES, ROWS = 8, 64, 256
TIDY = {"MALLOC_MMAP_THRESHOLD_": "1000000", "MALLOC_TRIM_THRESHOLD_": "1000000"}
ABOUT = f"""# 05b_memory: memory and photographs

`python -m solutions.memory.measured` measures how much memory a process needs for each method, forward and backward.
The batch has one image, with {WIDTH} channels in queries and keys and {VALUES} in values, in float32.
A chunk has {ROWS} rows, and torch uses one thread.
Each number says by how much the process grows."""


def naive(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return (q @ k.transpose(1, 2)).softmax(-1) @ v


def chunks(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.cat([naive(rows, k, v) for rows in q.split(ROWS, 1)], 1)


def recomputed(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return torch.cat([checkpoint(naive, rows, k, v, use_reentrant=False) for rows in q.split(ROWS, 1)], 1)


def fused(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return nn.functional.scaled_dot_product_attention(q[:, None], k[:, None], v[:, None], scale=1.0)[:, 0]


def fused_padded(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    wide = VALUES - WIDTH
    return fused(nn.functional.pad(q, (0, wide)), nn.functional.pad(k, (0, wide)), v)


METHODS = {"naive": naive, "chunks": chunks, "chunks, recomputed": recomputed, "fused, 8 and 64 wide": fused,
           "fused, padded": fused_padded}


def measure(method: str, n: int) -> float:
    """MiB by which this process grows."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    given = [torch.randn(1, n, width, requires_grad=True) for width in (WIDTH, WIDTH, VALUES)]
    METHODS[method](*(t[:, :300] for t in given)).sum().backward()  # kernels are loaded
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    torch.autograd.grad(METHODS[method](*given).square().sum(), given)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def psnr(picture: Tensor, clean: Tensor) -> str:
    return f"{-10 * (picture - clean).square().mean().log10().item():.1f}"


def cleaned(name: str) -> str:
    """A row of the second table: a photograph's noisy copy, the mean of 3 x 3 pixels, and attention, in dB."""
    clean, noisy = noisy_photograph(name)
    blurred = nn.functional.avg_pool2d(nn.functional.pad(noisy[None], (1,) * 4, mode="reflect"), 3, 1)[0]
    ours = streaming_attention(*pixels_alike(noisy))[0].T.view_as(noisy)
    return f"| {name} | {psnr(noisy, clean)} | {psnr(blurred, clean)} | {psnr(ours, clean)} |"


def main() -> None:
    lines = ["| method | " + " | ".join(f"N = {n}" for n in SIZES) + " |", "|---" * (1 + len(SIZES)) + "|"]
    for method in METHODS:
        commands = [[sys.executable, "-m", "solutions.memory.measured", method, str(n)] for n in SIZES]
        grown = [float(subprocess.check_output(command, env={**os.environ, **TIDY}, text=True)) for command in commands]
        lines.append(f"| {method} | {' | '.join(f'{mib:.0f} MiB' for mib in grown)} |")
        print(lines[-1], flush=True)
    lines += ["", "The page's noisy photograph, and five others, in dB of PSNR:", "",
              "| photograph | noisy | mean of 3 x 3 pixels | attention |", "|---|---|---|---|",
              *map(cleaned, [*photo_names("train"), *photo_names("test")])]
    (HERE / "measured.md").write_text("\n".join([ABOUT, "", *lines, "", f"torch {torch.__version__}.", ""]),
                                      encoding="utf-8")


if __name__ == "__main__":
    print(measure(sys.argv[1], int(sys.argv[2]))) if len(sys.argv) == 3 else main()
