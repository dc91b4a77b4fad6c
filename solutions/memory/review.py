"""What `review()` asks of 05b_memory."""

from autograder.lessons.declare import Item

ITEMS = (
    Item("size-of-the-matrix",
         "Position attention builds its N x N matrix for one map of 64 x 64 positions, in float32 (4 bytes per "
         "number). How many MiB does this one matrix need? (1 MiB is 2²⁰ bytes.)",
         64,
         "N = 64 · 64 = 4096 = 2¹², so the matrix has 2²⁴ numbers. They take 4 · 2²⁴ bytes = 64 MiB. "
         "With twice the side it needs 16 times as much."),
    Item("last-chunk",
         "A batch of 2 images has N = 1000 positions each. Attention is computed for chunks of 128 queries at a time. "
         "What is the shape of the last chunk's weights?",
         (2, 104, 1000),
         "Seven chunks hold 896 queries, so 104 are left. "
         "Each query is still compared with all 1000 keys, because a softmax needs its whole row."),
    Item("one-more-key",
         "A softmax in pieces carries, for one query, the maximum m = ln 4 so far, the sum s = 3 and the "
         "output o = 12. One last key has the logit ln 8 and the value 20. What is the final result, o / s?",
         10.4,
         "The maximum rises, so s and o are multiplied by exp(ln 4 - ln 8) = 1/2. "
         "Then s = 1.5 + 1 and o = 6 + 20: the result is 26 / 2.5 = 10.4."),
    Item("bug-running-sum",
         "Here a softmax in pieces reads one key at a time, for one query, in plain numbers. "
         "The result is right if the largest logit comes first, but not if it comes later. Which line has to change?",
         5,
         "When the maximum rises, both s and o, which were added up with the old maximum, must be multiplied by "
         "exp(m - new).",
         code="m, s, o = -math.inf, 0.0, 0.0\n"
              "for z, value in zip(logits, values):\n"
              "    new = max(m, z)\n"
              "    s = s * math.exp(m - new) + math.exp(z - new)\n"
              "    o = o + math.exp(z - new) * value\n"
              "    m = new\n"
              "result = o / s"),
    Item("bug-chunks-in-training",
         "Attention is computed in chunks of 128 queries, so no tensor is large. "
         "Yet the memory of a training step still grows quadratically with the number of positions, N. Why?",
         "a",
         "All chunks' weights together are N x N numbers again. "
         "With `checkpoint` the weights are not kept, but computed a second time for the backward pass.",
         choices=("Autograd keeps every chunk's attention weights for the backward pass.",
                  "Each chunk also holds a copy of all keys and values.",
                  "128 is too small: the number of chunks grows with N.",
                  "`torch.cat` builds the whole matrix from the chunks.")),
    Item("bug-not-fused",
         "On the CPU, `F.scaled_dot_product_attention(q, k, v, scale=1.0)` gets contiguous q and k of shape (1, 1, N, "
         "8) and v of shape (1, 1, N, 64). The result is right, but it needs N x N numbers. What helps?",
         "c",
         "The CPU's blockwise kernel wants one width for all three, and zeros change no product. "
         "Otherwise torch builds the matrix without a warning: measure how much memory it needs.",
         choices=("Leave out `scale`, so that the default is used.",
                  "Call `.contiguous()` on q, k and v once more.",
                  "Pad q and k with zeros to the width 64.",
                  "Drop the second axis of q, k and v.")),
    Item("multiplications",
         "The height and the width of a map both double. With recomputed chunks, memory grows about 4 times. "
         "By what factor does the number of multiplications in position attention's two matrix products grow?",
         16,
         "Every query is still compared with every key, and there are 4 · 4 times as many pairs. "
         "These methods save memory, not multiplications."),
    Item("which-cut",
         "You want to train exact position attention on large maps, with memory that grows about linearly with the "
         "number of positions, N. Which of these does it?",
         "d",
         "Fixed-size chunks keep each piece small, and recomputation keeps autograd from storing all of them. "
         "With a fixed number of chunks, each chunk still grows as N · N.",
         choices=("Four chunks of queries, made with `chunk(4)`, each in `checkpoint`.",
                  "Chunks of 128 queries, with everything kept for the backward pass.",
                  "The whole matrix at once, computed inside one `checkpoint`.",
                  "Chunks of 128 queries, each computed inside a `checkpoint`.")),
)
