"""What `review()` asks of e2_coordinate."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("line-shape",
         "Coordinate Attention joins the means of all rows and the means of all columns into one line, along axis 2. "
         "What is the shape of this line for x (2, 32, 6, 10)?",
         (2, 32, 16, 1),
         "Each channel has six row means and ten column means, one below the other, which makes H + W = 16 positions."),
    Item("ghosts",
         "A map of 5 x 5 has a gate of 0 or 1 for each row and each column, and a position is open if both of its "
         "gates are. You open the rows and columns of (0, 1), (2, 3) and (4, 4). How many positions are open?",
         9,
         "Three rows and three columns meet nine times, and six of these places are ghosts that you did not want. "
         "A product of two gates always draws a grid."),
    Item("mark-lift",
         "A mark covers 3 of the 60 pixels of a row, and is brighter than the background by 1. "
         "By how much does it lift the mean of this row?",
         0.05,
         "It lifts the mean by 3/60. The wider the map, the less a small mark changes the mean of its row, "
         "and the harder it is to notice."),
    Item("only-width",
         "A class `CoordinateAttention(in_channels, out_channels)` multiplies x by its gates, which have "
         "`out_channels` channels. For x with 16 channels, which value other than 16 raises no error?",
         1,
         "A single channel of gates is broadcast: all 16 channels then share their gates, and nothing tells you. "
         "If the constructor raised an error, you would know."),
    Item("bug-halves",
         "A network with this function runs on all its square images, and crashes on the first wide one. Which line "
         "has to change?",
         2,
         "`chunk` makes two equal halves, but the line holds H rows and W columns. Ask for pieces of exactly "
         "these sizes.",
         code="def gates(line, H, W):  # (B, C, H + W, 1), rows first\n"
              "    rows, columns = line.sigmoid().chunk(2, dim=2)\n"
              "    columns = columns.transpose(2, 3)\n"
              "    return rows * columns"),
    Item("bug-transpose",
         "For square maps this function raises no error, but the gates of the columns end up on the rows. Which line "
         "has to change?",
         3,
         "In its shape (B, C, W, 1), `b` is stretched along the width, as if it held a gate for each row. "
         "Transposed to (B, C, 1, W), it belongs to the columns.",
         code="def gated(x, a, b):  # a: (B, C, H, 1), b: (B, C, W, 1)\n"
              "    y = x * a\n"
              "    return y * b"),
    Item("no-places",
         "In a control of Coordinate Attention, the mean of every row and column is replaced by the mean of the "
         "whole map. What did this show, on boards where marks at two edges point at a square?",
         "b",
         "All layers are there, only the places are gone, and nearly all of the advantage over SE goes with them. "
         "So the positions make the difference, not the additional layers.",
         choices=("It solved the task as well, so its layers do the work.",
                  "It came nowhere near 100 %, so the positions do the work.",
                  "It fell to chance, as SE does, so only gates can help.")),
    Item("which-module",
         "A mark at the left edge points at a row, and one at the top edge points at a column. "
         "The network must name the colour where they cross. "
         "Apart from one module, the network sees only a few pixels. Which module would you take?",
         "c",
         "The mean of a row still belongs to its row, and the mean of a column to its column, however far away the "
         "mark is. SE's mean forgets the place, "
         "and a window of 7 x 7 sees too little.",
         choices=("SE: one gate for each channel, from the mean of the map.",
                  "CBAM's map: one gate for each position, from a 7 x 7 window.",
                  "Coordinate Attention: a gate for each row and each column.")),
)
