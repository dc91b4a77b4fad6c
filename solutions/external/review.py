"""What `review()` asks of 07a_external."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("weights-shape",
         "External attention compares each token with 16 learned slots. What is the shape of its attention weights "
         "for tokens of shape (4, 100, 32)?",
         (4, 100, 16),
         "Each of the 100 tokens has one weight per slot. No token is compared with another one, so there is no map "
         "of 100 x 100."),
    Item("cost-ratio",
         "There are 4096 tokens of 32 channels. How many times as many multiply-adds do the two matrix products of "
         "self-attention take as those of external attention with 128 slots? Do not count query, key and value layers.",
         32,
         "Self-attention takes 2 · N · N · C, external attention 2 · N · C · S, with N tokens and S slots. "
         "Their ratio is N / S = 4096 / 128; the channels cancel."),
    Item("weight-by-hand",
         "Two tokens are compared with two slots. The exp of their logits is (3, 1) for the first token and (1, 1) "
         "for the second. First comes a softmax over the tokens, then each row is divided by its sum. "
         "What weight does the first token give to the first slot?",
         0.6,
         "The columns sum to 4 and 2, so the first token has the shares 3/4 and 1/2. Divided by their sum, 5/4, they "
         "are 0.6 and 0.4."),
    Item("nan-cause",
         "In float32, this function is fine for most images. Why does it return NaN if a few tokens have logits that "
         "are 120 above all others, in every slot?",
         "b",
         "Here exp(-120) is 0: the weak tokens have no share of any slot, and 0 / 0 is NaN. Adding 1e-9 to the "
         "sum helps, though not in float16.",
         code="def weigh(logits):  # (B, N, S): N tokens, S slots\n"
              "    share = F.softmax(logits, dim=1)\n"
              "    return share / share.sum(dim=2, keepdim=True)",
         choices=("exp(120) overflows to infinity inside `F.softmax`.",
                  "All shares of the weak tokens are rounded to 0, so that 0 is divided by 0.",
                  "The strong tokens' shares add up to more than 1, and the second step overflows.")),
    Item("bug-four-axes",
         "Each head should be normalised by itself: a softmax over the N tokens, then each token's shares of the S "
         "slots divided by their sum. Which line has to change?",
         2,
         "With four axes, `dim=1` is the axis of the heads, so the heads compete with each other, and the "
         "tokens do not. The softmax belongs on axis 2, the tokens.",
         code="def normalise(t):  # (B, heads, N, S)\n"
              "    p = t.softmax(dim=1)\n"
              "    rows = p.sum(dim=3, keepdim=True)\n"
              "    return p / (rows + 1e-9)"),
    Item("bug-back-to-map",
         "This function should turn tokens into a map again. It runs without an error, but mixes channels and "
         "positions. Which line has to change?",
         3,
         "`reshape` keeps the order of the numbers in memory, in which the channels of one token lie side by side. "
         "Swap the two axes with a transpose, then split N into H and W.",
         code="def to_map(tokens, H, W):  # tokens (B, H * W, C), row by row\n"
              "    B, N, C = tokens.shape\n"
              "    y = tokens.reshape(B, C, N)\n"
              "    return y.unflatten(2, (H, W))"),
    Item("what-cancels",
         "Logits have one row per token and one column per slot. They go through a softmax over the tokens, "
         "then each row is divided by its sum. Which change of the logits leaves the weights as they are?",
         "c",
         "A number added to a whole column multiplies each exp in it, and their sum, by the same factor, which "
         "cancels. Scaling does not cancel, although that is the reason usually given for this normalisation.",
         choices=("Every logit is multiplied by 4.",
                  "A different number is added for each token.",
                  "A different number is added for each slot.")),
    Item("which-can-count",
         "In each picture one disc has a different colour from all others, and a network must say for each disc "
         "whether it is that one. Only one module of the network can look at more than one position. Which of these "
         "modules can solve the task?",
         "a",
         "The softmax over the tokens divides by a sum over the whole image, which works like a count. "
         "The other two treat each token by itself, and were still at chance after five times as many steps.",
         choices=("External attention: a softmax over the tokens, then rows divided by their sums.",
                  "The same learned slots, with one plain softmax over the slots.",
                  "An MLP with as many parameters, applied to each position.")),
)
