"""What `review()` asks of 09_cloformer."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("local-shape",
         "CloFormer's local branch makes q, k and v with a convolution and multiplies v by weights made from q · k. "
         "What is the shape of its output for x (2, 32, 9, 7), with 3 heads of 4 channels each?",
         (2, 12, 9, 7),
         "q, k and v have 3 · 4 = 12 channels each and the size of the map. They are multiplied number by number, "
         "so the shape stays the same."),
    Item("global-keys",
         "The global branch makes one key from the mean of each 4 x 4 window, and drops the rows and columns that are "
         "left over. How many keys does a map of 10 x 15 positions give?",
         6,
         "Two windows fit into 10 rows and three into 15 columns. All 150 positions still make queries."),
    Item("negated",
         "The local branch computes tanh(f(q · k)) · v, number by number. Here f is a small network, and q, "
         "k and v come from x by convolutions without biases. What happens to the output if x becomes -x?",
         "a",
         "q and k both change sign, so q · k and the weights stay the same, and only v changes sign. If x is doubled, "
         "however, q · k is four times as large.",
         choices=("It changes its sign, and nothing else.",
                  "It stays exactly the same.",
                  "It changes in no simple way.")),
    Item("bug-count",
         "For a map of 6 x 6 and windows of 4 there is one window, but this code finds two keys for a head. Which "
         "line has to change?",
         4,
         "36 // 16 is 2, but only one whole window fits. Count the positions of the pooled map instead of calculating "
         "their number.",
         code="def keys(x, to_keys, width, window):  # width: channels per head\n"
              "    B, C, H, W = x.shape\n"
              "    small = to_keys(F.avg_pool2d(x, window))\n"
              "    count = (H * W) // window ** 2\n"
              "    return small.reshape(B, -1, width, count).mT"),
    Item("bug-groups",
         "An MLP should have a depth-wise convolution in its middle. The code runs, but the MLP has many more "
         "parameters than expected. Which line has to change?",
         3,
         "Without `groups=hidden`, the convolution mixes all channels with one another: every kernel has `hidden` "
         "times as many weights.",
         code="hidden = 4 * dim\n"
              "widen = nn.Conv2d(dim, hidden, 1)\n"
              "neighbours = nn.Conv2d(hidden, hidden, 5, padding=2)\n"
              "narrow = nn.Conv2d(hidden, dim, 1)"),
    Item("hidden-mean",
         "You claim that a layer sees 5 x 5 pixels only and cannot use a glow far away. Which of these, "
         "placed in front of it at test time, would undermine your claim?",
         "c",
         "GroupNorm uses the mean and the deviation of all channels and positions of the picture, which the glow can "
         "change. With it, the local heads alone learned our task in four of five longer runs.",
         choices=("`nn.BatchNorm2d(16)` in eval mode",
                  "`nn.Conv2d(16, 16, 1)` with a bias",
                  "`nn.GroupNorm(1, 16)`",
                  "`nn.SiLU()`")),
    Item("open-gate",
         "In the local branch, the gate that multiplies v was opened: all its numbers were 1. "
         "On our task, 7 of 17 such networks were at chance (about 50 %) after 180 steps, and none scored above 94 % "
         "even after 3,600. With its gate, the network scored 96 % after 180. What did the open gate cost?",
         "d",
         "With an open gate the task can be learned too, only later. Our three first short runs alone would have "
         "told you that it is impossible. (GELU(v), which has no gate either, scored 93 to 95 % after 180 steps.)",
         choices=("Everything: the task cannot be solved with it.",
                  "The parameters that the gate had.",
                  "Nothing, because longer training does the same.",
                  "Mostly speed, and about three points at the end.")),
    Item("which-waves",
         "Waves of 3 pixels hardly change the output of the global branch, before training as well as after. Why?",
         "b",
         "In a mean over 4 x 4 pixels, light and dark parts of a short wave nearly cancel. This is built in by the "
         "pooling, not by attention: without pooling, short waves pass.",
         choices=("Its softmax gives all keys nearly equal weights.",
                  "Its keys and values are made from means of windows.",
                  "Its heads have learned to ignore fine detail.")),
)
