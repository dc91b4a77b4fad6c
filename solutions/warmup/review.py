"""What `review()` asks of 00_warmup."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("attention-shape",
         "`q` has the shape (2, 5, 16), `k` (2, 9, 16) and `v` (2, 9, 32). What is the shape of the "
         "attention's output?",
         (2, 5, 32),
         "There is one output per query, so 5 rows. Each is a weighted mean of the values, so it has 32 numbers. "
         "The 9 keys appear only in the weights, (2, 5, 9)."),
    Item("squeezed-batch",
         "`x` holds a single image and has the shape (1, 64, 7, 7). What is the shape of `x.mean(dim=(2, 3), "
         "keepdim=True).squeeze()`?",
         (64,),
         "A bare `squeeze()` removes every axis of size 1, the batch axis included. "
         "Without `keepdim=True` and `squeeze()`, the mean has the shape (1, 64)."),
    Item("gate-aligned",
         "`g` has the shape (8, 32) and holds one gate for each image and channel; `x` has the shape (8, 32, 8, 32). "
         "What does `x * g` do?",
         "c",
         "Shapes line up from the right, so (8, 32) is lined up with H and W. It runs only because the sizes happen "
         "to agree. `g[:, :, None, None]` is the gate that was meant.",
         choices=("It raises an error, because `g` has too few axes.",
                  "It multiplies each channel of each image by its own gate.",
                  "It runs, but multiplies each position by its own number.",
                  "It runs, but uses the first image's gates for all images.")),
    Item("bug-positions",
         "`vectors` should hold, for each of the h · w positions, a vector of its c channels. Which line has "
         "to change?",
         3,
         "`reshape` keeps the numbers in their order and cuts them differently, so each \"position\" is made of "
         "neighbours within one channel. To swap two axes, use `transpose` or `permute`.",
         code="b, c, h, w = image.shape\n"
              "flat = image.flatten(2)  # (b, c, h * w)\n"
              "vectors = flat.reshape(b, h * w, c)\n"
              "norms = vectors.square().sum(dim=-1)  # (b, h * w)"),
    Item("bug-lonely-query",
         "An attention function computes weights of shape (B, N, M) for N queries and M keys. "
         "When there is only one query, all of its weights are 1, whatever the numbers. Which mistake causes this?",
         "b",
         "Along the axis of the queries, a single query competes with nobody: its softmax is 1 for every key. "
         "If the softmax ran over the keys, the query's weights would sum to 1.",
         choices=("There is no softmax at all.",
                  "The softmax runs over the queries.",
                  "The softmax runs over the keys.",
                  "The scores are not scaled at all.")),
    Item("weights-by-hand",
         "A query has the scores 0, 0 and ln 2 with three keys, and the scale is 1. The values are 4, 8 and 12. "
         "What does attention return?",
         9,
         "The exponentials are 1, 1 and 2, so the weights are 1/4, 1/4 and 1/2. The mean is 1 + 2 + 6 = 9."),
    Item("no-scale",
         "Queries and keys are random vectors of D numbers. What happens to the attention weights when D grows and "
         "scores are not divided by √D?",
         "d",
         "Dot products grow like √D, so by chance one key gets nearly all the weight. "
         "The softmax is then saturated, and hardly any gradient reaches queries and keys.",
         choices=("They all come closer to 1 / M, for M keys.",
                  "They stay the same, because a softmax normalises.",
                  "They no longer sum to 1 in each row.",
                  "One comes closer to 1, and all others to 0.")),
    Item("keys-shuffled",
         "The keys are put into a different order, and the values are put into that order too. What happens to the "
         "output of attention?",
         "d",
         "Each query's weights move along with their keys, and a weighted mean does not depend on the order in which "
         "it is added up. Attention knows nothing about positions, unless they are written into the vectors.",
         choices=("Its rows are put into that order as well.",
                  "Its columns are put into that order as well.",
                  "Each row becomes a mean of different values.",
                  "Nothing: every number stays the same.")),
)
