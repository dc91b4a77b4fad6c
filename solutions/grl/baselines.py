"""What three classical filters gain on lesson 08c's noisy photographs: `python -m solutions.grl.baselines` writes
baselines.md (about two minutes of one core).

It needs scikit-image, which the course does not install otherwise. As for the page's network, a photograph is not seen
by what is chosen for it: each filter has the settings that are best for the other five.
"""

import itertools
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch import Tensor

from attention_lab.lessons.grl.task import NOISE, PHOTOGRAPHS, blurred, gains, noisy, photograph_crops

HERE = Path(__file__).parent
ABOUT = """# 08c_grl: classical filters on the noisy photographs

`python -m solutions.grl.baselines` measures what each filter gains, in dB.
The photographs and their noise are those of the page's section 10.
For each photograph, a filter has the settings that gain most on the other five.
The bilateral filter and non-local means are scikit-image's, and non-local means is told the size of the noise.
The last row is what the page's blocks gained in our run."""
BLOCKS = (8.1, 9.1, 5.3, 9.7, 7.8, 11.8)


def filters() -> dict[str, tuple[Callable[..., Tensor], Iterable[tuple[float, ...]]]]:
    """By name: the filter of one picture (3, H, W), and the settings that are tried."""
    from skimage.restoration import denoise_bilateral, denoise_nl_means

    def bilateral(picture: Tensor, colours: float, pixels: float, side: float) -> Tensor:
        found = denoise_bilateral(picture.permute(1, 2, 0).clamp(0, 1).numpy(), win_size=int(side), sigma_color=colours,
                                  sigma_spatial=pixels, mode="reflect", channel_axis=-1)
        return torch.from_numpy(found).permute(2, 0, 1)

    def non_local(picture: Tensor, strength: float, side: float) -> Tensor:
        found = denoise_nl_means(picture.permute(1, 2, 0).numpy(), patch_size=int(side), patch_distance=8,
                                 h=strength * NOISE, sigma=NOISE, channel_axis=-1)
        return torch.from_numpy(found).permute(2, 0, 1)

    return {
        "Gaussian blur": (lambda picture, width: blurred(picture[None], width)[0], [(0.1 * n,) for n in range(4, 21)]),
        "bilateral filter": (bilateral, itertools.product((0.05, 0.1, 0.15, 0.2, 0.3, 0.5), (0.5, 1.0, 2.0), (3, 5))),
        "non-local means": (non_local, itertools.product((0.4, 0.6, 0.8, 1.0, 1.2), (3, 5, 7))),
    }


def best_of_the_others(gained: Tensor) -> Tensor:
    """Of gains (settings, photographs): for each photograph, that of the settings that are best for the others."""
    chosen = (gained.sum(1, keepdim=True) - gained).argmax(0)
    return gained[chosen, torch.arange(gained.shape[1])]


def measured() -> dict[str, list[float]]:
    whole = photograph_crops()
    seen = noisy(whole, seed=0)
    found = {}
    for name, (restore, settings) in filters().items():
        of_settings = [list(gains(torch.stack([restore(picture, *each) for picture in seen]), seen, whole).values())
                       for each in settings]
        found[name] = best_of_the_others(torch.tensor(of_settings)).tolist()
        print(name, [round(gain, 1) for gain in found[name]], flush=True)
    return found


if __name__ == "__main__":
    from importlib.metadata import version

    rows = measured() | {"your blocks": BLOCKS}
    table = [f"| filter | {' | '.join(PHOTOGRAPHS)} |", f"|---|{'---|' * len(PHOTOGRAPHS)}",
             *(f"| {name} | {' | '.join(f'{gain:.1f}' for gain in of)} |" for name, of in rows.items())]
    HERE.joinpath("baselines.md").write_text("\n".join([
        ABOUT, "", *table, "", f"scikit-image {version('scikit-image')}, torch {torch.__version__}, one thread.", ""]),
        encoding="utf-8")
