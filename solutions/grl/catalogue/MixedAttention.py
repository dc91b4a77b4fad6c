"""What learners write for `MixedAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import attention_dropout

RIGHT = {
    "as-on-the-page": """
class MixedAttention(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        down_factor: int = 1,
    ) -> None:
        super().__init__()
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.anchor = AnchorProjection(dim, down_factor)
        self.window_attention = WindowAttention(num_heads_window, window_size, window_shift)
        self.stripe_attention = AnchoredStripeAttention(
            num_heads_stripe, stripe_size, stripe_groups, stripe_shift, down_factor
        )

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        of_window, of_stripe = self.qkv(x).chunk(2, dim=-1)
        window = self.window_attention(of_window, image_size)
        stripe = self.stripe_attention(of_stripe, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([window, stripe], dim=-1))
""",
    "slices": """
# the channels are cut by slices
class MixedAttention(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        down_factor: int = 1,
    ) -> None:
        super().__init__()
        self.qkv = nn.Linear(dim, 3 * dim)
        self.anchor = AnchorProjection(dim, down_factor)
        self.window_attention = WindowAttention(num_heads_window, window_size, window_shift)
        self.stripe_attention = AnchoredStripeAttention(
            num_heads_stripe, stripe_size, stripe_groups, stripe_shift, down_factor
        )
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        qkv = self.qkv(x)
        half = qkv.shape[-1] // 2
        anchor = self.anchor(x, image_size)
        y_w = self.window_attention(qkv[..., :half], image_size)
        y_s = self.stripe_attention(qkv[..., half:], anchor, image_size)
        y = torch.cat((y_w, y_s), dim=2)
        y = self.proj(y)
        return y
""",
    "writes-into-one-tensor": """
