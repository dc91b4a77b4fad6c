"""What `review()` asks of 08b_cosine."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("loud-key",
         "A query is compared with two keys. The second key is multiplied by 10. What changes in cosine attention?",
         "c",
         "A cosine depends on directions alone. The dot product with the second key grows tenfold.",
         choices=("The second key gets ten times the weight.",
                  "The second key gets all the weight.",
                  "Nothing.")),
    Item("table-cells",
         "A position bias has one number for each offset (rows, columns) between two tokens of a window. "
         "How many numbers does a window of 4 x 6 tokens need?",
         77,
         "Row offsets run from -3 to 3, column offsets from -5 to 5: 7 · 11 = 77. Pairs with the same offset share "
         "a number."),
    Item("bug-step",
         "This code finds the cell of a flattened table of position biases for each pair of tokens. Nothing crashes, "
         "but some pairs with different offsets share a bias. Which line has to change?",
         4,
         "Column offsets take 2w - 1 values, so a row of the table has 2w - 1 cells. With a smaller step, "
         "rows overlap.",
         code="at = torch.cartesian_prod(torch.arange(h), torch.arange(w))\n"
              "offset = at[:, None] - at + torch.tensor([h - 1, w - 1])\n"
              "down, right = offset.unbind(-1)\n"
              "cell = down * (2 * w - 2) + right"),
    Item("weak-mask",
         "Logits are 60 · cosine, plus a position bias between 0 and 16, plus -100 for masked pairs. "
         "An allowed token has cosine -1 and bias 0, and a masked token has cosine 1 and bias 16. Which of the two "
         "gets more weight?",
         "b",
         "The allowed logit is -60, and the masked logit is 60 + 16 - 100 = -24. "
         "With cosines, -100 is safe only while the scale is below 42.",
         choices=("The allowed token: -100 closes every masked pair.",
                  "The masked token: its logit is larger.",
                  "Neither: both logits are the same.")),
    Item("wider-window",
         "A network with Swin v2's bias was trained in windows of 2 x 4, and is used in windows of 2 x 8, with the "
         "table of these. Where does a head look that has learned to look one column to the right?",
         "b",
         "Coordinates are relative to the window, so the bias is stretched with it. The table of the training would "
         "keep the step.",
         choices=("One column to the right.",
                  "Two or three columns to the right.",
                  "Nowhere: the weights do not fit.")),
)
