"""Vision transformers: huggingface/pytorch-image-models (timm) and huggingface/transformers."""
import torch
from torch import Tensor, nn

from solutions.shared.parity import Case, Skip, Unit
from solutions.vit.reference import MultiHeadSelfAttention, PatchEmbed, VisionTransformer, ViTBlock, resize_positions

PROJECTIONS = ("q_proj", "qkv.q_proj"), ("k_proj", "qkv.k_proj"), ("v_proj", "qkv.v_proj"), ("o_proj", "proj")
LAYER = ("layernorm_before", "norm1"), ("layernorm_after", "norm2"), ("attention", "attn"), *PROJECTIONS
EMBEDDINGS = ("patch_embeddings.projection", "patch_embed.proj"), ("position_embeddings", "pos_embed")


class Separate(nn.Module):
    """The three layers of transformers where timm and we have one."""

    def __init__(self, dim: int, bias: bool) -> None:
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(dim, dim, bias=bias) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([layer(x) for layer in self.children()], dim=2)


class Scaled(nn.Module):
    """Quirk: LayerScale, a factor for each channel of a branch."""

    def __init__(self, branch: nn.Module, dim: int) -> None:
        super().__init__()
        self.branch, self.gamma = branch, nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        return self.gamma * self.branch(x)


def with_eps(module: nn.Module, eps: float) -> nn.Module:
    for layer in module.modules():
        if isinstance(layer, nn.LayerNorm):
            layer.eps = eps
    return module


def patch_embed(case: Case, img_size: list[int], patch_size: int, in_chans: int, embed_dim: int, bias: bool) -> Unit:
    module = PatchEmbed(patch_size, in_chans, embed_dim)
    if not bias:  # a quirk
        module.proj.bias = None
    return Unit(module)


def attention(case: Case, dim: int, num_heads: int, qkv_bias: bool) -> Unit:
    return Unit(MultiHeadSelfAttention(dim, num_heads, qkv_bias))


def separate_attention(case: Case, hidden_size: int, num_attention_heads: int, qkv_bias: bool) -> Unit:
    module = MultiHeadSelfAttention(hidden_size, num_attention_heads, qkv_bias)
    module.qkv = Separate(hidden_size, qkv_bias)
    return Unit(module, names=PROJECTIONS)


def block(case: Case, dim: int, num_heads: int, mlp_ratio: float, qkv_bias: bool, eps: float,
          init_values: float | None = None) -> Unit:
    module = with_eps(ViTBlock(dim, num_heads, mlp_ratio), eps)
    module.attn = MultiHeadSelfAttention(dim, num_heads, qkv_bias)
    if init_values is None:
        return Unit(module)
    module.attn, module.mlp = Scaled(module.attn, dim), Scaled(module.mlp, dim)
    return Unit(module, names=(("attn", "attn.branch"), ("mlp", "mlp.branch"), ("ls1", "attn"), ("ls2", "mlp")))


def layer(case: Case, hidden_size: int, num_attention_heads: int, intermediate_size: int, qkv_bias: bool,
          eps: float) -> Unit:
    module = with_eps(ViTBlock(hidden_size, num_attention_heads, intermediate_size / hidden_size), eps)
    module.attn.qkv = Separate(hidden_size, qkv_bias)
    return Unit(module, names=LAYER)


def embeddings(case: Case, image_size: int, patch_size: int, hidden_size: int,
               interpolate_pos_encoding: bool = False) -> Unit:
    """Quirk: the tokens that go into the blocks. DeiT has a second token in front (its distillation token)."""
    network = VisionTransformer((image_size, image_size), patch_size, hidden_size, 0, 1, 1)
    module, second = nn.Module(), case.unit == "DeiTEmbeddings"
    module.patch_embed, module.cls_token = network.patch_embed, network.cls_token
    if second:
        module.distillation_token = nn.Parameter(torch.zeros(1, 1, hidden_size))
    front = [module.cls_token, *([module.distillation_token] if second else [])]
    module.pos_embed = nn.Parameter(torch.zeros(1, len(front) + network.grid[0] * network.grid[1], hidden_size))

    def call(x: Tensor) -> Tensor:
        tokens = torch.cat([*(token.expand(len(x), -1, -1) for token in front), module.patch_embed(x)], dim=1)
        grid = x.shape[2] // patch_size, x.shape[3] // patch_size
        return tokens + resize_positions(module.pos_embed, network.grid, grid, prefix=len(front))

    return Unit(module, call, names=EMBEDDINGS)


def transformer(case: Case, img_size: int | list[int], patch_size: int, embed_dim: int, depth: int, num_heads: int,
                num_classes: int, mlp_ratio: float = 4, global_pool: str = "token",
                no_embed_class: bool = False) -> Unit:
    size = (img_size, img_size) if isinstance(img_size, int) else tuple(img_size)
    module = VisionTransformer(size, patch_size, embed_dim, depth, num_heads, num_classes, mlp_ratio,
                               pool="mean" if global_pool == "avg" else global_pool)
    if not no_embed_class:
        return Unit(module, names=(("fc_norm", "norm"),))
    module.pos_embed = nn.Parameter(module.pos_embed[:, 1:].clone())

    def call(x: Tensor) -> Tensor:
        """Quirk: the class token has no position vector."""
        tokens = module.patch_embed(x) + module.pos_embed
        tokens = torch.cat([module.cls_token.expand(len(x), -1, -1), tokens], dim=1)
        for each in module.blocks:
            tokens = each(tokens)
        return module.head(module.norm(tokens[:, 0]))

    return Unit(module, call)


def model(case: Case, image_size: int, patch_size: int, hidden_size: int, num_hidden_layers: int,
          num_attention_heads: int, intermediate_size: int, eps: float) -> Unit:
    """All tokens behind the last LayerNorm, without a head."""
    module = VisionTransformer((image_size, image_size), patch_size, hidden_size, num_hidden_layers,
                               num_attention_heads, 1, intermediate_size / hidden_size)
    module.head = nn.Identity()
    for each in with_eps(module, eps).blocks:
        each.attn.qkv = Separate(hidden_size, True)

    def call(x: Tensor) -> Tensor:
        tokens = torch.cat([module.cls_token.expand(len(x), -1, -1), module.patch_embed(x)], dim=1) + module.pos_embed
        for each in module.blocks:
            tokens = each(tokens)
        return module.norm(tokens)

    return Unit(module, call, names=(("embeddings", ""), ("layers", "blocks"), ("layernorm", "norm"), *EMBEDDINGS,
                                     *LAYER))


def windows(case: Case, **config: object) -> Skip:
    return Skip("Swin's blocks: windows are lesson 08a's")


UNITS = {"PatchEmbed": patch_embed, "Attention": attention, "ViTAttention": separate_attention, "Block": block,
         "ViTLayer": layer, "ViTEmbeddings": embeddings, "DeiTEmbeddings": embeddings,
         "VisionTransformer": transformer, "ViTModel": model, "SwinTransformerBlock": windows}
