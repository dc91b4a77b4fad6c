"""What learners write for `CMAT`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import default, defaults, detached

CMAT_NORM_OVER_PICTURE = ("Your norm runs over channels and positions together, as in the authors' code. It should "
                          "run over the C channels of each position.")
CMAT_NORM_OVER_POSITIONS = ("Your norm runs over the positions of each channel. It should run over the C channels of "
                            "each position.")

RIGHT = {
    "functional": """
def _norm(layer, f):
    '''LayerNorm over axis 1, by hand.'''
    mean = f.mean(dim=1, keepdim=True)
    var = f.var(dim=1, keepdim=True, unbiased=False)
    f = (f - mean) / torch.sqrt(var + layer.eps)
    return f * layer.weight[:, None, None] + layer.bias[:, None, None]

def _conv(layer, f):
    return F.conv2d(f, layer.weight[:, :, None, None], layer.bias)

class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        for name in ("self_attention", "cross_attention"):
            setattr(self, name, CrossMaskedAttention(channels, reduction))
        for i in range(3):
            self.add_module(f"norm{i}", nn.LayerNorm(channels))
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        old = [_norm(self.norm0, a + self.self_attention(a, a)) for a in (query, support)]
        new = []
        for a, b, m in zip(old, reversed(old), (query_mask, support_mask)):
            z = _norm(self.norm1, a + self.cross_attention(a, b, m))
            h = _conv(self.mlp[0], z).relu()
            new.append(_norm(self.norm2, z + _conv(self.mlp[2], h)))
        return new[0], new[1]
""",
    "methods": """
class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        C = channels
        self.self_attention, self.cross_attention = (CrossMaskedAttention(C, reduction) for _ in range(2))
        self.norm0, self.norm1, self.norm2 = (nn.LayerNorm(C) for _ in range(3))
        self.mlp = nn.Sequential(nn.Linear(C, C), nn.ReLU(inplace=True), nn.Linear(C, C))

    @staticmethod
    def at_positions(layer, f):
        return layer(f.movedim(1, -1)).movedim(-1, 1)

    def look_at_yourself(self, f):
        return self.at_positions(self.norm0, f + self.self_attention(f, f))

    def look_across(self, f, g, mask):
        z = self.at_positions(self.norm1, f + self.cross_attention(f, g, mask=mask))
        return self.at_positions(self.norm2, z + self.at_positions(self.mlp, z))

    def forward(self, query, support, query_mask, support_mask):
        q = self.look_at_yourself(query)
        s = self.look_at_yourself(support)
        new_q = self.look_across(q, s, query_mask)
        new_s = self.look_across(s, q, support_mask)
        return new_q, new_s
