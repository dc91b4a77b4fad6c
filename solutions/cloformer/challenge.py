"""Our attempts at the challenge of lesson 09: `python -m solutions.cloformer.challenge` (about a minute of one core)."""

from pathlib import Path

from torch import Tensor
from torch.nn import functional as F

from solutions.cloformer.reference import AttnConv
from solutions.shared.attempts import Attempts


class Gelu(AttnConv):
    def forward(self, x: Tensor) -> Tensor:
        return F.gelu(self.mixer(self.qkv(x)).chunk(3, dim=1)[2])


class Square(AttnConv):
    """v times itself: how strong the mixed threads are, whatever their sign."""

    def forward(self, x: Tensor) -> Tensor:
        return self.mixer(self.qkv(x)).chunk(3, dim=1)[2].square()


if __name__ == "__main__":
    attempts = Attempts(Path(__file__).with_name("page.py"))
    attempts.try_all({"GELU(v)": Gelu, "v * v": Square})
