"""ResT: wofmanaf/ResT. Its forward passes take H and W beside the tokens."""
from torch import Tensor, nn

from solutions.rest.reference import EMSA, OverlapPatchEmbed, PixelAttention, ResTBlock
from solutions.shared.parity import Case, Skip, Unit


def attention(case: Case, dim: int, H: int, W: int, num_heads: int = 8, qkv_bias: bool = False, sr_ratio: int = 1,
              apply_transform: bool = False) -> Unit:
    module = EMSA(dim, num_heads, sr_ratio, qkv_bias, apply_transform)
    return Unit(module, lambda x: module(x, H, W))


def block(case: Case, dim: int, num_heads: int, H: int, W: int, mlp_ratio: float = 4.0, qkv_bias: bool = False,
          sr_ratio: int = 1,
          apply_transform: bool = False) -> Unit:
    module = ResTBlock(dim, num_heads, sr_ratio, mlp_ratio, qkv_bias, apply_transform)
    return Unit(module, lambda x: module(x, H, W))


def pixel_attention(case: Case, dim: int) -> Unit:
    return Unit(PixelAttention(dim), names=(("pa_conv", "conv"),))


def patch_embed(case: Case, patch_size: int = 16, in_ch: int = 3, out_ch: int = 768, with_pos: bool = False) -> Unit:
    """Quirk: the published size is the input's, divided by the patch size and rounded down."""
    module = OverlapPatchEmbed(in_ch, out_ch, patch_size, with_pos)

    def call(x: Tensor) -> dict[str, Tensor]:
        tokens, (height, width) = module(x)
        assert tokens.shape[1] == height * width
        return {"tokens": tokens, "hw": x.new_tensor([x.shape[2] // patch_size, x.shape[3] // patch_size]).long()}

    return Unit(module, call, names=(("norm", "bn"), ("pos.pa_conv", "position.conv")))


class Stem(nn.Module):
    """What the authors put in front of the first stage: three convolutions, and PixelAttention."""

    def __init__(self, in_ch: int, out_ch: int, with_pos: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_ch, out_ch // 2, 3, 2, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(out_ch // 2)
        self.conv2 = nn.Conv2d(out_ch // 2, out_ch // 2, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_ch // 2)
        self.conv3 = nn.Conv2d(out_ch // 2, out_ch, 3, 2, 1, bias=False)
        self.position = PixelAttention(out_ch) if with_pos else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm1(self.conv1(x)).relu()
        x = self.norm2(self.conv2(x)).relu()
        return self.position(self.conv3(x))


def stem(case: Case, in_ch: int = 3, out_ch: int = 64, with_pos: bool = False) -> Unit:
    return Unit(Stem(in_ch, out_ch, with_pos), names=(("pos.pa_conv", "position.conv"),))


def of_rest_v2(case: Case, **config: object) -> Skip:
    return Skip("ResTv2's attention: no exercise")


def gl(case: Case, **config: object) -> Skip:
    return Skip("GL, a convolution that is added: no exercise")


UNITS = {
    "Attention": attention,
    "PA": pixel_attention,
    "PatchEmbed": patch_embed,
    "Block": block,
    "BasicStem": stem,
    "Attention (ResTv2)": of_rest_v2,
    "GL": gl,
}
