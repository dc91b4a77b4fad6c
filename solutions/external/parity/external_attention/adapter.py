"""External Attention: MenghaoGuo/EANet, and xmu-xiaoma666/External-Attention-pytorch, which has no eps."""
from solutions.external.reference import (
    ExternalAttention,
    ExternalAttentionBlock,
    MultiHeadExternalAttention,
    double_normalize,
)
from solutions.shared.parity import Case, Unit

BLOCK = ("linear_0", "attention.mk"), ("linear_1", "attention.mv"), ("conv2.0", "conv2"), ("conv2.1", "bn")
HEADS = ("trans_dims", "expand"), ("linear_0", "mk"), ("linear_1", "mv")


def block(case: Case, c: int) -> Unit:
    return Unit(ExternalAttentionBlock(c), names=BLOCK)


def multi_head(case: Case, dim: int, num_heads: int = 8) -> Unit:
    return Unit(MultiHeadExternalAttention(dim, num_heads), names=HEADS)


def without_eps(case: Case, d_model: int, S: int = 64) -> Unit:
    """Quirk: it divides by the sum alone."""
    module = ExternalAttention(d_model, S)

    def call(x):
        return module.mv(double_normalize(module.mk(x), eps=0))

    return Unit(module, call)


UNITS = {
    "External_attention": block,
    "Attention (multi-head external attention)": multi_head,
    "ExternalAttention": without_eps,
}
