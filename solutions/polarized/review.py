"""What `review()` asks of 06b_polarized."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("weights-of-positions",
         "The channel branch of polarized self-attention reads `x` of shape (2, 64, 14, 10). "
         "Its `wq`, a 1 x 1 convolution to one channel, is followed by `.flatten(2)` and a softmax. What is the shape "
         "of these weights?",
         (2, 1, 140),
         "There is one weight per position, so there are 14 · 10 = 140. They sum to 1 in each image. "
         "The branch collapses the positions completely, and keeps C // 2 = 32 channels of values."),
    Item("weighted-mean",
         "The channel branch gives three positions the scores 0, ln 2 and ln 5. A softmax turns them into weights. "
         "What is the weighted mean of their values, 8, 4 and 16?",
         12,
         "The exponentials are 1, 2 and 5, so the weights are 1/8, 2/8 and 5/8. The weighted mean is "
         "1 + 1 + 10 = 12. A plain mean would be 9.33."),
    Item("three-blocks",
         "All gates of three polarized blocks in a row are 0.5, and no norm stands between the blocks. Their layout "
         "is sequential: x times the channel gate, then times the map. What becomes of a feature with the value 64?",
         1,
         "Each block multiplies by 0.5 · 0.5 = 1/4: 64, 16, 4, 1. "
         "In the parallel layout the two products are added, 0.5 + 0.5 = 1, so 64 stays 64."),
    Item("bug-sequential",
         "In this sequential block a position stays open even if its map is 0. Which line has to change?",
         4,
         "`z` already contains both gates. With the sum, each position keeps 1 to 2 times y, so no map can close it. "
         "Adding belongs to the parallel layout.",
         code="def block(x, channel, spatial):\n"
              "    y = x * channel(x)\n"
              "    z = y * spatial(y)\n"
              "    return y + z"),
    Item("bug-equal-values",
         "As a test, you set every value of a spatial branch to 2. Its map should then be sigmoid(2) everywhere, for "
         "every image, but it changes from image to image. What is wrong?",
         "c",
         "A weighted mean of twos is 2, whatever the weights are, as long as they sum to 1. "
         "Without the softmax they are arbitrary numbers that grow with x.",
         choices=("A LayerNorm is missing before the sigmoid.",
                  "The query is pooled by its maximum.",
                  "The softmax of the weights is missing.",
                  "The sigmoid at the end is missing.")),
    Item("bug-never-closed",
         "A map is made as `torch.sigmoid(scores.softmax(dim=-1))`, with a softmax over all positions. "
         "What is the smallest value that a gate of this map can have, in the limit?",
         0.5,
         "A softmax gives numbers between 0 and 1, and σ(0) = 0.5. "
         "The map can emphasise a position a little, up to σ(1) = 0.73, but it cannot close any position."),
    Item("which-map",
         "The answer is one pixel, similar dots lie three pixels apart, and no layer after the gate looks at "
         "neighbouring pixels. Which map do you take?",
         "a",
         "Dots that share a cell share one gate. With long training, maps with 4 x 4 cells reached 87 to 90 % and "
         "those with 8 x 8 cells at most 64 %; a full-size map has no such limit.",
         choices=("A map with one gate for each pixel.",
                  "A map with one gate per 4 x 4 pixels.",
                  "A map with one gate per 8 x 8 pixels.",
                  "Any of these, if you train long enough.")),
    Item("mean-first",
         "The spatial branch applies a 1 x 1 convolution to x and then takes the mean over H and W. "
         "You take the mean first and apply the same convolution to it. What changes?",
         "b",
         "A mean and a linear layer can change places. The convolution then runs once per image instead of at every "
         "position. A ReLU in between would spoil this.",
         choices=("The result changes, the cost stays the same.",
                  "The result stays the same, the cost falls.",
                  "The result changes only at the border.",
                  "Both the result and the cost stay the same.")),
)
