"""The weights that lesson 08c ships: `python -m solutions.grl.train_weights` (about fifteen minutes of one core).

For each of the course's six photographs a small network is trained on the other five, so that each can be restored by a
network that has never seen it. weights.safetensors holds all six in half precision, weights.md says how the training
went.
"""

import time
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from attention_lab.lessons.grl.task import PHOTOGRAPHS, Restorer, noisy, photograph_crop, psnr
from attention_lab.tasks.data import photograph
from solutions.grl.reference import GRLBlock

HERE = Path(__file__).parent
DIM, STEPS, BATCH, SIDE, PEAK_RATE = 24, 1000, 4, 64, 0.005
OF_TEST = 0  # the seed of the noise on the photograph that was left out
ABOUT = f"""# 08c_grl: the shipped weights

`python -m solutions.grl.train_weights` trains one network for each photograph, on the five others.
Training takes {STEPS} steps of {BATCH} crops of {SIDE} x {SIDE} pixels.
About half of the crops are mirrored, and the noise is new in every step.
It uses Adam, with one cycle of the learning rate up to {PEAK_RATE}.
The loss is the mean absolute difference, and the table has its mean over the last hundred steps.
PSNR is that of the middle 256 x 256 pixels of the photograph that was left out.

| left out | loss | noisy (dB) | restored (dB) | gain (dB) | seconds |
| --- | --- | --- | --- | --- | --- |"""  # noqa: E501


def network() -> Restorer:
    """The lesson's network: two blocks, horizontal stripes and vertical ones."""
    return Restorer((GRLBlock(DIM, 1, 1, (8, 8), (8, None), (None, 1), window_shift=i == 0, stripe_shift=i == 1,
                              stripe_type="HW"[i],
                              down_factor=2, mlp_ratio=2) for i in range(2)), DIM)


def crops(photographs: list[Tensor], generator: torch.Generator) -> Tensor:
    """A batch of squares from anywhere, (BATCH, 3, SIDE, SIDE)."""
    found = []
    for _ in range(BATCH):
        picture = photographs[torch.randint(len(photographs), (), generator=generator)]
        top, left = (int(torch.randint(n - SIDE + 1, (), generator=generator)) for n in picture.shape[1:])
        square = picture[:, top:top + SIDE, left:left + SIDE]
        found.append(square.flip(2) if torch.rand((), generator=generator) < 0.5 else square)
    return torch.stack(found)


def trained(left_out: str) -> tuple[Restorer, float]:
    """The network, and its mean loss over the last hundred steps."""
    torch.manual_seed(0)
    model, losses = network(), []
    photographs = [photograph(name) for name in PHOTOGRAPHS if name != left_out]
    generator = torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=STEPS)
    for step in range(STEPS):
        whole = crops(photographs, generator)
        loss = (model(noisy(whole, seed=1000 + step)) - whole).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return model, sum(losses[-100:]) / 100


def main() -> None:
    torch.set_num_threads(1)
    lines, weights = [ABOUT], {}
    for name in PHOTOGRAPHS:
        start = time.perf_counter()
        model, loss = trained(name)
        state = {key: value.half() for key, value in model.state_dict().items()}
        model.load_state_dict(state)  # what is shipped is what is measured
        whole = photograph_crop(name)[None]
        seen = noisy(whole, OF_TEST)
        with torch.no_grad():
            before, after = psnr(seen, whole), psnr(model(seen), whole)
        weights |= {f"{name}.{key}": value for key, value in state.items()}
        lines.append(f"| {name} | {loss:.4f} | {before:.2f} | {after:.2f} | {after - before:.2f} | "
                     f"{time.perf_counter() - start:.0f} |")
        print(lines[-1], flush=True)
        save_file(weights, HERE / "weights.safetensors")
        (HERE / "weights.md").write_text("\n".join(lines) + f"\n\ntorch {torch.__version__}, one thread.\n",
                                         encoding="utf-8")


if __name__ == "__main__":
    main()
