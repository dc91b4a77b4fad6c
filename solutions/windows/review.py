"""What `review()` asks of 08a_windows."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("windows-shape",
         "A batch of grids (2, 8, 12, 16), channels last, is cut into windows of 4 rows and 6 columns. "
         "The first axis of the result counts the windows of all images. What is the shape of the result?",
         (8, 4, 6, 16),
         "Each image has 2 windows down and 2 across, four in all, so two images have eight."),
    Item("mask-shape",
         "Pictures of 8 x 12 tokens are rolled by (-2, -2) and cut into windows of 4 x 4. "
         "What is the shape of the mask that says which tokens of each window may look at each other?",
         (6, 16, 16),
         "There are 2 · 3 = 6 windows, and in each of them a number for every pair of its 16 tokens."),
    Item("corner-pairs",
         "A picture is rolled by (-2, -2) and cut into windows of 4 x 4. The last window (bottom right) has 256 pairs "
         "of tokens. How many of them does the mask leave open?",
         64,
         "The corner window holds four regions of 2 x 2 tokens from the four corners of the picture. Each region has "
         "4 · 4 pairs, so 64 in all."),
    Item("bug-regions",
         "`ids`, of shape (1, 1, H, W), should number the nine regions of a rolled picture, for windows of 4 x 4 and "
         "a shift of 2. The code raises no error, but some windows get no mask. Which line has to change?",
         5,
         "The slices are applied one axis too early. On an axis of size 1 a slice is either empty or the whole axis, "
         "and neither case raises an error. Rows and columns are the last two axes.",
         code="ids, number = torch.zeros(1, 1, 8, 12), 0\n"
              "cuts = slice(0, -4), slice(-4, -2), slice(-2, None)\n"
              "for rows in cuts:\n"
              "    for columns in cuts:\n"
              "        ids[:, rows, columns, :] = number\n"
              "        number += 1"),
    Item("without-mask",
         "In a network with one plain and one shifted block, the shifted block has no mask. The network must name, "
         "for each tile, the colour of its right neighbour, or the tile's own colour in the last column. Where did "
         "our networks' answers go wrong?",
         "d",
         "The picture is rolled, so the first column lies beside the last one, and this border looks like any other. "
         "Ours learned mostly the borders, and stayed near chance at the edge: the mask also says where the "
         "picture ends.",
         choices=("In all columns, as distant tiles are mixed everywhere.",
                  "Only at the borders between windows of the plain block.",
                  "Nowhere: the mask only saves time.",
                  "In the last column, which now has the first one beside it.")),
)
