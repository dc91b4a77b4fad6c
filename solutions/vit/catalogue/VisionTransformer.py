"""What learners write for `VisionTransformer`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import no_bias, only_in_eval

FRONT = "torch.cat([self.cls_token.expand(len(x), -1, -1), tokens], dim=1)"
PLACED = "tokens = tokens + resize_positions(self.pos_embed, self.grid, grid)"
READ = 'tokens[:, 0] if self.pool == "token" else tokens[:, 1:].mean(dim=1)'
OUT = "self.head(self.norm(read))"

RIGHT = {
    "sequential-style": """
class VisionTransformer(nn.Module):
    def __init__(self, image_size, patch_size, dim, depth, num_heads, num_classes, mlp_ratio=4, pool="token"):
        super().__init__()
        if pool not in {"token", "mean"}:
            raise ValueError(pool)
        H, W = image_size
        self.old, self.p, self.pool = (H // patch_size, W // patch_size), patch_size, pool
        n = self.old[0] * self.old[1]
        self.patch_embed = PatchEmbed(patch_size, dim=dim)
        self.cls_token = nn.Parameter(torch.randn(1, 1, dim) * 0.02)
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + n, dim))
        self.blocks = nn.ModuleList([ViTBlock(dim, num_heads, mlp_ratio) for _ in range(depth)])
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, num_classes)

    def forward(self, x):
        B, _, H, W = x.shape
        t = torch.cat((self.cls_token.repeat(B, 1, 1), self.patch_embed(x)), 1)
        t = t + resize_positions(self.pos_embed, self.old, (H // self.p, W // self.p), prefix=1)
        for b in self.blocks:
            t = b(t)
        if self.pool == "mean":
            return self.head(self.norm(t[:, 1:].mean(1)))
        return self.head(self.norm(t)[:, 0])
""",
    "in-place-of-the-token": """
class VisionTransformer(nn.Module):
    def __init__(self, image_size, patch_size, dim, depth, num_heads, num_classes, mlp_ratio=4.0, pool="token"):
        if pool == "token":
            self_read = lambda tokens: tokens.select(1, 0)
        elif pool == "mean":
            self_read = lambda tokens: tokens.narrow(1, 1, tokens.shape[1] - 1).sum(1) / (tokens.shape[1] - 1)
        else:
            raise ValueError(f"pool {pool}")
        super().__init__()
        self.read = self_read
        self.places = [side // patch_size for side in image_size]
        self.patch_embed = PatchEmbed(patch_size, 3, dim)
        self.pos_embed = nn.Parameter(torch.randn(1, self.places[0] * self.places[1] + 1, dim) / 50)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.blocks = nn.ModuleList()
        while len(self.blocks) < depth:
            self.blocks.append(ViTBlock(dim, num_heads, mlp_ratio))
        self.norm, self.head = nn.LayerNorm(dim, 1e-6), nn.Linear(dim, num_classes)

    def forward(self, x):
        patch = self.patch_embed.proj.stride[0]
        here = resize_positions(self.pos_embed, self.places, [side // patch for side in x.shape[-2:]])
        tokens = torch.cat([(self.cls_token + here[:, :1]).expand(x.shape[0], -1, -1), self.patch_embed(x) + here[:, 1:]], 1)
        for block in self.blocks:
            tokens = block(tokens)
        return self.head(self.norm(self.read(tokens)))
""",
}

HINTS = {"`norm`": 3, "` multiplies.": 1, "takes the softmax": 3}

MISTAKES = (
    Mistake("vit-positions-before-token", "You add the position vectors before the class token is put in front. It has "
            "a position vector too, the first one: put it in front, then add.",
            {f"tokens = {FRONT}\n        {PLACED}":
                 "tokens = tokens + resize_positions(self.pos_embed, self.grid, grid)[:, 1:]\n        "
                 f"tokens = {FRONT}"}, hint=1),
    Mistake("vit-token-last", "Your class token stands behind the patches. Put it in front, where its position vector "
            "is.", {FRONT: "torch.cat([tokens, self.cls_token.expand(len(x), -1, -1)], dim=1)",
                    "tokens[:, 0] if": "tokens[:, -1] if", "tokens[:, 1:].mean": "tokens[:, :-1].mean"}, hint=1),
    Mistake("vit-not-resized", "For an image of another size your position vectors are not resized. Hand them to "
            "`resize_positions` with the old grid and the new one.", {PLACED: "tokens = tokens + self.pos_embed"},
            hint=2),
    Mistake("vit-resized-if-more", "You resize the position vectors only if the number of patches differs. Another "
            "shape with equally many patches needs it too.",
            {PLACED: "tokens = tokens + (self.pos_embed if grid[0] * grid[1] == self.grid[0] * self.grid[1] else "
                     "resize_positions(self.pos_embed, self.grid, grid))"}, hint=2),
    Mistake("vit-grid-exchanged", "Rows and columns of the new grid have changed places. Rows, H // patch_size, come "
            "first.", {"resize_positions(self.pos_embed, self.grid, grid)":
                       "resize_positions(self.pos_embed, self.grid, grid[::-1])"}, hint=2),
    Mistake("vit-square-grid", "Your grid is a square of image_size[0]. Use both sides: rows, then columns.",
            {"image_size[0] // patch_size, image_size[1] // patch_size":
                 "image_size[0] // patch_size, image_size[0] // patch_size"}, hint=2),
    Mistake("vit-mean-of-all", "Your mean runs over all tokens, the class token too. Take the patches alone.",
            {"tokens[:, 1:].mean(dim=1)": "tokens.mean(dim=1)"}, hint=3),
    Mistake("vit-norm-before-mean", 'With pool="mean" you normalise first and then take the mean, which gives other '
            "numbers. The norm comes after the mean, as in timm.",
            {f"read = {READ}": 'tokens = self.norm(tokens)\n        read = tokens[:, 0] if self.pool == "token" else '
                               "tokens[:, 1:].mean(dim=1)", OUT: "self.head(read)"}, hint=3),
    Mistake("vit-pool-exchanged", 'The two ways to read are exchanged: "token" reads the class token, "mean" the '
            "patches.", {'if self.pool == "token"': 'if self.pool == "mean"'}),
    Mistake("vit-last-patch", "You read the last patch instead of the class token, which stands in front.",
            {"tokens[:, 0] if": "tokens[:, -1] if"}, hint=3),
    Mistake("vit-first-patch", "You read the first patch instead of the class token, which stands in front.",
            {"tokens[:, 0] if": "tokens[:, 1] if"}, hint=3),
    Mistake("vit-no-error", "Another `pool` than the two raises no ValueError.",
            {'if pool not in ("token", "mean"):': "if False:"}),
    Mistake("vit-part-of-word", 'You look for `pool` in a longer string: `"" in "token mean"` is true. Compare with a '
            "tuple of the two words.", {'not in ("token", "mean")': 'not in "token mean"'}),
    Mistake("vit-blocks-in-a-list", "Your blocks are in a plain list, where torch does not see their parameters. Use "
            "nn.ModuleList.", {"nn.ModuleList(ViTBlock(dim, num_heads, mlp_ratio) for _ in range(depth))":
                               "[ViTBlock(dim, num_heads, mlp_ratio) for _ in range(depth)]"}),
    Mistake("vit-token-no-parameter", "Your class token is a plain tensor, so no optimiser would train it. Make it an "
            "nn.Parameter.", {"nn.Parameter(torch.zeros(1, 1, dim))": "torch.zeros(1, 1, dim)"}),
    Mistake("vit-positions-no-parameter", "Your position vectors are a plain tensor, so no optimiser would train them. "
            "Make them an nn.Parameter.",
            {"nn.Parameter(0.02 * torch.randn(1, self.grid[0] * self.grid[1] + 1, dim))":
                 "0.02 * torch.randn(1, self.grid[0] * self.grid[1] + 1, dim)"}),
    Mistake("vit-scores-of-all", "You return scores for every token. Read one vector for each image.",
            {OUT: "self.head(self.norm(tokens))"}, hint=3),
    *no_bias("vit", "self.head = nn.Linear(dim, num_classes)"),
    only_in_eval("vit-only-in-eval", {"    def forward(self, x: Tensor) -> Tensor:\n":
                                      "    def forward(self, x: Tensor) -> Tensor:\n        if self.training:\n"
                                      "            return self.head.weight.new_zeros(len(x), len(self.head.weight))\n"}),
)

WRONG = (
    Wrong("resized-if-the-height-differs", {PLACED: f"if grid[0] != self.grid[0]:\n            {PLACED}\n"
                                            "        else:\n            tokens = tokens + self.pos_embed"},
          says="The size of tensor a"),
)

EQUIVALENT = (
    "6: message without numbers", "6: no message", "6: message without pool", "8: rounded up",
    "8: rounded to the nearest", "8: rounded down, at least 1", "8: rounded up (2)", "8: rounded to the nearest (2)",
    "8: rounded down, at least 1 (2)", "10: zeros -> ones", "11: Mult -> Div", "11: Mult -> Add",
    "11: only torch.randn(1, self.grid[0] * self.gr... of Mult", "11: 0.02 -> 1.02", "11: 0.02 -> -0.98",
    "11: 0.02 -> 0.04", "11: 0.02 -> 0.01", "11: 0.02 -> -0.02", "12: each once", "17: rounded up",
    "17: rounded to the nearest", "17: rounded down, at least 1", "17: rounded up (2)",
    "17: rounded to the nearest (2)", "17: rounded down, at least 1 (2)", "17: x detached", "17: x detached (2)",
    "19: x detached", "19: without USub", "20: Add in place",
)
