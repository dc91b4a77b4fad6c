"""What `review()` asks of 07b_rest."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("map-shape",
         "Attention with 4 heads takes its queries from all positions of a map (2, 32, 8, 6). "
         "Its keys come from a 3 x 3 convolution of that map with stride 2 and padding 1. What is the shape of the "
         "attention weights?",
         (2, 4, 48, 12),
         "There is one row for each of the 8 · 6 = 48 queries and one column for each of the 4 · 3 = 12 keys, for "
         "every image and head."),
    Item("keys-left-over",
         "Keys are made by a convolution with kernel 5, stride 4 and padding 2. How many keys does a map of 10 x 14 "
         "positions give?",
         12,
         "Windows are centred on rows 0, 4 and 8 and on columns 0, 4, 8 and 12: 3 · 4 = 12. (10 // 4) · (14 // 4) "
         "would be 6, which is wrong whenever the stride does not divide the sides."),
    Item("row-sum",
         "After the softmax, an InstanceNorm takes all weights of a head's attention map: "
         "it subtracts their mean and divides by their standard deviation. What does each row of the map sum to "
         "afterwards?",
         0,
         "Before the norm, each row of M weights sums to 1, so the mean is 1 / M, and subtracting it M times leaves 0. "
         "A number added to all values therefore cancels."),
    Item("gate-parameters",
         "A position code multiplies x by the sigmoid of a depth-wise 3 x 3 convolution of x, with bias. "
         "How many parameters does it have for 48 channels?",
         480,
         "Each channel has one kernel of 9 weights and one bias: 48 · 10. This number does not depend on the size of "
         "the image. A learned table of positions grows with the image."),
    Item("bug-true-size",
         "`conv` has kernel 3, stride 2 and padding 1. For maps of 7 x 9 the tokens cannot be put together again, or "
         "come out scrambled. Which line has to change?",
         4,
         "The convolution makes 4 x 5 tokens from 7 x 9 positions, but 7 // 2 and 9 // 2 are 3 and 4. "
         "Read the size off the convolution's result, before `flatten`.",
         code="def embed(x, conv):  # x: (B, C, H, W)\n"
              "    y = conv(x)\n"
              "    tokens = y.flatten(2).mT\n"
              "    size = x.shape[2] // 2, x.shape[3] // 2\n"
              "    return tokens, size"),
    Item("bug-fewer-tokens",
         "Attention should return as many tokens as it gets, with fewer keys than queries. This code returns too few. "
         "Which line has to change?",
         3,
         "Only keys and values come from the reduced tokens. Every token keeps its own query, so queries must be "
         "made from x.",
         code="def attend(x, H, W):  # x: (B, H * W, C)\n"
              "    small = shrink(x, H, W)  # (B, M, C), fewer tokens\n"
              "    q = to_q(small)\n"
              "    k, v = to_kv(small).chunk(2, dim=2)\n"
              "    return (q @ k.mT / 8).softmax(dim=2) @ v"),
    Item("which-position-code",
         "A network must say on which side of a red cell its blue neighbour lies. It is trained on pictures of 12 x "
         "12 cells, and will be used on 18 x 20. Which position code would you take?",
         "c",
         "The side is a local pattern, which a 3 x 3 window sees at every size. The stretched table failed at "
         "the side; it is better at telling the place within the whole picture.",
         choices=("A learned table of 12 x 12 vectors, stretched smoothly to the new size.",
                  "None: attention between all positions sees on which side a neighbour is.",
                  "A gate made by a depth-wise 3 x 3 convolution.")),
    Item("lost-or-slow",
         "With one key per 4 x 4 cells, networks had to read entries of 2 x 2 cells. "
         "They scored 50 to 75 % after 180 steps (chance is 50 %), and 100 % after 3,600. What does this show?",
         "a",
         "What looks like lost detail is mostly slow learning. Before you write that a network cannot do something, "
         "train it for much longer.",
         choices=("The detail is still there, but it takes many more steps to learn to read it.",
                  "The reduction destroys entries that are smaller than its windows.",
                  "The networks with fewer keys have too few parameters for the task.")),
)
