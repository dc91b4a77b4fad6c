"""What learners write for `AffineTransform`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import attention_dropout

AFFINE_LOG__ = ("You take log10, but `exp` undoes only the natural logarithm. `math.log10(100)` is 2, so your scale "
                "never gets above 7.4. Write `math.log(100)`, which is 4.6.")

RIGHT = {
    "affine-repeat": """
class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(torch.log(10 * torch.ones(num_heads, 1, 1)))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(inplace=True), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        attn = attn * torch.clamp(self.logit_scale, max=math.log(1 / 0.01)).exp()
        bias = self.cpb_mlp(table).view(-1, attn.shape[1])
        bias = bias[index.view(-1)].view(*index.shape, -1).permute(2, 0, 1).contiguous()
        attn = attn + 16 * bias.sigmoid().unsqueeze(0)
        if mask is not None:
            attn = attn + mask.repeat(len(attn) // len(mask), 1, 1).unsqueeze(1)
        return attn
""",
    "affine-sigmoid-first": """
class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(torch.zeros(num_heads, 1, 1) + math.log(10))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        cells = (16 * torch.sigmoid(self.cpb_mlp(table))).flatten(0, -2).T
        logits = torch.exp(self.logit_scale).clamp(max=100.0) * attn + cells[:, index]
        if mask is None:
            return logits
        b, h, n, m = logits.shape
        return (logits.view(-1, len(mask), h, n, m) + mask[None, :, None]).view(b, h, n, m)
""",
}

HINTS = {"` subtracts.": 1, "` multiplies.": 2}

MISTAKES = (
    Mistake("affine-no-clamp",
            "Your scale is not clamped, or its largest value is too large. No scale should be above 100. Clamp its "
            "logarithm, logit_scale, at log 100 = 4.6, and not at 100.",
            {"self.logit_scale.clamp(max=math.log(100)).exp()": "self.logit_scale.exp()"}),
    Mistake("affine-clamped-below",
            "You clamp from below (`min=`). log 100 should be the largest value: `max=math.log(100)`.",
            {"self.logit_scale.clamp(max=math.log(100)).exp()": "self.logit_scale.clamp(min=math.log(100)).exp()"}),
    Mistake("affine-scale-clamped-at-log", "You clamp the scale itself at log 100 = 4.6, after exp. Clamp before exp.",
            {"self.logit_scale.clamp(max=math.log(100)).exp()": "self.logit_scale.exp().clamp(max=math.log(100))"}),
    Mistake("affine-clamped-at-10", "Your scale never gets above 10, where it starts. It should be able to reach 100.",
            {"self.logit_scale.clamp(max=math.log(100)).exp()": "self.logit_scale.clamp(max=math.log(10)).exp()"}),
    Mistake("affine-log10", AFFINE_LOG__,
            {"self.logit_scale.clamp(max=math.log(100)).exp()": "self.logit_scale.clamp(max=2.0).exp()",
             "torch.full((num_heads, 1, 1), math.log(10))": "torch.full((num_heads, 1, 1), 1.0)"}),
    Mistake("affine-log10-clamp", AFFINE_LOG__,
            {"self.logit_scale.clamp(max=math.log(100)).exp()": "self.logit_scale.clamp(max=2.0).exp()"}),
    Mistake("affine-no-exp",
            "You multiply by the parameter itself. The parameter is a logarithm: take exp of it first.",
            {"self.logit_scale.clamp(max=math.log(100)).exp()": "self.logit_scale.clamp(max=math.log(100))"}),
    Mistake("affine-starts-at-10",
            "Your logit_scale starts at 10. But it is a logarithm: start it at log 10 = 2.30, so that the scale is "
            "10.", {"torch.full((num_heads, 1, 1), math.log(10))": "torch.full((num_heads, 1, 1), 10.0)"}),
    Mistake("affine-starts-at-1",
            "Your logit_scale starts at 1. It should start at log 10 = 2.30, so that the scale is 10.",
            {"torch.full((num_heads, 1, 1), math.log(10))": "torch.ones(num_heads, 1, 1)"}),
    Mistake("affine-starts-at-clip",
            "Your logit_scale does not start at log 10 = 2.30. (CLIP, for example, starts at log(1 / 0.07).)",
            {"torch.full((num_heads, 1, 1), math.log(10))": "torch.full((num_heads, 1, 1), math.log(1 / 0.07))"}),
    Mistake("affine-starts-at-0",
            "Your logit_scale starts at 0. It should start at log 10 = 2.30, so that the scale is 10.",
            {"torch.full((num_heads, 1, 1), math.log(10))": "torch.zeros(num_heads, 1, 1)"}),
    Mistake("affine-one-scale",
            "All heads share the scale of the first one. Each head has its own: logit_scale is (num_heads, 1, 1).",
            {"self.logit_scale.clamp(max=math.log(100)).exp()": "self.logit_scale[:1].clamp(max=math.log(100)).exp()"}),
    Mistake("affine-no-bias",
            "The position bias is missing: you return only attn * scale (and the mask). Add 16 * sigmoid(...) of "
            "cpb_mlp's output.", {"attn * scale + 16 * torch.sigmoid(bias)": "attn * scale + 0 * torch.sigmoid(bias)"}),
    Mistake("affine-no-sigmoid",
            "The sigmoid of the bias is missing. Write 16 * sigmoid(...), which keeps the bias between 0 and 16.",
            {"attn * scale + 16 * torch.sigmoid(bias)": "attn * scale + 16 * bias"}),
    Mistake("affine-bare-bias", "You add cpb_mlp's output as it is. Take its sigmoid and multiply that by 16 first.",
            {"attn * scale + 16 * torch.sigmoid(bias)": "attn * scale + bias"}),
    Mistake("affine-no-16",
            "The factor 16 is missing, so your bias lies between 0 and 1. Multiply the sigmoid's output by 16.",
            {"attn * scale + 16 * torch.sigmoid(bias)": "attn * scale + torch.sigmoid(bias)"}),
    Mistake("affine-16-inside", "Your 16 is inside the sigmoid. Multiply the sigmoid's output by it.",
            {"attn * scale + 16 * torch.sigmoid(bias)": "attn * scale + torch.sigmoid(16 * bias)"}),
    Mistake("affine-bias-scaled",
            "You add the bias first and then multiply the sum by the scale. Multiply the cosines alone by the scale, "
            "then add the bias.",
            {"attn * scale + 16 * torch.sigmoid(bias)": "(attn + 16 * torch.sigmoid(bias)) * scale"}),
    Mistake("affine-bias-by-reshape",
            "You bring the heads to the front with `reshape` or `view`, which mixes pairs and heads. The bias is "
            "(N1, N2, h), so move its axes with permute(2, 0, 1).",
            {"self.cpb_mlp(table).flatten(0, 2)[index].permute(2, 0, 1)":
                 "(lambda b: b.reshape(b.shape[2], *b.shape[:2]))(self.cpb_mlp(table).flatten(0, 2)[index])"}, hint=1),
    Mistake("affine-bias-transposed",
            "Your bias is transposed. Its rows should belong to the queries, as in the index and in attn.",
            {"self.cpb_mlp(table).flatten(0, 2)[index].permute(2, 0, 1)":
                 "(lambda b: b.mT if b.shape[1] == b.shape[2] else "
                 "b.mT.reshape(b.shape))(self.cpb_mlp(table).flatten(0, 2)[index].permute(2, 0, 1))"}, hint=1),
    Mistake("affine-bias-of-first-head",
            "All your heads have the bias of the first one. cpb_mlp returns one number for each head: use them all.",
            {"self.cpb_mlp(table).flatten(0, 2)[index].permute(2, 0, 1)":
                 "self.cpb_mlp(table).flatten(0, 2)[index].permute(2, 0, 1)[:1]"}),
    Mistake("affine-table-coordinates-exchanged",
            "The table's two numbers, row offset and column offset, have changed places before cpb_mlp. Pass the "
            "table to cpb_mlp as it is.",
            {"self.cpb_mlp(table).flatten(0, 2)[index].permute(2, 0, 1)":
                 "self.cpb_mlp(table.flip(3)).flatten(0, 2)[index].permute(2, 0, 1)"}),
    Mistake("affine-no-mask", "The mask has no effect. Add it to the logits of every head.",
            {"(logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]).flatten(0, 1)": "logits"}, hint=2),
    Mistake("affine-mask-as-factor",
            "You multiply by the mask, or by ones and zeros that you made from it. A logit of 0 still gets a weight: "
            "add the mask instead.",
            {"(logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]).flatten(0, 1)":
                 "(logits.unflatten(0, (-1, mask.shape[0])) * (mask[:, None] == 0)).flatten(0, 1)"}),
    Mistake("affine-mask-as-bool",
            "You treat the mask as true and false, or overwrite the masked logits with a number of your own. Add the "
            "mask as it is.",
            {"(logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]).flatten(0, 1)":
                 "logits.unflatten(0, (-1, mask.shape[0])).masked_fill(mask[:, None] != 0, -100.0).flatten(0, 1)"}),
    Mistake("affine-mask-filled-with-infinity", "You set masked logits to minus infinity. Add the mask as it is.",
            {"(logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]).flatten(0, 1)":
                 "logits.unflatten(0, (-1, mask.shape[0])).masked_fill(mask[:, None] < 0, "
                 "float('-inf')).flatten(0, 1)"}),
    Mistake("affine-mask-of-images-inside",
            "The windows get the masks of other windows, because you read the axis B * nW as (nW, B). It is (B, nW): "
            "all windows of image 0, then all of image 1. Repeat the whole list of masks for each image (`repeat`), "
            "not each mask (`repeat_interleave`).",
            {"(logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]).flatten(0, 1)":
                 "(logits.unflatten(0, (mask.shape[0], -1)) + mask[:, None, None]).flatten(0, 1)"}, hint=2),
    Mistake("affine-mask-of-first-window",
            "All your windows get the mask of the first one. Window i of every image should get mask[i].",
            {"(logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]).flatten(0, 1)": "logits + mask[:1, None]"},
            hint=2),
    Mistake("affine-narrow", "The hidden width of your cpb_mlp is not 512. Make it 512.",
            {"nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))":
                 "nn.Sequential(nn.Linear(2, 256), nn.ReLU(), nn.Linear(256, num_heads, bias=False))"}),
    Mistake("affine-no-first-bias",
            "cpb_mlp's first layer has no bias. Keep torch's default there; only the second layer has no bias.",
            {"nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))":
                 "nn.Sequential(nn.Linear(2, 512, bias=False), nn.ReLU(), nn.Linear(512, num_heads, bias=False))"}),
    Mistake("affine-no-relu",
            "The ReLU between cpb_mlp's layers is missing. Without it, the bias would be linear in the offset.",
            {"nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))":
                 "nn.Sequential(nn.Linear(2, 512), nn.Identity(), nn.Linear(512, num_heads, bias=False))"}),
    Mistake("affine-naive-sigmoid",
            "Your sigmoid gives NaN for large numbers: above 709 `exp` is infinite in float64, and infinity divided "
            "by infinity is NaN. Use torch.sigmoid.",
            {"attn * scale + 16 * torch.sigmoid(bias)":
                 "attn * scale + 16 * (lambda e: e / (1 + e))(torch.exp(bias))"}),
    attention_dropout("affine-dropout",
                      {"attn * scale + 16 * torch.sigmoid(bias)":
                           "nn.functional.dropout(attn * scale + 16 * torch.sigmoid(bias), 0.1, self.training)"}),
)

WRONG = (
    Wrong("N1-taken-for-N2",
          {"((1": "((num_heads",
           "16 * torch.sigmoid(flat[index].permute(2, 0, 1))":
               "16 * torch.sigmoid(flat[index.flatten()].reshape(attn.shape[2], attn.shape[2], -1).permute(2, 0, 1))"},
          of="one-scale-for-all-heads", says="is invalid for input of size"),
    Wrong("changes-attn-in-place", {"((1": "((num_heads", "attn * scale + bias": "attn.mul_(scale).add_(bias)"},
          of="one-scale-for-all-heads", says="Input `attn`"),
    Wrong("clamps-the-parameter-itself",
          {"self.logit_scale = nn.Parameter(torch.full((1, 1, 1), math.log(10)))":
               "self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))",
           "scale = self.logit_scale.clamp(max=math.log(100)).exp()":
               """self.logit_scale.data.clamp_(max=math.log(100))
        scale = self.logit_scale.exp()"""}, of="one-scale-for-all-heads",
          says="wrong with scales on both sides of the largest"),
    Wrong("everything-in-float32", {"((1": "((num_heads", "attn * scale + bias": "(attn * scale + bias).float()"},
          of="one-scale-for-all-heads", says="makes a tensor float32"),
    Wrong("mask-for-one-image-only",
          {"((1": "((num_heads",
           """if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)""": """if mask is not None:
            logits = logits + mask[:, None]"""}, of="one-scale-for-all-heads", says="at non-singleton dimension 0"),
    Wrong("one-scale-for-all-heads", """
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((1, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits
""", says="`logit_scale` has shape (1, 1, 1)"),
    Wrong("scale-is-no-parameter",
          {"self.logit_scale = nn.Parameter(torch.full((1, 1, 1), math.log(10)))":
               "self.register_buffer('logit_scale', torch.full((num_heads, 1, 1), math.log(10)))"},
          of="one-scale-for-all-heads", says="Gradient of `logit_scale`: no gradient arrives"),
    Wrong("squeeze-loses-an-axis-of-one-head",
          {"((1": "((num_heads", "self.cpb_mlp(table)": "self.cpb_mlp(table).squeeze()", " 2": " 1"},
          of="one-scale-for-all-heads", says="number of dimensions in the tensor input does not match"),
    Wrong("bound-as-a-tensor", {"=math": "=torch", "(100": "(torch.tensor(100.0)"},
          says="`tensor` makes a tensor without a dtype, so it is float32"),
)

EQUIVALENT = (
    "8: table detached", "8: table float32 on the way", "8: table first of the batch for all",
    "8: table mean of the batch for all", "8: table batch and channels exchanged", "8: index detached",
    "8: index float32 on the way", "8: index its absolute value", "8: index read in its order of memory",
    "8: index a view taken", "8: index on the CPU", "9: exp in place", "9: clamp twice", "10: table detached",
    "10: index detached", "11: sigmoid in place", "13: a tensor without device added", "13: without gradients",
    "13: in inference mode", "14: guard left out", "14: an assert", "14: mask -> attn", "14: mask -> table",
    "15: raises RuntimeError", "15: raises TypeError", "15: raises Exception", "15: message without numbers",
    "15: no message", "15: printed, not raised", "15: message without logits.shape[0]",
    "15: message without mask.shape[0]", "16: mask detached", "16: mask detached (2)", "16: Add in place",
)
