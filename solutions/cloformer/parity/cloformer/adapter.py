"""CloFormer: qhfan/CloFormer, classification/models/blocks.py.
Its SyncBatchNorm equals BatchNorm2d in a single process."""
from torch import nn

from solutions.cloformer.reference import AttnConv, AttnMap, CloAttention, CloBlock, ConvFFN, GlobalBranch
from solutions.shared.parity import Case, Unit

ACT = (("act_block.0", "conv1"), ("act_block.2", "conv2"))


def attention_names(branches: nn.ModuleList, prefix: str = "") -> tuple[tuple[str, str], ...]:
    """The authors' lists beside each other become one list of branches."""
    lists = (("qkvs", "qkv"), ("convs", "mixer"), ("act_blocks", "attn_map"))
    local = ((f"{prefix}{theirs}.{i}", f"{prefix}local_branches.{i}.{ours}") for i in range(len(branches))
             for theirs, ours in lists)
    return (*local, (f"{prefix}global_q", f"{prefix}global_branch.q"), (f"{prefix}global_kv",
                                                                        f"{prefix}global_branch.kv"), *ACT)


def without_biases(attention: CloAttention) -> None:
    """Quirk: with qkv_bias=False the authors' `qkvs`, `global_q`, `global_kv` and `proj` have no bias."""
    for module in attention.modules():
        if isinstance(module, AttnConv):
            module.qkv.bias = None
        elif isinstance(module, GlobalBranch):
            module.q.bias = module.kv.bias = None
    attention.proj.bias = None


def attn_map(case: Case, dim: int) -> Unit:
    return Unit(AttnMap(dim), names=ACT)


def conv_ffn(case: Case, in_channels: int, hidden_channels: int, kernel_size: int, stride: int,
             out_channels: int) -> Unit:
    return Unit(ConvFFN(in_channels, hidden_channels, kernel_size, stride, out_channels))


def attention(case: Case, dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int],
              window_size: int = 7,
              qkv_bias: bool = True) -> Unit:
    module = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
    if not qkv_bias:
        without_biases(module)
    return Unit(module, names=attention_names(module.local_branches))


def block(case: Case, dim: int, out_dim: int, num_heads: int, group_split: list[int], kernel_sizes: list[int],
          window_size: int,
          mlp_kernel_size: int, mlp_ratio: float, stride: int, qkv_bias: bool = True) -> Unit:
    module = CloBlock(dim, out_dim, num_heads, group_split, kernel_sizes, window_size, mlp_kernel_size, mlp_ratio,
                      stride)
    if not qkv_bias:
        without_biases(module.attn)
    return Unit(module, names=attention_names(module.attn.local_branches, "attn."))


UNITS = {"AttnMap": attn_map, "ConvFFN": conv_ffn, "EfficientAttention": attention, "EfficientBlock": block}
