"""Our attempts at the challenge of lesson 08a: `python -m solutions.windows.challenge` (about a minute of one core)."""

from pathlib import Path

from torch import Tensor, nn

from solutions.shared.attempts import Attempts


class WithMLP(nn.Module):
    """One of the page's blocks behind a LayerNorm, and after it an MLP with a shortcut, as in Swin."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        block.qkv = nn.Sequential(nn.LayerNorm(32), block.qkv)
        self.block = block
        self.mlp = nn.Sequential(nn.LayerNorm(32), nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 32))

    def forward(self, x: Tensor, size: tuple[int, int]) -> Tensor:
        x = self.block(x, size)
        return x + self.mlp(x)


if __name__ == "__main__":
    attempts = Attempts(Path(__file__).with_name("page.py"))

    def plain() -> nn.Module:
        return attempts.page["TileNet"](attempts.page["attention"], (False, True, False, True))

    def with_mlps() -> nn.Module:
        net = plain()
        net.blocks = nn.ModuleList(map(WithMLP, net.blocks))
        return net

    attempts.try_all({"the page's blocks": plain, "with norms and MLPs": with_mlps})
