"""Known mistakes, correct variants and equivalent mutants of 05a_danet.
Each mistake is the reference with something changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import ATTENTION_DROPOUT, ONLY_IN_EVAL, OVERFLOW
from solutions.shared.position_attention import ADDED, KEYS, QUERIES, projections, with_gamma

# What the reference says, and most mistakes replace.
VALUES = "values = self.value(x).flatten(2)\n"
MAP = "torch.softmax(queries @ keys, dim=-1)"
GATHERED = "values @ self.attention(x).transpose(1, 2)"

ENERGY = "channels @ channels.transpose(1, 2)"
NEGATED = "energy.amax(dim=-1, keepdim=True) - energy"
NEGATE = f"""if self.negate:
            energy = {NEGATED}
        """
WEIGHTS = "torch.softmax(energy, dim=-1)"
MIXED = "self.attention(x) @ x.flatten(2)"
SCRAMBLED = "x.reshape(len(x), -1, x.shape[1]).transpose(1, 2)"

INTER = "inter = in_channels // 4"
FRONT = "self.position_in, self.channel_in = conv_bn_relu(in_channels, inter), conv_bn_relu(in_channels, inter)"
BACK = "self.position_out, self.channel_out = conv_bn_relu(inter, inter), conv_bn_relu(inter, inter)"
POSITION, CHANNEL = (
    "self.position_out(self.position(self.position_in(x)))",
    "self.channel_out(self.channel(self.channel_in(x)))",
)
LOGITS = (
    "return self.classify_fused(position + channel), self.classify_position(position), self.classify_channel(channel)"
)
THREE = LOGITS.replace("return", "fused, a, b =")
CLASSIFIERS = {name: f"self.classify_{name} = classifier(inter, num_classes)"
               for name in ("fused", "position", "channel")}


ATTENDED = "a = self.position(self.position_in(x))\n        b = self.channel(self.channel_in(x))"


def classified_by(layers: str) -> tuple[tuple[str, str], ...]:
    return tuple((line, f"self.classify_{name} = {layers}") for name, line in CLASSIFIERS.items())


def other_block(convolution: str, rest: str = "nn.BatchNorm2d(o), nn.ReLU()") -> tuple[tuple[str, str], ...]:
    """Edits that put another conv-BN-ReLU in the place of the head's four. convolution: of i to o channels;
    rest: what follows it."""
    return ((FRONT, FRONT.replace("conv_bn_relu", "block")), (BACK, BACK.replace("conv_bn_relu", "block")),
            (f"{INTER}\n", f"{INTER}\n        block = lambda i, o: nn.Sequential({convolution}, {rest})\n"))


MISTAKES = (
    # --- PositionAttention
    *with_gamma("position", "PositionAttention", "A V"),
    *projections("position", "PositionAttention", VALUES),
    Mistake("position-scaled", "PositionAttention",
            "You divide the products by sqrt(D), as lesson 00 does. DANet does not scale them.",
            ((MAP, "torch.softmax(queries @ keys * queries.shape[-1] ** -0.5, dim=-1)"),)),
    Mistake("position-scaled-by-c", "PositionAttention",
            "You divide the products by sqrt(C). DANet does not scale them.",
            ((MAP, "torch.softmax(queries @ keys / x.shape[1] ** 0.5, dim=-1)"),)),
    Mistake("position-averaged", "PositionAttention",
            "You divide the products by N, the number of positions, before the softmax. DANet does not scale them.",
            ((MAP, "torch.softmax(queries @ keys / keys.shape[-1], dim=-1)"),)),
    Mistake("position-scaled-in-forward", "PositionAttention",
            "`attention` is right, but your `forward` divides the products by sqrt(D): `scaled_dot_product_attention` "
            "does it unless you pass scale=1.0. DANet does not scale.",
            ((f"gathered = {GATHERED}", f"""q, k = {QUERIES}, {KEYS}.transpose(1, 2)
        gathered = nn.functional.scaled_dot_product_attention(q, k, values.transpose(1, 2)).transpose(1, 2)"""),)),
    Mistake("position-exp", "PositionAttention", OVERFLOW.format("products"),
            ((f"return {MAP}", "e = torch.exp(queries @ keys)\n        return e / e.sum(dim=-1, keepdim=True)"),)),
    Mistake("position-over-queries", "PositionAttention",
            "Your softmax runs over the queries (dim=1): the columns sum to 1 and the rows do not. A position should "
            "spread its attention along its row: dim=-1.",
            ((MAP, MAP.replace("-1", "1")),)),
    Mistake("position-over-batch", "PositionAttention",
            "Your softmax runs over the images of the batch (dim=0). A position should spread its attention along its "
            "row: dim=-1.",
            ((MAP, MAP.replace("-1", "0")),)),
    Mistake("position-over-everything", "PositionAttention",
            "Your softmax runs over the whole map, so all N * N weights together sum to 1. Each row should sum to 1: "
            "dim=-1.",
            ((MAP, "torch.softmax((queries @ keys).flatten(1), dim=-1).reshape(len(x), queries.shape[1], -1)"),)),
    Mistake("position-no-softmax", "PositionAttention",
            "The softmax is missing: your weights are the raw products of queries and keys. Take a softmax over the "
            "last axis.",
            ((MAP, "queries @ keys"),)),
    Mistake("position-sigmoid", "PositionAttention",
            "You take a sigmoid instead of a softmax, so your rows do not sum to 1. Take a softmax over the last axis.",
            ((MAP, "torch.sigmoid(queries @ keys)"),)),
    Mistake("position-divided-by-n", "PositionAttention",
            "You divide the products by N instead of taking a softmax. Take a softmax over the last axis, which turns "
            "each row into weights.",
            ((MAP, "queries @ keys / keys.shape[-1]"),)),
    Mistake("position-columns", "PositionAttention",
            "You multiply the values by the columns of the map. Position j needs row j, which holds the weights that "
            "j gives to all positions. If your values are (B, C, N), multiply them by the map transposed.",
            ((GATHERED, "values @ self.attention(x)"),)),
    Mistake("position-map-transposed", "PositionAttention",
            "Your output is right, but `attention` returns the map transposed: its columns sum to 1. Row j should hold "
            "the weights that position j gives to all positions.",
            ((MAP, f"{MAP}.transpose(1, 2)"), (GATHERED, "values @ self.attention(x)"))),
    Mistake("position-energy", "PositionAttention",
            "Your output is right, but `attention` returns the products before the softmax. It should return the "
            "weights.",
            ((MAP, "queries @ keys"), (GATHERED, "values @ torch.softmax(self.attention(x), dim=-1).transpose(1, 2)"))),
    Mistake("position-map-detached", "PositionAttention",
            "The numbers are right, but the map is detached, so queries and keys would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((f"return {MAP}", f"return {MAP}.detach()"),)),
    Mistake("position-gathered-scrambled", "PositionAttention",
            "The gathered values are (B, N, C), and `reshape` or `view` turns them into (B, C, H, W) without swapping "
            "axes. So channels and positions are mixed up: call transpose(1, 2) first.",
            ((GATHERED, "self.attention(x) @ values.transpose(1, 2)"),)),
    Mistake("position-row-only", "PositionAttention",
            "Each position looks only at its own row of the image, so your map has H x W x W weights. First flatten H "
            "and W into one axis of N = H * W positions.",
            ((f"gathered = {GATHERED}", """queries, keys = self.query(x).permute(0, 2, 3, 1), self.key(x).permute(0, 2, 1, 3)
        weights = torch.softmax(queries @ keys, dim=-1)
        gathered = (weights @ self.value(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)"""),)),  # noqa: E501
    Mistake("position-first-image", "PositionAttention",
            "All images of the batch use the map of the first one. Each image should have its own.",
            ((f"return {MAP}", f"return {MAP}[:1].expand(len(x), -1, -1)"),)),
    Mistake("position-remembers", "PositionAttention",
            "The map of the first call is kept and used again for the next image. Compute a new map in every call of "
            "`forward`.",
            ((GATHERED, "values @ self.remembered(x).transpose(1, 2)"),
             ("    def forward(", """    def remembered(self, x: Tensor) -> Tensor:
        if not hasattr(self, "map"):
            self.map = self.attention(x)
        return self.map

    def forward("""))),
    Mistake("position-normalised", "PositionAttention",
            "You normalise queries and keys to length 1 (a cosine). Leave them as they are: a longer query chooses "
            "more sharply.",
            ((QUERIES, f"nn.functional.normalize({QUERIES}, dim=2)"),
             (KEYS, f"nn.functional.normalize({KEYS}, dim=1)"))),
    Mistake("position-sees-itself", "PositionAttention",
            "Each position gathers its own value alone. `scaled_dot_product_attention` takes (B, heads, N, D). In (B, "
            "N, 1, D), the positions are on the axis of the heads, so each position has a single key. Put the new "
            "axis before the positions: (B, 1, N, D).",
            ((f"gathered = {GATHERED}", "gathered = values"),)),
    Mistake("position-dropout", "PositionAttention", ATTENTION_DROPOUT,
            ((MAP, f"nn.functional.dropout({MAP}, 0.1, self.training)"),)),
    Mistake("position-only-in-eval", "PositionAttention", ONLY_IN_EVAL,
            ((f"return {ADDED}", f"return x if self.training else {ADDED}"),)),
    Mistake("position-columns-sum", "PositionAttention",
            "Your softmax runs over dim=1, and the values are multiplied by the map's columns. The output is the same "
            "as if queries and keys had changed places. Row j should belong to the query of j: take dim=-1. If your "
            "values are (B, C, N), multiply them by the map transposed.",
            ((MAP, MAP.replace("-1", "1")), (GATHERED, "values @ self.attention(x)"))),

    # --- ChannelAttention
    *with_gamma("channel", "ChannelAttention", "A X"),
    Mistake("channel-positions", "ChannelAttention",
            "Your matrix is N x N, so it compares positions. (A widely read post describes this branch that way.) "
            "Compare channels: multiply X, (C, N), by X transposed, (N, C).",
            ((ENERGY, "channels.transpose(1, 2) @ channels"), (MIXED,
                                                               "x.flatten(2) @ self.attention(x).transpose(1, 2)"))),
    *(Mistake(f"channel-positions-{short}", "ChannelAttention",
              "Your energies are N x N: X transposed times X compares positions. Compare channels: multiply X, (C, N), "
              "by X transposed, (N, C).",
              ((ENERGY, "channels.transpose(1, 2) @ channels"), (MIXED, mixed)))
      for short, mixed in (("do-not-fit", MIXED), ("columns", "x.flatten(2) @ self.attention(x)"))),
    *(Mistake(f"channel-scrambled-{short}", "ChannelAttention",
              "You try to swap the axes C and N with `reshape` or `view`. Neither of them swaps axes, so channels and "
              "positions are mixed up. X is x.flatten(2), and X transposed is X.transpose(1, 2).",
              edits)
      for short, edits in (
          ("energies", ((ENERGY, "channels @ channels.reshape(len(x), -1, x.shape[1])"),)),
          ("energies-first", (("channels = x.flatten(2)", f"channels = {SCRAMBLED}"),)),
          ("all", (("channels = x.flatten(2)", f"channels = {SCRAMBLED}"),
                   (MIXED, f"self.attention(x) @ {SCRAMBLED}"))))),
    Mistake("channel-from-the-right", "ChannelAttention",
            "You multiply X transposed by A, which gives (B, N, C). If you read that as (B, C, N), channels and "
            "positions are mixed up. Each channel should gather with its own row of A: A times X.",
            ((MIXED, "(x.flatten(2).transpose(1, 2) @ self.attention(x)).reshape(len(x), x.shape[1], -1)"),)),
    Mistake("channel-columns-sum", "ChannelAttention",
            "Your softmax runs over the first of the two channel axes (dim=1): the columns sum to 1. Each channel "
            "should spread its weights along its row: dim=-1.",
            ((WEIGHTS, WEIGHTS.replace("-1", "1")),)),
    Mistake("channel-over-batch", "ChannelAttention",
            "Your softmax runs over the images of the batch (dim=0). Each channel should spread its weights along its "
            "row: dim=-1.",
            ((WEIGHTS, WEIGHTS.replace("-1", "0")),)),
    Mistake("channel-transposed", "ChannelAttention",
            "Your product uses the columns of the map as if they were its rows. Channel i should gather with row i: A "
            "times X, without a transposition.",
            ((MIXED, "self.attention(x).transpose(1, 2) @ x.flatten(2)"),)),
    Mistake("channel-map-transposed", "ChannelAttention",
            "Your `attention` returns the map transposed: its columns sum to 1. Row i should hold the weights that "
            "channel i gives to all channels.",
            ((WEIGHTS, f"{WEIGHTS}.transpose(1, 2)"), (MIXED, "self.attention(x).transpose(1, 2) @ x.flatten(2)"))),
    Mistake("channel-energy", "ChannelAttention",
            "Your output is right, but `attention` returns the energies before the softmax. It should return the "
            "weights.",
            ((WEIGHTS, "energy"), (MIXED, "torch.softmax(self.attention(x), dim=-1) @ x.flatten(2)"))),
    Mistake("channel-never-negated", "ChannelAttention",
            "With negate=True, similar channels still get the larger weights. Either `negate` has no effect, or you "
            "wrote E - max(E), which changes no weight. The authors' code has max(E) - E, which turns the order "
            "around.",
            ((NEGATE, ""),)),
    Mistake("channel-always-negated", "ChannelAttention",
            "The argument `negate` has no effect: your module always reverses the order of the energies, as the "
            "authors' code does. With negate=False, leave them as they are.",
            (("if self.negate:", "if True:"),)),
    Mistake("channel-exchanged", "ChannelAttention",
            "negate=True and negate=False have changed places. Reverse the order of the energies only if negate is "
            "True.",
            (("if self.negate:", "if not self.negate:"),)),
    Mistake("channel-negated-by-default", "ChannelAttention",
            "If negate is not given, your module reverses the order of the energies. The default should be False, as "
            "in the paper.",
            (("negate: bool = False", "negate: bool = True"),)),
    *(Mistake(f"channel-{short}", "ChannelAttention",
              "With negate=True you reverse the order of the weights, after the softmax, so they no longer sum to 1. "
              "Reverse the order of the energies instead, before the softmax.",
              ((NEGATE, ""), (f"return {WEIGHTS}", f"return {turned} if self.negate else {WEIGHTS}")))
      for short, turned in (("maximum-minus-softmax", f"energy.amax(dim=-1, keepdim=True) - {WEIGHTS}"),
                            ("minus-softmax", f"-{WEIGHTS}"),
                            ("maximum-minus-weights", f"{WEIGHTS}.amax(dim=-1, keepdim=True) - {WEIGHTS}"))),
    Mistake("channel-exp", "ChannelAttention", OVERFLOW.format("energies"),
            ((f"return {WEIGHTS}", "e = torch.exp(energy)\n        return e / e.sum(dim=-1, keepdim=True)"),)),
    Mistake("channel-weights-inverted", "ChannelAttention",
            "With negate=True you reverse the order of the weights, after the softmax. Reverse the order of the "
            "energies instead, before the softmax.",
            ((NEGATE, ""), (f"return {WEIGHTS}",
                            f"weights = {WEIGHTS}\n        return 1 - weights if self.negate else weights"))),
    Mistake("channel-maximum-of-columns", "ChannelAttention",
            "With negate=True you subtract each energy from the maximum of its column. Subtract it from the maximum of "
            "its row, because the softmax runs along the rows: dim=-1.",
            ((NEGATED, NEGATED.replace("-1", "1")),)),
    Mistake("channel-scaled", "ChannelAttention",
            "You divide the energies by sqrt(N). DANet does not scale them.",
            ((ENERGY, f"{ENERGY} * channels.shape[-1] ** -0.5"),)),
    Mistake("channel-scaled-by-c", "ChannelAttention",
            "You divide the energies by sqrt(C). DANet does not scale them.",
            ((ENERGY, f"{ENERGY} * channels.shape[1] ** -0.5"),)),
    Mistake("channel-averaged", "ChannelAttention",
            "You divide the energies by N, as for a mean over the positions. Use the plain sums.",
            ((ENERGY, f"{ENERGY} / channels.shape[-1]"),)),
    Mistake("channel-normalised", "ChannelAttention",
            "You normalise the channels to length 1 before comparing them (a cosine). Compare them as they are.",
            (("channels = x.flatten(2)", "channels = nn.functional.normalize(x.flatten(2), dim=2)"),)),
    Mistake("channel-centred", "ChannelAttention",
            "You subtract each channel's mean before comparing (a covariance). Compare the channels as they are.",
            (("channels = x.flatten(2)", "channels = x.flatten(2) - x.flatten(2).mean(dim=2, keepdim=True)"),)),
    Mistake("channel-no-softmax", "ChannelAttention",
            "The softmax is missing: your weights are the raw energies. Take a softmax over the last axis.",
            ((WEIGHTS, "energy"),)),
    Mistake("channel-sigmoid", "ChannelAttention",
            "You take a sigmoid instead of a softmax, so your rows do not sum to 1. Take a softmax over the last axis.",
            ((WEIGHTS, "torch.sigmoid(energy)"),)),
    Mistake("channel-means", "ChannelAttention",
            "You compare the means of the channels, one number each, as SE would. Compare the channels position by "
            "position: X times X transposed.",
            ((ENERGY, "channels.mean(dim=2)[:, :, None] * channels.mean(dim=2)[:, None]"),)),
    Mistake("channel-itself-left-out", "ChannelAttention",
            "Your channels give themselves no weight, because you mask the diagonal. Keep it in the softmax like every "
            "other entry.",
            ((f"return {WEIGHTS}", "itself = torch.eye(energy.shape[1], dtype=torch.bool, device=x.device)\n"
              "        return torch.softmax(energy.masked_fill(itself, -torch.inf), dim=-1)"),)),
    Mistake("channel-map-detached", "ChannelAttention",
            "The numbers are right, but the map is detached, so part of x's gradient is lost. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((f"return {WEIGHTS}", f"return {WEIGHTS}.detach()"),)),
    Mistake("channel-first-image", "ChannelAttention",
            "All images of the batch use the map of the first one. Each image should have its own.",
            ((f"return {WEIGHTS}", f"return {WEIGHTS}[:1].expand(len(x), -1, -1)"),)),
    Mistake("channel-remembers", "ChannelAttention",
            "The map of the first call is kept and used again for the next image. Compute a new map in every call of "
            "`forward`.",
            ((MIXED, "self.remembered(x) @ x.flatten(2)"),
             ("    def forward(", """    def remembered(self, x: Tensor) -> Tensor:
        if not hasattr(self, "map"):
            self.map = self.attention(x)
        return self.map

    def forward("""))),
    Mistake("channel-dropout", "ChannelAttention", ATTENTION_DROPOUT,
            ((WEIGHTS, f"nn.functional.dropout({WEIGHTS}, 0.1, self.training)"),)),
    Mistake("channel-only-in-eval", "ChannelAttention", ONLY_IN_EVAL,
            ((f"return {ADDED}", f"return x if self.training else {ADDED}"),)),

    # --- DANetHead
    Mistake("head-paper-channel", "DANetHead",
            "Your channel attention is the paper's, negate=False. The published head uses "
            "ChannelAttention(negate=True).",
            (("ChannelAttention(negate=True)", "ChannelAttention()"),)),
    Mistake("head-one-after-the-other", "DANetHead",
            "Your channel branch reads the output of the position branch. Both branches should read x, side by side.",
            ((CHANNEL, "self.channel_out(self.channel(self.channel_in(x) + position))"),)),
    Mistake("head-shared-front", "DANetHead",
            "Both branches read position_in; channel_in is made and never used. Each branch should use its own first "
            "convolution.",
            ((CHANNEL, CHANNEL.replace("channel_in", "position_in")),)),
    Mistake("head-no-attention", "DANetHead",
            "The attentions are made and never called, so each branch is only two convolutions. Each branch should be "
            "conv-BN-ReLU, attention, conv-BN-ReLU.",
            ((POSITION, "self.position_out(self.position_in(x))"), (CHANNEL, "self.channel_out(self.channel_in(x))"))),
    Mistake("head-no-back", "DANetHead",
            "position_out and channel_out are made and never called. Each branch should be conv-BN-ReLU, attention, "
            "conv-BN-ReLU.",
            ((POSITION, "self.position(self.position_in(x))"), (CHANNEL, "self.channel(self.channel_in(x))"))),
    *(Mistake(f"head-{unused}-unused", "DANetHead",
              f"Both branches end in {used}; {unused} is made and never used. Each branch should use its own last "
              "convolution.",
              ((branch, branch.replace(unused, used)),))
      for branch, used, unused in ((CHANNEL, "position_out", "channel_out"),
                                   (POSITION, "channel_out", "position_out"))),
    Mistake("head-one-back", "DANetHead",
            "position_out and channel_out are two names for the same block, so both branches share its weights. Make "
            "two blocks.",
            ((BACK, "self.position_out = self.channel_out = conv_bn_relu(inter, inter)"),)),
    Mistake("head-one-front", "DANetHead",
            "position_in and channel_in are two names for the same block, so both branches share its weights. Make two "
            "blocks.",
            ((FRONT, "self.position_in = self.channel_in = conv_bn_relu(in_channels, inter)"),)),
    Mistake("head-back-first", "DANetHead",
            "position_out comes before the attention `position`, and channel_out before `channel`. Each branch should "
            "be conv-BN-ReLU, attention, conv-BN-ReLU.",
            ((POSITION, "self.position(self.position_out(self.position_in(x)))"),
             (CHANNEL, "self.channel(self.channel_out(self.channel_in(x)))"))),
    Mistake("head-position-back-first", "DANetHead",
            "position_out comes before the attention `position`. Each branch should be conv-BN-ReLU, attention, "
            "conv-BN-ReLU.",
            ((POSITION, "self.position(self.position_out(self.position_in(x)))"),)),
    *(Mistake(f"head-summed-before-{short}", "DANetHead",
              "You add the outputs of the two attentions. classify_fused should read the sum of the outputs of "
              "position_out and channel_out.",
              ((f"position = {POSITION}", f"{ATTENDED}\n        position = self.position_out(a)"),
               (CHANNEL, "self.channel_out(b)"),
               ("self.classify_fused(position + channel)", f"self.classify_fused({read})")))
      for short, read in (("back", "a + b"), ("position-out", "self.position_out(a + b)"),
                          ("channel-out", "self.channel_out(a + b)"))),
    *(Mistake(f"head-added-to-{to}", "DANetHead",
              f"You add {added} to {to} in place (`+=`), so classify_{to} reads the sum. Write `position + channel`, "
              "which makes a new tensor.",
              ((LOGITS,
                LOGITS.replace("return",
                               f"{to} += {added}\n        return").replace("(position + channel)", f"({to})")),))
      for to, added in (("position", "channel"), ("channel", "position"))),
    Mistake("head-added-in-place-last", "DANetHead",
            "The numbers are right, but you add one branch to the other in place (`+=`). A classifier has already "
            "read that branch. The classifier's backward pass needs the old numbers, so `backward` stops with an "
            "error. Write `position + channel`, which makes a new tensor.",
            ((LOGITS, "a, b = self.classify_position(position), self.classify_channel(channel)\n        position += "
                      "channel\n"
              "        return self.classify_fused(position), a, b"),)),
    Mistake("head-sum-under-old-name", "DANetHead",
            "Your classify_position reads the sum of both branches. It should read position_out's output.",
            (("self.classify_position(position)", "self.classify_position(position + channel)"),)),
    Mistake("head-attentions-exchanged", "DANetHead",
            "The two attentions have changed places. Call `position` in the position branch and `channel` in the "
            "channel branch.",
            ((POSITION, POSITION.replace("self.position(", "self.channel(")),
             (CHANNEL, CHANNEL.replace("self.channel(", "self.position(")))),
    Mistake("head-backs-exchanged", "DANetHead",
            "position_out and channel_out have changed places. Call each of them in the branch that it is named after.",
            ((POSITION, POSITION.replace("position_out", "channel_out")),
             (CHANNEL, CHANNEL.replace("channel_out", "position_out")))),
    Mistake("head-logits-summed", "DANetHead",
            "Your fused logits are the sum of the other two. Call classify_fused on the sum of the two branches' "
            "features.",
            ((LOGITS,
              "a, b = self.classify_position(position), self.classify_channel(channel)\n        return a + b, a, b"),)),
    Mistake("head-fused-twice", "DANetHead",
            "You call classify_fused on each branch and add the results, which adds its bias twice. Add the two "
            "branches first, then call it once.",
            (("self.classify_fused(position + channel)",
              "self.classify_fused(position) + self.classify_fused(channel)"),)),
    Mistake("head-three-logits-summed", "DANetHead",
            "You add the other two logits to the fused ones. The fused logits should come from the sum of the features "
            "alone.",
            ((LOGITS, "a, b = self.classify_position(position), self.classify_channel(channel)\n"
              "        return self.classify_fused(position + channel) + a + b, a, b"),)),
    Mistake("head-averaged", "DANetHead",
            "You average the two branches before classify_fused. Add them.",
            (("position + channel", "(position + channel) / 2"),)),
    Mistake("head-product", "DANetHead",
            "You multiply the two branches before classify_fused. Add them.",
            (("position + channel", "position * channel"),)),
    Mistake("head-concatenated", "DANetHead",
            "You concatenate the two branches, so classify_fused reads 2 * inter channels. Add the branches: it should "
            "read inter channels.",
            (("position + channel", "torch.cat([position, channel], dim=1)"),
             (CLASSIFIERS["fused"], CLASSIFIERS["fused"].replace("inter", "2 * inter")))),
    Mistake("head-order", "DANetHead",
            "Your three logits are in the wrong order. Return the fused ones first, then those of the position branch, "
            "then those of the channel branch.",
            ((LOGITS, f"{THREE}\n        return a, b, fused"),)),
    Mistake("head-channel-first", "DANetHead",
            "The second and the third logits have changed places. The order should be fused, position, channel.",
            ((LOGITS, f"{THREE}\n        return fused, b, a"),)),
    Mistake("head-one-output", "DANetHead",
            "You return the fused logits alone. Return all three: fused, position, channel.",
            ((LOGITS, "return self.classify_fused(position + channel)"),)),
    Mistake("head-one-classifier", "DANetHead",
            "You call classify_fused for all three logits. Each should have a classifier of its own.",
            ((LOGITS, "return self.classify_fused(position + channel), self.classify_fused(position), "
                      "self.classify_fused(channel)"),)),
    *(Mistake(f"head-shared-classifier-{one}-{other}", "DANetHead",
              f"classify_{one} and classify_{other} are two names for the same classifier, so they share its weights. "
              "Make three classifiers.",
              ((CLASSIFIERS[other], f"self.classify_{other} = self.classify_{one}"),))
      for one, other in (("fused", "position"), ("fused", "channel"), ("position", "channel"))),
    Mistake("head-shared-classifier", "DANetHead",
            "classify_fused, classify_position and classify_channel are three names for the same classifier, so they "
            "share its weights. Make three classifiers.",
            (*((line, "pass") for line in list(CLASSIFIERS.values())[:2]), (CLASSIFIERS["channel"],
             "self.classify_fused = self.classify_position = self.classify_channel = classifier(inter, num_classes)"))),
    Mistake("head-classifiers-exchanged", "DANetHead",
            "classify_position reads the channel branch and classify_channel reads the position branch. Let each "
            "classifier read the branch that it is named after.",
            ((LOGITS, LOGITS.replace("classify_position", "other").replace("classify_channel", "classify_position")
              .replace("other", "classify_channel")),)),
    Mistake("head-softmax", "DANetHead",
            "Your logits go through a softmax. Return them as they are: the loss takes the softmax.",
            ((LOGITS, "logits = self.classify_fused(position + channel), self.classify_position(position), "
                      "self.classify_channel(channel)\n"
              "        return tuple(part.softmax(dim=1) for part in logits)"),)),
    Mistake("head-no-dropout", "DANetHead",
            "The dropout before the last three convolutions is missing. Put a Dropout2d(0.1) before each of them.",
            classified_by("nn.Conv2d(inter, num_classes, 1)")),
    Mistake("head-dropout-of-elements", "DANetHead",
            "Your dropout is nn.Dropout. It drops single numbers, but their neighbours on the map hold nearly the same "
            "numbers. Use nn.Dropout2d(0.1), which drops whole channels.",
            classified_by("nn.Sequential(nn.Dropout(0.1), nn.Conv2d(inter, num_classes, 1))")),
    *(Mistake(f"head-{kind.lower()}-behind", "DANetHead",
              "Your dropout comes after the last convolutions and drops logits. Put nn.Dropout2d(0.1) before them.",
              classified_by(f"nn.Sequential(nn.Conv2d(inter, num_classes, 1), nn.{kind}(0.1))"))
      for kind in ("Dropout", "Dropout2d")),
    Mistake("head-dropout-before-sum", "DANetHead",
            "You apply dropout to each branch before you add the two. Put a Dropout2d(0.1) in front of each of the "
            "last three convolutions. The one in classify_fused is then applied to the sum.",
            (*classified_by("nn.Conv2d(inter, num_classes, 1)"),
             *((branch, f"nn.functional.dropout2d({branch}, 0.1, self.training)") for branch in (POSITION, CHANNEL)))),
    Mistake("head-dropout-half", "DANetHead",
            "Your dropout has torch's default, 0.5. It should be Dropout2d(0.1).",
            classified_by("nn.Sequential(nn.Dropout2d(), nn.Conv2d(inter, num_classes, 1))")),
    Mistake("head-dropout-in-eval", "DANetHead",
            "Your dropout is active in eval mode too. Make an nn.Dropout2d in `__init__`, so that it follows the "
            "module's mode. A layer that is made in `forward` is always in training mode, and `F.dropout2d` needs "
            "training=self.training.",
            (*classified_by("nn.Conv2d(inter, num_classes, 1)"),
             (LOGITS,
              "drop = nn.functional.dropout2d\n        return (self.classify_fused(drop(position + channel, 0.1)), "
              "self.classify_position(drop(position, 0.1)), self.classify_channel(drop(channel, 0.1)))"))),
    Mistake("head-biases", "DANetHead",
            "Your 3x3 convolutions have biases. Before a BatchNorm a bias has no effect: pass bias=False.",
            other_block("nn.Conv2d(i, o, 3, padding=1)")),
    Mistake("head-no-relu", "DANetHead",
            "The ReLUs of your conv-BN-ReLU blocks are missing. Put one after each BatchNorm.",
            other_block("nn.Conv2d(i, o, 3, padding=1, bias=False)", "nn.BatchNorm2d(o)")),
    Mistake("head-no-padding", "DANetHead",
            "Your 3x3 convolutions have no padding, so each takes two rows and two columns off the map. padding=1 "
            "keeps H and W.",
            other_block("nn.Conv2d(i, o, 3, bias=False)")),
    Mistake("head-one-by-one", "DANetHead",
            "Your conv-BN-ReLU blocks have 1x1 convolutions. They should be 3x3, padded by 1.",
            other_block("nn.Conv2d(i, o, 1, bias=False)")),
    Mistake("head-inter-fixed", "DANetHead",
            "Your branches always have 8 channels. They should have in_channels // 4, which is 8 for 32 to 35 "
            "channels only.",
            ((INTER, "inter = 8"),)),
    Mistake("head-inter-at-least", "DANetHead",
            "If in_channels // 4 is below 8, you take 8. Always take in_channels // 4; if that is too few, "
            "PositionAttention raises its ValueError.",
            ((INTER, "inter = max(8, in_channels // 4)"),)),
    Mistake("head-inter-eighth", "DANetHead",
            "Your branches have in_channels // 8 channels. They should have in_channels // 4. (The 8 belongs to the "
            "queries and keys inside the attention.)",
            ((INTER, "inter = in_channels // 8"), ("PositionAttention(inter)", "PositionAttention(inter, 4)"))),
    Mistake("head-not-reduced", "DANetHead",
            "Your branches keep all in_channels channels. The first convolutions should reduce them to in_channels // "
            "4.",
            ((INTER, "inter = in_channels"),)),
    Mistake("head-rounded-up", "DANetHead",
            "You round in_channels / 4 up. Round down: in_channels // 4.",
            ((INTER, "inter = -(-in_channels // 4)"),)),
    Mistake("head-two-classes", "DANetHead",
            "`num_classes` has no effect: the last convolutions always have the same number of outputs. Use the "
            "argument.",
            ((CLASSIFIERS["fused"], CLASSIFIERS["fused"].replace("num_classes", "19")),
             (CLASSIFIERS["position"], CLASSIFIERS["position"].replace("num_classes", "19")),
             (CLASSIFIERS["channel"], CLASSIFIERS["channel"].replace("num_classes", "19")))),
    Mistake("head-shortcut", "DANetHead",
            "You add the output of the first convolutions once more. The attentions have their own shortcut, and the "
            "head has no other.",
            (("self.classify_fused(position + channel)",
              "self.classify_fused(position + channel + self.position_in(x))"),)),
    Mistake("head-position-detached", "DANetHead",
            "The numbers are right, but the branches are detached before classify_fused, so the fused loss would teach "
            "them nothing. Leave out the `detach()`, `.data` or `no_grad()`.",
            (("position + channel", "(position + channel).detach()"),)),
)

# Mutants of the reference (autograder.mutants) that lose no points, and why that is right.
ONE_TAP = "A kernel of one tap spans one position, whatever its dilation is."
EITHER_ORDER = "Two axes are exchanged, whichever is named first."
SAME_FUNCTION = "The same function."
BETWEEN = "Weights lie between 0 and 1 already."
ONLY_SHAPE = "Only its shape is asked for."
SHIFTED = "A number that is added to a whole row changes no weight of its softmax."

EQUIVALENT = {
    **{f"PositionAttention {line}: Conv2d with dilation=2": ONE_TAP for line in (6, 7, 8)},
    **{f"{line}: arguments 0 and 1 of transpose exchanged": EITHER_ORDER
       for line in ("PositionAttention 12", "PositionAttention 18", "ChannelAttention 10")},
    **{f"{line}: softmax -> torch.softmax(x, -1)": SAME_FUNCTION
       for line in ("PositionAttention 14", "ChannelAttention 13")},
    **{f"{line}: clamped": BETWEEN for line in ("PositionAttention 14", "ChannelAttention 13")},
    **{f"{line}: x detached (2)": ONLY_SHAPE for line in ("PositionAttention 19", "ChannelAttention 17")},
    "ChannelAttention 8: x last two axes exchanged": "A sum over all positions does not depend on their order.",
    **{f"ChannelAttention 12: {what}": SHIFTED
       for what in ("amax without dim", "amax -> mean", "energy.amax(dim=-1, keepdim=True) detached")},
    "DANetHead 5: rounded down, at least 1": "Fewer than eight channels are refused by the position attention.",
}

VARIANTS = (
    Variant("position-as-published", "PositionAttention", """
        class PositionAttention(nn.Module):
            def __init__(self, channels, reduction=8):
                super().__init__()
                inner = channels // reduction
                if inner == 0:
                    raise ValueError(f"{channels} channels, reduction {reduction}")
                self.query_conv = nn.Conv2d(channels, inner, kernel_size=1)
                self.key_conv = nn.Conv2d(channels, inner, kernel_size=1)
                self.value_conv = nn.Conv2d(channels, channels, kernel_size=1)
                self.gamma = nn.Parameter(torch.zeros(1))
                self.softmax = nn.Softmax(dim=-1)

            def attention(self, x):
                b, _, h, w = x.size()
                q = self.query_conv(x).view(b, -1, h * w).permute(0, 2, 1)
                k = self.key_conv(x).view(b, -1, h * w)
                return self.softmax(torch.bmm(q, k))

            def forward(self, x):
                b, c, h, w = x.size()
                v = self.value_conv(x).view(b, -1, h * w)
                out = torch.bmm(v, self.attention(x).permute(0, 2, 1)).view(b, c, h, w)
                return self.gamma * out + x
        """),
    Variant("position-linear-einsum", "PositionAttention", """
        class PositionAttention(nn.Module):
            def __init__(self, channels, reduction=8):
                super().__init__()
                if channels < reduction:
                    raise ValueError("channels %d, reduction %d" % (channels, reduction))
                self.query = nn.Linear(channels, channels // reduction)
                self.key = nn.Linear(channels, channels // reduction)
                self.value = nn.Linear(channels, channels)
                self.gamma = nn.Parameter(torch.tensor(0.0))

            def attention(self, x):
                tokens = x.flatten(2).mT
                return torch.einsum("bnd,bmd->bnm", self.query(tokens), self.key(tokens)).softmax(2)

            def forward(self, x):
                tokens = x.flatten(2).mT
                seen = torch.einsum("bnm,bmc->bcn", self.attention(x), self.value(tokens))
                return torch.add(x, self.gamma * seen.unflatten(2, x.shape[2:]))
        """),
    Variant("position-lesson-00", "PositionAttention", """
        def dot_product_attention(q, k, v, scale=None):
            return torch.softmax(scale * (q @ k.transpose(1, 2)), dim=-1) @ v

        class PositionAttention(nn.Module):
            def __init__(self, channels, reduction=8):
                super().__init__()
                hidden = channels // reduction
                if not hidden:
                    raise ValueError(f"{channels} // {reduction} is 0")
                self.query, self.key = nn.Conv2d(channels, hidden, 1), nn.Conv2d(channels, hidden, 1)
                self.value = nn.Conv2d(channels, channels, 1)
                self.gamma = nn.Parameter(torch.zeros(1))

            def rows(self, layer, x):
                return layer(x).flatten(2).transpose(1, 2)

            def attention(self, x):
                products = self.rows(self.query, x) @ self.key(x).flatten(2)
                e = torch.exp(products - products.amax(-1, keepdim=True))
                return e / e.sum(-1, keepdim=True)

            def forward(self, x):
                y = dot_product_attention(self.rows(self.query, x), self.rows(self.key, x), self.rows(self.value, x), scale=1)
                return x + self.gamma * y.transpose(1, 2).reshape(x.shape)
        """),  # noqa: E501
    Variant("channel-as-published", "ChannelAttention", """
        class ChannelAttention(nn.Module):
            def __init__(self, negate=False):
                super().__init__()
                self.negate = negate
                self.gamma = nn.Parameter(torch.zeros(1))
                self.softmax = nn.Softmax(dim=-1)

            def attention(self, x):
                b, c, h, w = x.size()
                q = x.reshape(b, c, -1)
                k = x.reshape(b, c, -1).permute(0, 2, 1)
                energy = torch.bmm(q, k)
                if self.negate:
                    energy = torch.max(energy, -1, keepdim=True)[0].expand_as(energy) - energy
                return self.softmax(energy)

            def forward(self, x):
                b, c, h, w = x.size()
                out = torch.bmm(self.attention(x), x.reshape(b, c, -1)).view(b, c, h, w)
                return self.gamma * out + x
        """),
    Variant("channel-softmin", "ChannelAttention", """
        class ChannelAttention(nn.Module):
            def __init__(self, negate=False):
                super().__init__()
                self.sign = -1 if negate else 1
                self.gamma = nn.Parameter(torch.zeros(()))

            def attention(self, x):
                return nn.functional.softmax(self.sign * torch.einsum("bihw,bjhw->bij", x, x), dim=2)

            def forward(self, x):
                return x + self.gamma * torch.einsum("bij,bjhw->bihw", self.attention(x), x)
        """),
    Variant("channel-of-torch", "ChannelAttention", """
        class ChannelAttention(nn.Module):
            def __init__(self, negate: bool = False) -> None:
                super().__init__()
                self.gamma, self.weigh = nn.Parameter(torch.zeros(1)), nn.Softmin(2) if negate else nn.Softmax(2)

            def attention(self, x):
                rows = x.flatten(2)
                return self.weigh(rows @ rows.mT)

            def forward(self, x):
                return torch.addcmul(x, self.gamma, (self.attention(x) @ x.flatten(2)).unflatten(2, x.shape[2:]))
        """),
    Variant("head-spelled-out", "DANetHead", """
        class DANetHead(nn.Module):
            def __init__(self, in_channels, num_classes):
                super().__init__()
                c = in_channels // 4
                block = lambda i: nn.Sequential(nn.Conv2d(i, c, 3, padding="same", bias=False), nn.BatchNorm2d(c), nn.ReLU(inplace=True))
                self.position_in, self.channel_in, self.position_out, self.channel_out = map(block, (in_channels, in_channels, c, c))
                self.position, self.channel = PositionAttention(c), ChannelAttention(True)
                last = lambda: nn.Sequential(nn.Dropout2d(0.1, False), nn.Conv2d(c, num_classes, 1))
                self.classify_fused, self.classify_position, self.classify_channel = last(), last(), last()

            def forward(self, x):
                p, c = self.position_in(x), self.channel_in(x)
                p, c = self.position(p), self.channel(c)
                p, c = self.position_out(p), self.channel_out(c)
                return tuple(layer(part) for layer, part in
                             ((self.classify_fused, p + c), (self.classify_position, p), (self.classify_channel, c)))
        """),  # noqa: E501
    Variant("head-other-order", "DANetHead", """
        class Branch(nn.Module):
            def __init__(self, in_channels, channels, attention):
                super().__init__()
                self.steps = nn.Sequential(
                    nn.Conv2d(in_channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(), attention,
                    nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU())

            def forward(self, x):
                return self.steps(x)

        class DANetHead(nn.Module):
            def __init__(self, in_channels, num_classes):
                super().__init__()
                self.p = Branch(in_channels, in_channels // 4, PositionAttention(in_channels // 4))
                self.c = Branch(in_channels, in_channels // 4, ChannelAttention(negate=True))
                self.dropout = nn.Dropout2d(0.1)
                self.classify_fused = nn.Conv2d(in_channels // 4, num_classes, 1)
                self.classify_position = nn.Conv2d(in_channels // 4, num_classes, 1)
                self.classify_channel = nn.Conv2d(in_channels // 4, num_classes, 1)

            def forward(self, x):
                p, c = self.p(x), self.c(x)
                sum_ = self.dropout(p + c)
                return self.classify_fused(sum_), self.classify_position(self.dropout(p)), self.classify_channel(self.dropout(c))
        """),  # noqa: E501
)
