"""CAT-Net: hust-linyi/CAT-Net."""
import torch.nn.functional as F
from torch import Tensor, nn

from solutions.catnet.reference import CrossMaskedAttention, masked_average_pool, prior_mask, prototype_segmentation
from solutions.shared.parity import Case, Unit

NAMES = ("query", "attention.query"), ("key", "attention.key"), ("value", "attention.value")


class AuthorsAttention(nn.Module):
    """The published block: no mask, no residual, LayerNorm over channels and positions together."""

    def __init__(self, dim: int, layer_norm_shape: list[int], softmax_over: str) -> None:
        super().__init__()
        self.attention = CrossMaskedAttention(dim, softmax_over=softmax_over)
        self.mlp = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, dim))
        self.norm = nn.LayerNorm(layer_norm_shape)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return self.norm(self.mlp(self.attention(x, y).movedim(1, -1)).movedim(-1, 1))


def cross_attention(case: Case, dim: int, layer_norm_shape: list[int]) -> Unit:
    block = AuthorsAttention(dim, layer_norm_shape, softmax_over="keys")
    return Unit(block, call=lambda x, y: {"outx": block(x, y), "outy": block(y, x)}, names=NAMES)


def self_attention(case: Case, dim: int, layer_norm_shape: list[int]) -> Unit:
    block = AuthorsAttention(dim, layer_norm_shape, softmax_over="queries")
    return Unit(block, call=lambda x: block(x, x), names=NAMES)


def get_features(case: Case, channels: int) -> Unit:
    return Unit(call=lambda fts, mask: masked_average_pool(fts, mask))


def generate_prior(case: Case, channels: int, fts_size: list[int], high_avg_pool: str) -> Unit:
    assert high_avg_pool.startswith(f"AdaptiveAvgPool1d({channels})"), "only the pooling that does nothing is ours"

    def call(query_feat: Tensor, supp_feat: Tensor, mask: Tensor) -> Tensor:
        # The published code resizes the mask in float32.
        small = F.interpolate(mask.float()[:, None], size=fts_size, mode="bilinear", align_corners=True)
        return prior_mask(query_feat, supp_feat, small[:, 0].to(mask))[:, None]

    return Unit(call=call)


def get_prediction(case: Case, channels: int, scaler: float, thresh: float) -> Unit:
    return Unit(call=lambda fts, prototype: prototype_segmentation(fts, prototype, thresh, scaler)[:, 0])


UNITS = {
    "CrossAttention": cross_attention,
    "SelfAttention": self_attention,
    "FewShotSeg.getFeatures": get_features,
    "FewShotSeg.generate_prior": generate_prior,
    "FewShotSeg.getPrediction": get_prediction,
}