""",
    "one-batch": """
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        both = torch.cat([query, support])
        both = both + self.self_attention(both, both)
        both = self.norm0(both.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        q, s = both.chunk(2)
        other = torch.cat([s, q])
        masks = torch.cat([query_mask, support_mask])
        z = (both + self.cross_attention(both, other, masks)).permute(0, 2, 3, 1)
        z = self.norm1(z)
        out = self.norm2(z + self.mlp(z)).permute(0, 3, 1, 2)
        return tuple(out.chunk(2))
""",
    "plain": """
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(
        self,
        query: torch.Tensor,
        support: torch.Tensor,
        query_mask: torch.Tensor,
        support_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        def first(a):
            a = a + self.self_attention(a, a)
            return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

        def second(a, b, m):
            z = a + self.cross_attention(a, b, m)
            z = self.norm1(z.permute(0, 2, 3, 1))
            z = self.norm2(z + self.mlp(z))
            return z.permute(0, 3, 1, 2)

        query, support = first(query), first(support)
        return second(query, support, query_mask), second(support, query, support_mask)
""",
}

MISTAKES = (
    Mistake("cmat-in-turn",
            "In the second step you change the query first, and your support reads the changed query. Each picture "
            "should read the other one as the first step left it.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 """query = self._refine(query, support, query_mask)
        return query, self._refine(support, query, support_mask)"""}, hint=2),
    Mistake("cmat-in-turn-backwards",
            "In the second step you change the support first, and your query reads the changed support. Each picture "
            "should read the other one as the first step left it.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 """support = self._refine(support, query, support_mask)
        return self._refine(query, support, query_mask), support"""}, hint=2),
    Mistake("cmat-masks-exchanged",
            "You have swapped the masks. Use the query's mask for the values that the query gathers, and the "
            "support's mask for those that the support gathers.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(query, support, support_mask), self._refine(support, query, query_mask)"}),
    Mistake("cmat-query-mask-twice", "You use the query's mask for both pictures. The support has a mask of its own.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(query, support, query_mask), self._refine(support, query, query_mask)"}),
    Mistake("cmat-support-mask-twice",
            "You use the support's mask for both pictures. The query has a mask of its own.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(query, support, support_mask), self._refine(support, query, support_mask)"}),
    Mistake("cmat-masks-ignored", "You do not use the masks. Pass them to the cross-attention.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(query, support, None), self._refine(support, query, None)"}, hint=2),
    Mistake("cmat-support-unmasked",
            "You use no mask for the values that the support gathers. Multiply these values by the support's mask.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(query, support, query_mask), self._refine(support, query, None)"}, hint=2),
    Mistake("cmat-query-unmasked",
            "You use no mask for the values that the query gathers. Multiply these values by the query's mask.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(query, support, None), self._refine(support, query, support_mask)"}, hint=2),
    Mistake("cmat-both-masks",
            "You multiply the two masks with each other. Each picture should use only its own mask.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 """return (self._refine(query, support, query_mask * support_mask),
                self._refine(support, query, query_mask * support_mask))"""}),
    Mistake("cmat-returned-swapped", "You return the support first. Return the query first.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(support, query, support_mask), self._refine(query, support, query_mask)"}),
    Mistake("cmat-query-alone", "You return the query only. The support is refined too: return both.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(query, support, query_mask)"}, hint=3),
    Mistake("cmat-support-not-refined",
            "In the second step your support stays as it is. It should gather from the query, as the query gathers "
            "from it.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(query, support, query_mask), support"}, hint=2),
    Mistake("cmat-own-pictures", "In the second step each picture reads itself. Each should read the other one.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(query, query, query_mask), self._refine(support, support, support_mask)"},
            hint=2),
    Mistake("cmat-stacked", "You return one tensor that holds both pictures. Return a tuple of two tensors.",
            {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return torch.stack([self._refine(query, support, query_mask), self._refine(support, query, "
                 "support_mask)])"}),
    detached("cmat-detached", "the result is detached, so no layer before it would ever learn",
             {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                  """return (self._refine(query, support, query_mask).detach(),
                self._refine(support, query, support_mask).detach())"""}),
    detached("cmat-other-detached", "the picture that is read is detached, so half of the gradient is missing",
             {"return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                  """return (self._refine(query, support.detach(), query_mask),
                self._refine(support, query.detach(), support_mask))"""}),
    Mistake("cmat-raw-others",
            "In your second step each picture reads the other one as it came in. It should read that picture as the "
            "first step has changed it.",
            {"query, support = self._refine_alone(query), self._refine_alone(support)": """first = query, support
        query, support = self._refine_alone(query), self._refine_alone(support)""",
             "return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(query, first[1], query_mask), self._refine(support, first[0], support_mask)"},
            hint=2),
    Mistake("cmat-raw-query",
            "The support reads the query as it came in. It should read the query as the first step has changed it.",
            {"query, support = self._refine_alone(query), self._refine_alone(support)": """first = query
        query, support = self._refine_alone(query), self._refine_alone(support)""",
             "return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(query, support, query_mask), self._refine(support, first, support_mask)"},
            hint=2),
    Mistake("cmat-raw-support",
            "The query reads the support as it came in. It should read the support as the first step has changed it.",
            {"query, support = self._refine_alone(query), self._refine_alone(support)": """first = support
        query, support = self._refine_alone(query), self._refine_alone(support)""",
             "return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(query, first, query_mask), self._refine(support, query, support_mask)"}, hint=2),
    Mistake("cmat-raw-shortcuts",
            "In the second step your shortcut adds the picture as it came in. It should add the picture as the first "
            "step has changed it.",
            {"query, support = self._refine_alone(query), self._refine_alone(support)": """first = query, support
        query, support = self._refine_alone(query), self._refine_alone(support)""",
             "return self._refine(query, support, query_mask), self._refine(support, query, support_mask)":
                 "return self._refine(query, support, query_mask, first[0]), self._refine(support, query, "
                 "support_mask, first[1])",
             "b: Tensor, mask: Tensor)": "b: Tensor, mask: Tensor, first: Tensor)",
             "_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "_at_positions(self.norm1, first + self.cross_attention(a, b, mask))"}, hint=2),
    Mistake("cmat-mask-in-the-first-step",
            "The mask is used in the self-attention too. It belongs only to the cross-attention.",
            {"query, support = self._refine_alone(query), self._refine_alone(support)":
                 "query, support = self._refine_alone(query, query_mask), self._refine_alone(support, support_mask)",
             "_refine_alone(self, a: Tensor)": "_refine_alone(self, a: Tensor, mask: Tensor)",
             "_at_positions(self.norm0, a + self.self_attention(a, a))":
                 "_at_positions(self.norm0, a + self.self_attention(a, a, mask))"}, hint=2),
    Mistake("cmat-attentions-exchanged",
            "`self_attention` and `cross_attention` have changed places: the self-attention should come first.",
            {"_at_positions(self.norm0, a + self.self_attention(a, a))":
                 "_at_positions(self.norm0, a + self.cross_attention(a, a))",
             "_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "_at_positions(self.norm1, a + self.self_attention(a, b, mask))"}),
    Mistake("cmat-norms-exchanged",
            "norm1 and norm2 have changed places: norm1 belongs after the cross-attention, and norm2 after the MLP.",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "_at_positions(self.norm2, a + self.cross_attention(a, b, mask))",
             "_at_positions(self.norm2, z + _at_positions(self.mlp, z))":
                 "_at_positions(self.norm1, z + _at_positions(self.mlp, z))"}),
    Mistake("cmat-no-first-step",
            "The first step is missing. For each picture, compute norm0(a + self_attention(a, a)) first.",
            {"query, support = self._refine_alone(query), self._refine_alone(support)": "pass"}, hint=2),
    Mistake("cmat-only-query-first", "Only the query goes through the first step. The support should too.",
            {"query, support = self._refine_alone(query), self._refine_alone(support)":
                 "query = self._refine_alone(query)"}, hint=2),
    Mistake("cmat-only-support-first", "Only the support goes through the first step. The query should too.",
            {"query, support = self._refine_alone(query), self._refine_alone(support)":
                 "support = self._refine_alone(support)"}, hint=2),
    Mistake("cmat-first-step-twice", "Your first step runs twice for the query. It should run once for each picture.",
            {"query, support = self._refine_alone(query), self._refine_alone(support)":
                 """query, support = self._refine_alone(query), self._refine_alone(support)
        query = self._refine_alone(query)"""}),
    Mistake("cmat-no-shortcut-first",
            "The shortcut around the self-attention is missing: write norm0(a + self_attention(a, a)).",
            {"_at_positions(self.norm0, a + self.self_attention(a, a))":
                 "_at_positions(self.norm0, self.self_attention(a, a))"}),
    Mistake("cmat-no-norm0", "You do not use norm0. It should normalise a + self_attention(a, a).",
            {"_at_positions(self.norm0, a + self.self_attention(a, a))": "a + self.self_attention(a, a)"}),
    Mistake("cmat-norm0-first", "Your norm0 comes before the self-attention. It should normalise the sum.",
            {"_at_positions(self.norm0, a + self.self_attention(a, a))":
                 "a + self.self_attention(_at_positions(self.norm0, a), _at_positions(self.norm0, a))"}),
    Mistake("cmat-shortcut-outside", "You add `a` after norm0. norm0 should normalise the sum.",
            {"_at_positions(self.norm0, a + self.self_attention(a, a))":
                 "a + _at_positions(self.norm0, self.self_attention(a, a))"}),
    Mistake("cmat-norm1-for-0", "You use norm1 in the first step. The first step has a norm of its own, norm0.",
            {"_at_positions(self.norm0, a + self.self_attention(a, a))":
                 "_at_positions(self.norm1, a + self.self_attention(a, a))"}),
    Mistake("cmat-cross-layers-first", "Your first step uses `cross_attention`. It should use `self_attention`.",
            {"_at_positions(self.norm0, a + self.self_attention(a, a))":
                 "_at_positions(self.norm0, a + self.cross_attention(a, a))"}),
    Mistake("cmat-norm-over-picture", CMAT_NORM_OVER_PICTURE,
            {"_at_positions(self.norm0, a + self.self_attention(a, a))":
                 "F.layer_norm(a + self.self_attention(a, a), a.shape[1:]) * self.norm0.weight[:, None, None] + "
                 "self.norm0.bias[:, None, None]"}, hint=1),
    Mistake("cmat-norm-over-positions", CMAT_NORM_OVER_POSITIONS,
            {"_at_positions(self.norm0, a + self.self_attention(a, a))":
                 "F.layer_norm(a + self.self_attention(a, a), a.shape[2:]) * self.norm0.weight[:, None, None] + "
                 "self.norm0.bias[:, None, None]"}, hint=1),
    Mistake("cmat-norms-over-pictures", CMAT_NORM_OVER_PICTURE,
            {"_at_positions(self.norm0, a + self.self_attention(a, a))":
                 "F.layer_norm(a + self.self_attention(a, a), a.shape[1:]) * self.norm0.weight[:, None, None] + "
                 "self.norm0.bias[:, None, None]",
             "_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "F.layer_norm(a + self.cross_attention(a, b, mask), a.shape[1:]) * self.norm1.weight[:, None, "
                 "None] + self.norm1.bias[:, None, None]",
             "_at_positions(self.norm2, z + _at_positions(self.mlp, z))":
                 "F.layer_norm(z + _at_positions(self.mlp, z), a.shape[1:]) * self.norm2.weight[:, None, None] + "
                 "self.norm2.bias[:, None, None]"}, hint=1),
    Mistake("cmat-norms-over-positions", CMAT_NORM_OVER_POSITIONS,
            {"_at_positions(self.norm0, a + self.self_attention(a, a))":
                 "F.layer_norm(a + self.self_attention(a, a), a.shape[2:]) * self.norm0.weight[:, None, None] + "
                 "self.norm0.bias[:, None, None]",
             "_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "F.layer_norm(a + self.cross_attention(a, b, mask), a.shape[2:]) * self.norm1.weight[:, None, "
                 "None] + self.norm1.bias[:, None, None]",
             "_at_positions(self.norm2, z + _at_positions(self.mlp, z))":
                 "F.layer_norm(z + _at_positions(self.mlp, z), a.shape[2:]) * self.norm2.weight[:, None, None] + "
                 "self.norm2.bias[:, None, None]"}, hint=1),
    Mistake("cmat-no-shortcut-cross",
            "The shortcut around the cross-attention is missing: write norm1(a + cross_attention(a, b, m)).",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "_at_positions(self.norm1, self.cross_attention(a, b, mask))"}),
    Mistake("cmat-no-norm1", "You do not use norm1. It should normalise a + cross_attention(a, b, m).",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "a + self.cross_attention(a, b, mask)"}),
    Mistake("cmat-masked-sum", "You multiply the shortcut by the mask too. Multiply only the gathered values by it.",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "_at_positions(self.norm1, (a + self.cross_attention(a, b)) * mask)"}),
    Mistake("cmat-masked-after",
            "You multiply by the mask after norm1. Multiply only the gathered values by it, before norm1.",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "_at_positions(self.norm1, a + self.cross_attention(a, b)) * mask"}),
    Mistake("cmat-shortcut-of-b", "You add `b`. The shortcut should be `a`, the picture that gathers.",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "_at_positions(self.norm1, b + self.cross_attention(a, b, mask))"}),
    Mistake("cmat-read-by-b", "In your second step `b` gathers from `a`. Here `a` should gather from `b`.",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "_at_positions(self.norm1, a + self.cross_attention(b, a, mask))"}),
    Mistake("cmat-self-layers", "Your second step uses `self_attention`. It should use `cross_attention`.",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "_at_positions(self.norm1, a + self.self_attention(a, b, mask))"}),
    Mistake("cmat-shortcut-outside-cross", "You add `a` after norm1. norm1 should normalise the sum.",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "a + _at_positions(self.norm1, self.cross_attention(a, b, mask))"}),
    Mistake("cmat-mask-on-b",
            "You multiply `b` by the mask. Pass the mask to `cross_attention`, which multiplies the gathered values "
            "by it.",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "_at_positions(self.norm1, a + self.cross_attention(a, b * mask))"}),
    Mistake("cmat-mask-on-a",
            "You multiply `a` by the mask. Pass the mask to `cross_attention`, which multiplies the gathered values "
            "by it.",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "_at_positions(self.norm1, a + self.cross_attention(a * mask, b))"}),
    Mistake("cmat-norm1-first", "Your norm1 comes before the cross-attention. It should normalise the sum.",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "a + self.cross_attention(_at_positions(self.norm1, a), _at_positions(self.norm1, b), mask)"}),
    Mistake("cmat-norm0-again",
            "You use norm0 again in the second step. The second step has a norm of its own, norm1.",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "_at_positions(self.norm0, a + self.cross_attention(a, b, mask))"}),
    Mistake("cmat-rounded-mask", "You round the masks to 0 and 1. Pass them on as they are.",
            {"_at_positions(self.norm1, a + self.cross_attention(a, b, mask))":
                 "_at_positions(self.norm1, a + self.cross_attention(a, b, (mask > 0.5).to(a.dtype)))"}),
    Mistake("cmat-no-shortcut-mlp", "The shortcut around the MLP is missing: write norm2(z + mlp(z)).",
            {"_at_positions(self.norm2, z + _at_positions(self.mlp, z))":
                 "_at_positions(self.norm2, _at_positions(self.mlp, z))"}),
    Mistake("cmat-no-norm2", "You do not use norm2. It should normalise z + mlp(z).",
            {"_at_positions(self.norm2, z + _at_positions(self.mlp, z))": "z + _at_positions(self.mlp, z)"}),
    Mistake("cmat-no-mlp", "You do not use the MLP. The last step should be norm2(z + mlp(z)).",
            {"_at_positions(self.norm2, z + _at_positions(self.mlp, z))": "_at_positions(self.norm2, z)"}),
    Mistake("cmat-shortcut-outside-mlp", "You add `z` after norm2. norm2 should normalise the sum.",
            {"_at_positions(self.norm2, z + _at_positions(self.mlp, z))":
                 "z + _at_positions(self.norm2, _at_positions(self.mlp, z))"}),
    Mistake("cmat-norm2-first", "Your norm2 comes before the MLP. It should normalise the sum.",
            {"_at_positions(self.norm2, z + _at_positions(self.mlp, z))":
                 "z + _at_positions(self.mlp, _at_positions(self.norm2, z))"}),
    Mistake("cmat-mlp-of-a", "Your MLP reads `a`. It should read `z`.",
            {"_at_positions(self.norm2, z + _at_positions(self.mlp, z))":
                 "_at_positions(self.norm2, z + _at_positions(self.mlp, a))"}),
    Mistake("cmat-added-to-a", "You add `a` to the MLP's output. Add `z`.",
            {"_at_positions(self.norm2, z + _at_positions(self.mlp, z))":
                 "_at_positions(self.norm2, a + _at_positions(self.mlp, z))"}),
    Mistake("cmat-norm1-again", "You use norm1 again after the MLP. The MLP has a norm of its own, norm2.",
            {"_at_positions(self.norm2, z + _at_positions(self.mlp, z))":
                 "_at_positions(self.norm1, z + _at_positions(self.mlp, z))"}),
    Mistake("cmat-no-relu",
            "The ReLU of the MLP is missing. Without it, two linear layers in a row can do no more than a single one.",
            {"self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))":
                 "self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.Linear(channels, channels))"}),
    Mistake("cmat-gelu", "Your MLP has a GELU. It should have a ReLU.",
            {"self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))":
                 "self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.GELU(), nn.Linear(channels, channels))"}),
    Mistake("cmat-wide-mlp", "Your MLP has 4C channels inside. Both of its layers should go from C to C.",
            {"self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))":
                 "self.mlp = nn.Sequential(nn.Linear(channels, 4 * channels), nn.ReLU(), nn.Linear(4 * channels, "
                 "channels))"}),
    Mistake("cmat-last-relu", "Your MLP ends with a ReLU. It should end with a Linear.",
            {"self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))":
                 "self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, "
                 "channels), nn.ReLU())"}),
    Mistake("cmat-one-attention", "Your two attentions are the same module. Each should have weights of its own.",
            {"self.cross_attention = CrossMaskedAttention(channels, reduction)":
                 "self.cross_attention = self.self_attention"}),
    Mistake("cmat-default-inside",
            "You do not pass `reduction` on to `cross_attention`. Both attentions should get it.",
            {"self.cross_attention = CrossMaskedAttention(channels, reduction)":
                 "self.cross_attention = CrossMaskedAttention(channels)"}),
    Mistake("cmat-reduction-ignored", "The argument `reduction` has no effect: pass it on to the two attentions.",
            {"self.self_attention = CrossMaskedAttention(channels, reduction)":
                 "self.self_attention = CrossMaskedAttention(channels)",
             "self.cross_attention = CrossMaskedAttention(channels, reduction)":
                 "self.cross_attention = CrossMaskedAttention(channels)"}),
    Mistake("cmat-softmax-over-queries",
            "Your self-attention takes the softmax over the queries, as the authors' code does. Here it should run "
            "over the keys.",
            {"self.self_attention = CrossMaskedAttention(channels, reduction)":
                 'self.self_attention = CrossMaskedAttention(channels, reduction, "queries")'}),
    Mistake("cmat-eps", "The eps of your LayerNorms is not torch's default. Keep the default, 1e-5.",
            {"self.norm0 = nn.LayerNorm(channels)": "self.norm0 = nn.LayerNorm(channels, eps=1e-6)",
             "self.norm1 = nn.LayerNorm(channels)": "self.norm1 = nn.LayerNorm(channels, eps=1e-6)",
             "self.norm2 = nn.LayerNorm(channels)": "self.norm2 = nn.LayerNorm(channels, eps=1e-6)"}),
    Mistake("cmat-eps-3", "The eps of your LayerNorms is not torch's default. Keep the default, 1e-5.",
            {"self.norm0 = nn.LayerNorm(channels)": "self.norm0 = nn.LayerNorm(channels, eps=1e-3)",
             "self.norm1 = nn.LayerNorm(channels)": "self.norm1 = nn.LayerNorm(channels, eps=1e-3)",
             "self.norm2 = nn.LayerNorm(channels)": "self.norm2 = nn.LayerNorm(channels, eps=1e-3)"}),
    Mistake("cmat-eps-4", "The eps of your LayerNorms is not torch's default. Keep the default, 1e-5.",
            {"self.norm0 = nn.LayerNorm(channels)": "self.norm0 = nn.LayerNorm(channels, eps=1e-4)",
             "self.norm1 = nn.LayerNorm(channels)": "self.norm1 = nn.LayerNorm(channels, eps=1e-4)",
             "self.norm2 = nn.LayerNorm(channels)": "self.norm2 = nn.LayerNorm(channels, eps=1e-4)"}),
    Mistake("cmat-eps-8", "The eps of your LayerNorms is not torch's default. Keep the default, 1e-5.",
            {"self.norm0 = nn.LayerNorm(channels)": "self.norm0 = nn.LayerNorm(channels, eps=1e-8)",
             "self.norm1 = nn.LayerNorm(channels)": "self.norm1 = nn.LayerNorm(channels, eps=1e-8)",
             "self.norm2 = nn.LayerNorm(channels)": "self.norm2 = nn.LayerNorm(channels, eps=1e-8)"}),
    Mistake("cmat-eps-12", "The eps of your LayerNorms is not torch's default. Keep the default, 1e-5.",
            {"self.norm0 = nn.LayerNorm(channels)": "self.norm0 = nn.LayerNorm(channels, eps=1e-12)",
             "self.norm1 = nn.LayerNorm(channels)": "self.norm1 = nn.LayerNorm(channels, eps=1e-12)",
             "self.norm2 = nn.LayerNorm(channels)": "self.norm2 = nn.LayerNorm(channels, eps=1e-12)"}),
    Mistake("cmat-one-norm", "You use one LayerNorm for all three steps. Make three: norm0, norm1, norm2.",
            {"self.norm1 = nn.LayerNorm(channels)": "self.norm1 = self.norm0",
             "self.norm2 = nn.LayerNorm(channels)": "self.norm2 = self.norm0"}),
    default("cmat-default-reduction", "reduction: int = 8", 4),
    Mistake("cmat-only-in-eval",
            "In training mode your block returns its input as it is. It should compute its result in training mode "
            "as it does in eval mode.",
            {"query, support = self._refine_alone(query), self._refine_alone(support)": """if self.training:
            return query, support
        query, support = self._refine_alone(query), self._refine_alone(support)"""}),
    *defaults("cmat", "reduction: int = 8", 16),
)

WRONG = (
    Wrong("first-step-no-grad",
          {"""q = self.look_at_yourself(query)
        s = self.look_at_yourself(support)""": """with torch.no_grad():
            q = self.look_at_yourself(query)
            s = self.look_at_yourself(support)"""}, of="methods", says="no gradient arrives"),
    Wrong("in-place", {"a = a + self.self_attention(a, a)": "a += self.self_attention(a, a)"}, of="plain",
          says="Input `query`: your code changes it in place"),
    Wrong("interleaved-chunks", {"tuple(out.chunk(2))": "(out[0::2], out[1::2])"}, of="one-batch",
          says="only the first image is right"),
    Wrong("norm-without-affine",
          {"self.norm0 = nn.LayerNorm(channels)": "self.norm0 = nn.LayerNorm(channels, elementwise_affine=False)",
           "self.norm1 = nn.LayerNorm(channels)": "self.norm1 = nn.LayerNorm(channels, elementwise_affine=False)",
           "self.norm2 = nn.LayerNorm(channels)": "self.norm2 = nn.LayerNorm(channels, elementwise_affine=False)"},
          of="plain", says="Missing: `norm0.weight`"),
    Wrong("norm-without-permute", """
class CMAT(nn.Module):
    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.self_attention = CrossMaskedAttention(channels, reduction)
        self.cross_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        def first(a):
            return self.norm0(a + self.self_attention(a, a))

        def second(a, b, m):
            z = self.norm1(a + self.cross_attention(a, b, m))
            return self.norm2(z + self.mlp(z))

        q, s = first(query), first(support)
        return second(q, s, query_mask), second(s, q, support_mask)
""", says="Given normalized_shape=[4]"),
    Wrong("norm0-functional",
          {"self.norm0 = nn.LayerNorm(channels)\n        ": "",
           "def forward": """def first(self, a):
        a = a + self.self_attention(a, a)
        return F.layer_norm(a.permute(0, 2, 3, 1), a.shape[1:2]).permute(0, 3, 1, 2)
    def second(self, a, b, m):
        z = a + self.cross_attention(a, b, m)
        z = self.norm1(z.permute(0, 2, 3, 1))
        return self.norm2(z + self.mlp(z)).permute(0, 3, 1, 2)
    def forward""",
           """def first(a):
            return self.norm0(a + self.self_attention(a, a))

        def second(a, b, m):
            z = self.norm1(a + self.cross_attention(a, b, m))
            return self.norm2(z + self.mlp(z))

        """: "",
           "= first": "= self.first",
           ", first": ", self.first",
           "second(q": "self.second(q",
           ", second": ", self.second"}, of="norm-without-permute", says="Missing: `norm0.weight`"),
    Wrong("norms-in-a-list",
          {"""self.norm0 = nn.LayerNorm(channels)
        self.norm1 = nn.LayerNorm(channels)
        self.norm2 = nn.LayerNorm(channels)""": "self.norms = [nn.LayerNorm(channels) for _ in range(3)]",
           "return self.norm0(a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)":
               "return self.norms[0](a.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)",
           """z = self.norm1(z.permute(0, 2, 3, 1))
            z = self.norm2(z + self.mlp(z))""": """z = self.norms[1](z.permute(0, 2, 3, 1))
            z = self.norms[2](z + self.mlp(z))"""}, of="plain", says="a plain Python container"),
    Wrong("not-permuted-back", {"z.permute(0, 3, 1, 2)": "z"}, of="plain",
          says="its axes are in the order (0, 2, 3, 1)"),
    Wrong("own-layers-for-support",
          {"self.norm0 ": """self.support_attention = CrossMaskedAttention(channels, reduction)
        self.norm0 """,
           "a):": "a, attention):",
           "self.self_attention(": "attention(",
           "first(query), first(support)":
               "(first(query, self.self_attention), first(support, self.support_attention))"}, of="plain",
          says="Not expected: `support_attention.query.weight`"),
    Wrong("second-linear-missing", {"_conv(self.mlp[2], h)": "h"}, of="functional",
          says="`mlp.2` is made and never called"),
    Wrong("self-attention-in-turn", {"(support": "(q"}, of="methods",
          says="Gradient of `support`: no gradient arrives"),
)

EQUIVALENT = (
    "19: b last two axes exchanged",
)
