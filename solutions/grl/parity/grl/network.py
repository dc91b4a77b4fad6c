"""The published network, composed of our blocks."""
import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from solutions.grl.reference import GRLBlock

RGB_MEAN = 0.4488, 0.4371, 0.4040


def conv(in_channels: int, out_channels: int) -> nn.Conv2d:
    return nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1)


def on_tokens(image: Tensor) -> Tensor:
    return image.flatten(2).transpose(1, 2)


class Stage(nn.Module):
    """Blocks, a convolution and a shortcut around them."""

    def __init__(self, dim: int, depth: int, stripe_shift: bool, pool: type[nn.Module], **block) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            GRLBlock(
                dim,
                window_shift=i % 2 == 0,
                stripe_shift=stripe_shift and i % 4 in (2, 3),
                stripe_type="HW"[i % 2],
                **block,
            )
            for i in range(depth)
        )
        for each in self.blocks:
            each.attn.anchor.pool = pool(block["down_factor"], block["down_factor"])
        self.conv = conv(dim, dim)

    def forward(self, image: Tensor) -> Tensor:
        tokens, size = on_tokens(image), tuple(image.shape[-2:])
        for block in self.blocks:
            tokens = block(tokens, size)
        return image + self.conv(tokens.transpose(1, 2).unflatten(2, size))


class GRLNetwork(nn.Module):
    """From an image to its restoration, `upscale` times as large; arguments as in the published constructor."""

    def __init__(
        self,
        *,
        pool: type[nn.Module],
        upscale: int,
        embed_dim: int,
        depths: list[int],
        num_heads_window: list[int],
        num_heads_stripe: list[int],
        window_size: int,
        stripe_size: list[int | None],
        stripe_groups: list[int | None],
        stripe_shift: bool,
        mlp_ratio: float,
        anchor_window_down_factor: int,
        upsampler: str = "",
        in_channels: int = 3,
        local_connection: bool = False,
    ) -> None:
        super().__init__()
        self.upscale = upscale
        self.upsampler = upsampler
        # As the published code, from float32: the mean has its rounding.
        self.mean = torch.tensor(RGB_MEAN if in_channels == 3 else (0.0,)).view(1, -1, 1, 1)
        groups = max(g or 0 for g in stripe_groups) * anchor_window_down_factor
        self.pad_to = max(window_size, groups, *(s or 0 for s in stripe_size))
        self.conv_first = conv(in_channels, embed_dim)
        self.norm_start = nn.LayerNorm(embed_dim)
        self.layers = nn.ModuleList(
            Stage(
                embed_dim, depth, stripe_shift, pool,
                num_heads_window=heads_window, num_heads_stripe=heads_stripe, window_size=(window_size, window_size),
                stripe_size=stripe_size, stripe_groups=stripe_groups, down_factor=anchor_window_down_factor,
                mlp_ratio=mlp_ratio, local_connection=local_connection,
            )
            for depth, heads_window, heads_stripe in zip(depths, num_heads_window, num_heads_stripe, strict=True)
        )
        self.norm_end = nn.LayerNorm(embed_dim)
        self.conv_after_body = conv(embed_dim, embed_dim)
        self._declare_tail(embed_dim, in_channels)

    def _declare_tail(self, dim: int, out_channels: int, features: int = 64) -> None:
        if self.upsampler == "pixelshuffledirect":
            self.upsample = nn.Sequential(conv(dim, out_channels * self.upscale**2), nn.PixelShuffle(self.upscale))
        elif self.upsampler == "pixelshuffle":
            self.conv_before_upsample = nn.Sequential(conv(dim, features), nn.LeakyReLU())
            self.upsample = nn.Sequential(*self._shuffles(features))
            self.conv_last = conv(features, out_channels)
        else:
            assert not self.upsampler, f"unknown upsampler {self.upsampler!r}"
            self.conv_last = conv(dim, out_channels)

    def _shuffles(self, features: int) -> Iterator[nn.Module]:
        times, factor = (1, 3) if self.upscale == 3 else (int(math.log2(self.upscale)), 2)
        for _ in range(times):
            yield from (conv(features, features * factor**2), nn.PixelShuffle(factor))

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        mean = self.mean.to(x)
        x = self._pad(x) - mean
        first = self.conv_first(x)
        body = first + self.conv_after_body(self._body(first))
        return (self._tail(x, body) + mean)[..., : height * self.upscale, : width * self.upscale]

    def _pad(self, x: Tensor) -> Tensor:
        bottom, right = (-n % self.pad_to for n in x.shape[-2:])
        fits = bottom < x.shape[-2] and right < x.shape[-1]
        return F.pad(x, (0, right, 0, bottom), "reflect" if fits else "constant")

    def _body(self, image: Tensor) -> Tensor:
        image = self._normalised(self.norm_start, image)
        for layer in self.layers:
            image = layer(image)
        return self._normalised(self.norm_end, image)

    @staticmethod
    def _normalised(norm: nn.LayerNorm, image: Tensor) -> Tensor:
        return norm(image.movedim(1, -1)).movedim(-1, 1)

    def _tail(self, x: Tensor, body: Tensor) -> Tensor:
        if self.upsampler == "pixelshuffledirect":
            return self.upsample(body)
        if self.upsampler == "pixelshuffle":
            return self.conv_last(self.upsample(self.conv_before_upsample(body)))
        return x + self.conv_last(body)