# view as (2, 3, half), then both results written into one empty tensor
class MixedAttention(nn.Module):
    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: tuple[int, int],
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        down_factor: int = 1,
    ) -> None:
        super().__init__()
        self.qkv = nn.Linear(dim, 3 * dim)
        self.anchor = AnchorProjection(dim, down_factor)
        self.window_attention = WindowAttention(num_heads_window, window_size, window_shift)
        self.stripe_attention = AnchoredStripeAttention(
            num_heads_stripe, stripe_size, stripe_groups, stripe_shift, down_factor
        )
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        B, L, dim = x.shape
        both = self.qkv(x).view(B, L, 2, 3 * dim // 2).permute(2, 0, 1, 3)
        joined = x.new_empty(B, L, dim)
        joined[:, :, : dim // 2] = self.window_attention(both[0], image_size)
        joined[:, :, dim // 2 :] = self.stripe_attention(both[1], self.anchor(x, image_size), image_size)
        return self.proj(joined)
""",
}

HINTS = {"`down_factor`": 2, "`window_shift`": 2, "`stripe_shift`": 2, "joins tensors": 2}

MISTAKES = (
    Mistake("mixed-split-inside",
            "You read the outputs of qkv as [q | k | v] of dim channels each, and halve each of the three. Halve "
            "*all* outputs first. The first half is the window branch's [q | k | v], and the second half is the "
            "stripe branch's.",
            {"qkv_window, qkv_stripe = self.qkv(x).chunk(2, dim=-1)":
                 "qkv_window, qkv_stripe = (t.flatten(2) for t in self.qkv(x).unflatten(2, (3, 2, -1)).unbind(3))"},
            hint=1),
    Mistake("mixed-every-second-channel",
            "Your branches get every second channel. One branch should get qkv's first half, and the other branch "
            "its second half.",
            {"qkv_window, qkv_stripe = self.qkv(x).chunk(2, dim=-1)":
                 "qkv_window, qkv_stripe = self.qkv(x)[..., ::2], self.qkv(x)[..., 1::2]"}, hint=1),
    Mistake("mixed-added", "You add the two branches. Join them along the channels, because proj takes dim channels.",
            {"nn.Linear(dim, dim)": "nn.Linear(dim // 2, dim)",
             "self.proj(torch.cat([window, stripe], dim=-1))": "self.proj(window + stripe)"}),
    Mistake("mixed-no-proj",
            "You never call `proj`, so the two branches are never mixed. Call it last, on the joined branches.",
            {"self.proj(torch.cat([window, stripe], dim=-1))": "torch.cat([window, stripe], dim=-1)"}, hint=2),
    Mistake("mixed-anchors-of-qkv", "Your anchors come from the outputs of qkv. They should come from x itself.",
            {"self.anchor(x, image_size)": "self.anchor(self.qkv(x)[..., :x.shape[2]], image_size)"}),
    Mistake("mixed-anchors-of-stripe-queries",
            "Your anchors come from the stripe branch's channels. They should come from x itself.",
            {"self.anchor(x, image_size)": "self.anchor(qkv_stripe[..., :x.shape[2]], image_size)"}),
    Mistake("mixed-windows-twice",
            "Your stripe branch gets the window branch's q, k and v. Give it its own, the second half of qkv's "
            "outputs.", {"self.stripe_attention(qkv_stripe": "self.stripe_attention(qkv_window"}),
    Mistake("mixed-stripes-twice",
            "Your window branch gets the stripe branch's q, k and v. Give it its own, the first half of qkv's "
            "outputs.",
            {"self.window_attention(qkv_window, image_size)": "self.window_attention(qkv_stripe, image_size)"}),
    Mistake("mixed-one-after-the-other",
            "Your anchors come from the output of the windows. They should come from x, because the branches run "
            "side by side.",
            {"self.anchor(x, image_size)": "self.anchor(torch.cat([window, window], dim=-1), image_size)"}),
    Mistake("mixed-shifts-exchanged",
            "The two shifts have changed places: window_shift belongs to the windows, and stripe_shift to the "
            "stripes.",
            {"window_size, window_shift)": "window_size, stripe_shift)",
             "stripe_groups, stripe_shift, down_factor": "stripe_groups, window_shift, down_factor"}, hint=2),
    Mistake("mixed-window-shift-for-both",
            "Both branches get window_shift. Give window_shift to the windows, and stripe_shift to the stripes.",
            {"stripe_groups, stripe_shift, down_factor": "stripe_groups, window_shift, down_factor"}, hint=2),
    Mistake("mixed-stripe-shift-for-both",
            "Both branches get stripe_shift. Give window_shift to the windows, and stripe_shift to the stripes.",
            {"window_size, window_shift)": "window_size, stripe_shift)"}, hint=2),
    Mistake("mixed-groups-exchanged", "You reverse stripe_groups. Pass it on as it is: GRLBlock does the reversing.",
            {"num_heads_stripe, stripe_size, stripe_groups": "num_heads_stripe, stripe_size, stripe_groups[::-1]"}),
    Mistake("mixed-heads-exchanged",
            "The two numbers of heads have changed places: num_heads_window belongs to the windows, and "
            "num_heads_stripe to the stripes.",
            {"WindowAttention(num_heads_window": "WindowAttention(num_heads_stripe",
             "            num_heads_stripe, stripe_size": "            num_heads_window, stripe_size"}),
    Mistake("mixed-qkv-no-bias", "Your qkv has no bias. Keep torch's default, which has one.",
            {"nn.Linear(dim, 3 * dim)": "nn.Linear(dim, 3 * dim, bias=False)"}),
    Mistake("mixed-proj-no-bias", "Your proj has no bias. Keep torch's default, which has one.",
            {"nn.Linear(dim, dim)": "nn.Linear(dim, dim, bias=False)"}),
    attention_dropout("mixed-dropout",
                      {"return self.proj(torch.cat([window, stripe], dim=-1))":
                           "return F.dropout(self.proj(torch.cat([window, stripe], dim=-1)), 0.1, self.training)"}),
)

WRONG = (
    Wrong("down_factor-not-handed-on",
          {"""AnchoredStripeAttention(
            num_heads_stripe, stripe_size, stripe_groups, stripe_shift, down_factor
        )""": "AnchoredStripeAttention(num_heads_stripe, stripe_size, stripe_groups, stripe_shift)",
           """B, L, dim = x.shape
        both = self.qkv(x).view(B, L, 2, 3 * dim // 2).permute(2, 0, 1, 3)
        joined = x.new_empty(B, L, dim)""": "for_windows, for_stripes = self.qkv(x).chunk(2, dim=-1)",
           "joined[:, :, : dim // 2]": "windows",
           "both[0]": "for_windows",
           "joined[:, :, dim // 2 :]": "stripes",
           "both[1]": "for_stripes",
           "return self.proj(joined)": "return self.proj(torch.cat([windows, stripes], dim=-1))"},
          of="writes-into-one-tensor", says="are not an image of"),
    Wrong("joined-along-the-batch", {"torch.cat((y_w, y_s), dim=2)": "torch.cat((y_w, y_s), dim=0).reshape(x.shape)"},
          of="slices", says="joins along axis 0. Join along axis 2."),
    Wrong("size-of-the-first-image",
          {"of_window, of_stripe": """if not hasattr(self, 'image_size'):
            self.image_size = image_size
        of_window, of_stripe""",
           "of_window, image_size": "of_window, self.image_size"}, of="as-on-the-page",
          says="wrong after a call on the same module with inputs of other sizes"),
    Wrong("windows-with-height-and-width-swapped", {"], image_size": "], image_size[::-1]"}, of="slices",
          says="do not tile an image"),
)

EQUIVALENT = (
    "5: guard left out", "5: an assert", "5: Or -> And", "5: without heads < 1", "5: without dim % (2 * heads)",
    "5: 1 -> 0", "5: only 2 of Mult", "5: only heads of Mult", "5: 2 -> 1", "5: without the first",
    "5: without the last", "5: only the first", "5: at most four", "5: each once",
    "5: num_heads_window -> num_heads_stripe", "5: num_heads_stripe -> num_heads_window", "6: raises RuntimeError",
    "6: raises TypeError", "6: raises Exception", "6: message without numbers", "6: no message",
    "6: printed, not raised", "6: message without dim", "6: message without num_heads_window",
    "6: message without num_heads_stripe",
)
