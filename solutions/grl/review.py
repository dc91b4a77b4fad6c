"""What `review()` asks of 08c_grl."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("anchors-shape",
         "Tokens (2, 96, 32) form images of 8 x 12. Anchors are the means of blocks of 4 x 4 tokens, projected to "
         "half as many channels. What is the shape of the grid of anchors, channels last?",
         (2, 2, 3, 16),
         "An image has 8 / 4 rows and 12 / 4 columns of blocks. That makes 2 x 3 anchors, with 32 / 2 = 16 channels."),
    Item("two-maps",
         "A stripe has 8 x 16 tokens, and one anchor for each block of 4 x 4 tokens. "
         "How many weights do the two attention maps have together, anchors to tokens and tokens to anchors?",
         2048,
         "128 tokens and 8 anchors: 8 · 128 + 128 · 8 = 2048 weights. A full map would have 128 · 128 = 16384, eight "
         "times as many."),
    Item("stripes-grow",
         "Stripes are 8 rows high and as wide as the image, and each has a full attention map of its own. "
         "If both sides of the image double, by what factor does the number of weights in all these maps "
         "together grow?",
         8,
         "There are twice as many stripes, and each holds twice as many tokens, so its map grows fourfold. With "
         "windows of a fixed size, the total would only grow fourfold, like the number of tokens."),
    Item("product-by-hand",
         "Anchor 0 spreads its weight evenly over tokens 0 to 3, and anchor 1 spreads its own evenly over tokens 4 and "
         "5. A token gives anchor 0 the weight 0.6 and anchor 1 the weight 0.4. How much of its attention "
         "reaches token 5?",
         0.2,
         "Token 5 gets half of 0.4. Tokens 4 and 5 always arrive in equal parts: no token can separate what an anchor "
         "has mixed."),
    Item("bug-anchors-rolled",
         "For shifted stripes, the grids of tokens and anchors are rolled before they are cut into stripes. "
         "There is one anchor for each d x d tokens. For d = 2, anchors are paired with tokens from a different place. "
         "Which line has to change?",
         3,
         "The grid of anchors is d times as coarse, so it is rolled by -(s // d). Divide first, then change the sign.",
         code="def roll_both(tokens, anchors, s, d):  # (B, H, W, C), channels last\n"
              "    tokens = tokens.roll((-s, -s), dims=(1, 2))\n"
              "    anchors = anchors.roll((-s, -s), dims=(1, 2))\n"
              "    return tokens, anchors"),
    Item("bug-anchor-as-value",
         "Tokens should gather from each other through a few anchors a, with `attend(queries, keys, values)`. "
         "The result never depends on v. Which line has to change?",
         3,
         "An anchor is only an address: tokens are compared with it, but its content is never passed on. The values "
         "here are z, which the anchors have gathered.",
         code="def through_anchors(q, k, v, a):\n"
              "    z = attend(a, k, v)\n"
              "    return attend(q, a, a)"),
    Item("weights-fit",
         "A network was trained with windows of 8 x 8. By mistake, its weights are loaded into a network with "
         "windows of 4 x 4, and that network makes worse pictures. Why is there no error?",
         "b",
         "Position biases are computed from offsets, and masks are made in `forward`, so any window fits. "
         "Store the sizes next to the weights, where a loader can check them.",
         choices=("`load_state_dict` skips parameters of a different shape.",
                  "No parameter's shape depends on the size of the windows.",
                  "Smaller windows use the first rows and columns of each weight.")),
    Item("which-branch",
         "A sticker on a wall has lost its motif. The only other copy lies in the same rows, 40 tokens away. "
         "Which of these branches can fetch it, in one block?",
         "c",
         "Only the stripe holds both stickers. In our experiment each branch restored the stickers within its "
         "own range, and five times as many steps did not close the gap.",
         choices=("Two 3 x 3 convolutions with a gate for each channel.",
                  "Attention within windows of 8 x 8 tokens, shifted or not.",
                  "Attention within stripes of 8 rows that span the image.")),
)
