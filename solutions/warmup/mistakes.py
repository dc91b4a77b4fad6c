"""Known mistakes, correct variants and equivalent mutants of 00_warmup.
Each mistake is the reference with one thing changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import OVERFLOW, naive_softmax

# What the reference says, and most mistakes replace.
MEAN = "x.mean(dim=(2, 3))"
AXES = "weights = weights[:, :, None, None]"
ELSE = "elif weights.shape not in ((b, c, 1, 1), (b, 1, h, w), (b, c, h, w)):"
REFUSAL = """raise ValueError(f"no weights of shape {tuple(weights.shape)} for an image of shape {tuple(x.shape)}")"""
GUARD = f"    {ELSE}\n        {REFUSAL}\n"
PRODUCT = "return x * weights"
DEFAULT = "if scale is None:\n        scale = q.shape[-1] ** -0.5\n"
SCORES = "scale * (q @ k.transpose(1, 2))"
WEIGHTS = f"torch.softmax({SCORES}, dim=-1)"
OUTPUT = "return weights @ v"
COUNT = "sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)"

OVER_QUERIES = ("Your softmax runs over the queries (dim 1 of q @ kᵀ, or the last axis of k @ qᵀ). The weights of "
                "each key then sum to 1, so a query's result depends on which other queries there are. The weights "
                "of each query should sum to 1: take the softmax over the keys, the last axis of q @ kᵀ.")
LEFT_OUT = "`gate` should accept four shapes, but yours refuses one of them: {}."

MISTAKES = (
    # --- global_average_pool
    Mistake("pool-keeps-axes", "global_average_pool",
            "Your result keeps two axes of size 1, (B, C, 1, 1). Return one number for each channel, so that the shape "
            "is (B, C). Leave out `keepdim=True`, or add `flatten(1)` after a pooling layer.",
            ((MEAN, "x.mean(dim=(2, 3), keepdim=True)"),)),
    Mistake("pool-maximum", "global_average_pool",
            "Your function takes the largest value of each channel. Average pooling takes the mean.",
            ((MEAN, "x.amax(dim=(2, 3))"),)),
    Mistake("pool-sum", "global_average_pool",
            "Your function adds up the positions but does not divide by their number, so a larger image gives larger "
            "numbers. Divide the sum by H * W, or use `x.mean(dim=...)`.",
            ((MEAN, "x.sum(dim=(2, 3))"),)),
    Mistake("pool-everything", "global_average_pool",
            "Your function averages over all four axes and returns one single number. Name the two axes to average "
            "over: `x.mean(dim=...)`.",
            ((MEAN, "x.mean()"),)),
    Mistake("pool-over-channels", "global_average_pool",
            "Your function averages over the channels and keeps the positions. It should be the other way round: "
            "average over H and W, so that each channel keeps its own number.",
            ((MEAN, "x.mean(dim=1)"),)),
    Mistake("pool-channels-and-rows", "global_average_pool",
            "Your function averages over axes 1 and 2, the channels and the rows. Axes are counted from 0, so H and W "
            "are 2 and 3.",
            ((MEAN, "x.mean(dim=(1, 2))"),)),
    Mistake("pool-whole-image", "global_average_pool",
            "Your function averages over the channels too and returns one number per image. Average over H and W only, "
            "so that B and C stay.",
            ((MEAN, "x.mean(dim=(1, 2, 3))"),)),
    Mistake("pool-over-batch", "global_average_pool",
            "Your function averages over the batch too, so all images get the same numbers. Keep the images apart: "
            "average over H and W only.",
            ((MEAN, "x.mean(dim=(0, 2, 3)).expand(x.shape[0], -1)"),)),
    Mistake("pool-lost-batch", "global_average_pool",
            "Your function averages over the batch too and returns (C,). Keep the images apart: average over H and W "
            "only.",
            ((MEAN, "x.mean(dim=(0, 2, 3))"),)),
    Mistake("pool-rows", "global_average_pool",
            "Your function averages over H alone and keeps W. Average over both spatial axes.",
            ((MEAN, "x.mean(dim=2)"),)),
    Mistake("pool-columns", "global_average_pool",
            "Your function averages over W alone and keeps H. Average over both spatial axes.",
            ((MEAN, "x.mean(dim=3)"),)),
    Mistake("pool-drops-all-ones", "global_average_pool",
            "A bare `.squeeze()` removes every axis of size 1: a batch of one image loses its batch axis, and a map of "
            "one channel loses its channel axis. Name the axes to remove, or use `flatten(1)`.",
            ((MEAN, "x.mean(dim=(2, 3), keepdim=True).squeeze()"),)),
    Mistake("pool-square-map", "global_average_pool",
            "Your function divides by H * H, as if every map were square. Divide by H * W, or let `mean` do it.",
            ((MEAN, "x.sum(dim=(2, 3)) / x.shape[2] ** 2"),)),
    Mistake("pool-no-gradient", "global_average_pool",
            "The numbers are right, but no gradient flows back, so nothing before the pooling could learn. Leave out "
            "the `detach()`, `.data` or `no_grad()` that cuts the graph.",
            ((MEAN, "x.detach().mean(dim=(2, 3))"),)),
    Mistake("pool-float32", "global_average_pool",
            "The numbers are right, but they come back as float32, whatever the input's dtype is. Leave out any "
            "`.float()`. If you make a new tensor, write `torch.zeros(..., dtype=x.dtype, device=x.device)`.",
            ((MEAN, "x.mean(dim=(2, 3)).float()"),), grain="float32"),
    Mistake("pool-reshaped", "global_average_pool",
            "You turn x into (B, H * W, C) with `reshape` or `view`. Neither of them swaps axes, so each of your "
            "means mixes numbers of several channels. Flatten H and W with `x.flatten(2)`, then take the mean over "
            "the last axis.",
            ((MEAN, "x.reshape(x.shape[0], -1, x.shape[1]).mean(dim=1)"),)),

    # --- gate
    Mistake("gate-plain-product", "gate",
            "Your function multiplies without looking at the shapes. Torch aligns (B, C) from the right, so C meets W. "
            "Usually that is an error, but if B = H and C = W it is a wrong result that nobody notices. Give weights "
            "of shape (B, C) two axes of size 1 at the end. Raise a ValueError for any shape that is not one of the "
            "four.",
            ((f"    if weights.shape == (b, c):\n        {AXES}\n{GUARD}", ""),)),
    Mistake("gate-no-error", "gate",
            "Your function handles the four shapes, but it accepts others as well. Weights of shape (B, 1, H, 1) "
            "broadcast without an error, and they are almost certainly a mistake. Compare the shape with the four "
            "allowed ones, and raise a ValueError.",
            ((GUARD, ""),)),
    Mistake("gate-asks-torch", "gate",
            "You leave it to torch to refuse wrong shapes. But torch stretches every axis of size 1, so wrong shapes "
            "such as (1, C, 1, 1) pass. Compare the shape with the four allowed ones, and raise the ValueError "
            "yourself.",
            ((f"{GUARD}    {PRODUCT}", "    try:\n        return x * weights\n    except RuntimeError:\n"
              "        raise ValueError(f\"{tuple(weights.shape)} does not fit {tuple(x.shape)}\")"),)),
    Mistake("gate-counts-axes", "gate",
            "You check the number of axes but not their sizes, so wrong shapes such as (B, 1, H, 1) pass. Compare "
            "the whole shape with the four allowed ones.",
            ((ELSE, "elif weights.dim() != 4:"),)),
    Mistake("gate-two-axes-unchecked", "gate",
            "Weights with two axes pass your check whatever their sizes are, and wrong sizes end in torch's own "
            "RuntimeError. Check that they are (B, C), and raise a ValueError if they are not.",
            (("weights.shape == (b, c)", "weights.dim() == 2"),)),
    Mistake("gate-two-axes-are-a-map", "gate",
            "You treat weights with two axes as a map over the positions, (H, W). Here two axes mean (B, C): one "
            "weight for each channel of each image.",
            (("weights.shape == (b, c)", "weights.shape == (h, w)"), (AXES, "weights = weights[None, None]"))),
    Mistake("gate-one-axis-too-few", "gate",
            "You give the weights only one new axis, (B, C, 1), and torch lines them up with (C, H, W). They need two: "
            "(B, C, 1, 1).",
            ((AXES, "weights = weights[:, :, None]"),)),
    Mistake("gate-axes-in-front", "gate",
            "You put the new axes in front, so your weights are (1, 1, B, C). Then B is matched with H, and C with "
            "W. Put the new axes at the end: (B, C, 1, 1).",
            ((AXES, "weights = weights[None, None]"),)),
    Mistake("gate-added", "gate",
            "Your function adds the weights. A gate multiplies: 0 closes it, and 1 lets everything pass.",
            ((PRODUCT, "return x + weights"),)),
    Mistake("gate-shortcut", "gate",
            "Your function adds x to the gated x. Return the product alone, because a weight of 0 should give 0.",
            ((PRODUCT, "return x + x * weights"),)),
    Mistake("gate-sigmoid", "gate",
            "Your function sends the weights through a sigmoid. They are weights already: multiply by them as "
            "they are.",
            ((PRODUCT, "return x * torch.sigmoid(weights)"),)),
    Mistake("gate-softmax", "gate",
            "Your function sends the weights through a softmax over the channels. They are weights already: multiply "
            "by them as they are.",
            ((PRODUCT, "return x * torch.softmax(weights, dim=1)"),)),
    Mistake("gate-clamped", "gate",
            "Your function clamps the weights to between 0 and 1. That is not its job: multiply by them as they are.",
            ((PRODUCT, "return x * weights.clamp(0, 1)"),)),
    Mistake("gate-complement", "gate",
            "Your function multiplies by 1 minus the weight, so a weight of 1 closes the gate. Multiply by the weight.",
            ((PRODUCT, "return x * (1 - weights)"),)),
    Mistake("gate-returns-weights", "gate",
            "Your function returns the weights, stretched to x's shape. Multiply x by them.",
            ((PRODUCT, "return weights.expand_as(x)"),)),
    Mistake("gate-first-image", "gate",
            "Your function gates the whole batch with the first image's weights. Each image has its own weights, so "
            "keep the batch axis of `weights` whole.",
            ((PRODUCT, "return x * weights[:1]"),)),
    Mistake("gate-in-place", "gate",
            "Your function changes x in place (`x *= ...`): code that reads x afterwards finds it changed. Write "
            "`x * ...`.",
            ((PRODUCT, "x *= weights\n    return x"),)),
    Mistake("gate-weights-detached", "gate",
            "The numbers are right, but the weights are detached, so the layers that make them would never learn. "
            "Leave out the `detach()`, `.data` or `no_grad()`.",
            ((PRODUCT, "return x * weights.detach()"),)),
    Mistake("gate-x-detached", "gate",
            "The numbers are right, but x is detached, so the layers before the gate would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((PRODUCT, "return x.detach() * weights"),)),
    Mistake("gate-returns-error", "gate",
            "You return the ValueError, and the caller goes on with it as if it were a tensor. Use `raise` instead of "
            "`return`.",
            (("raise ValueError", "return ValueError"),)),
    Mistake("gate-assert", "gate",
            "You stop with an `assert`, which Python may skip (`python -O`). A wrong argument calls for a ValueError: "
            "`raise` one.",
            ((GUARD, "    else:\n        assert weights.shape in ((b, c, 1, 1), (b, 1, h, w), (b, c, h, w))\n"),)),
    Mistake("gate-refuses-two-axes", "gate", LEFT_OUT.format("(B, C)"),
            (("if weights.shape == (b, c):\n        weights = weights[:, :, None, None]\n    elif", "if"),)),
    Mistake("gate-refuses-channels", "gate", LEFT_OUT.format("(B, C, 1, 1)"), (("(b, c, 1, 1), ", ""),)),
    Mistake("gate-refuses-positions", "gate", LEFT_OUT.format("(B, 1, H, W)"), (("(b, 1, h, w), ", ""),)),
    Mistake("gate-compares-with-lists", "gate",
            "Your function refuses all four shapes. A tuple never equals a list: compare the shape with the tuple (b, "
            "c), not with the list [b, c].",
            (("weights.shape == (b, c)", "weights.shape == [b, c]"),
             ("((b, c, 1, 1), (b, 1, h, w), (b, c, h, w))", "([b, c, 1, 1], [b, 1, h, w], [b, c, h, w])"))),
    Mistake("gate-refuses-elements", "gate", LEFT_OUT.format("(B, C, H, W)"), ((", (b, c, h, w))", ")"),)),
    Mistake("gate-maps-without-channel", "gate",
            "You accept weights of three axes, (B, H, W). Weights for the positions must have four axes: (B, 1, H, "
            "W). Raise a ValueError for (B, H, W).",
            ((f"    {ELSE}",
              f"    elif weights.shape == (b, h, w):\n        weights = weights[:, None]\n    {ELSE}"),)),

    # --- dot_product_attention
    Mistake("attention-over-queries", "dot_product_attention",
            OVER_QUERIES, (("dim=-1", "dim=1"),)),
    Mistake("attention-over-queries-and-zero-is-none", "dot_product_attention",
            OVER_QUERIES + " And `scale or ...` treats a scale of 0 as no scale: write `if scale is None`.",
            (("dim=-1", "dim=1"), ("if scale is None", "if not scale"))),
    Mistake("attention-over-batch", "dot_product_attention",
            "Your softmax runs over the batch (`dim=0`), so images compete with each other. (For three axes, torch "
            "also picks `dim=0` if no `dim` is given.) Your softmax should run over the keys, the last axis.",
            (("dim=-1", "dim=0"),)),
    Mistake("attention-no-softmax", "dot_product_attention",
            "The softmax is missing: your weights are raw scores, which can be negative and do not sum to 1. Apply a "
            "softmax to the scores over the keys, the last axis.",
            ((WEIGHTS, SCORES),)),
    Mistake("attention-not-normalised", "dot_product_attention",
            "Your weights are exp(score), and you do not divide them by their sum. A softmax divides, so that the "
            "weights of each query sum to 1.",
            ((WEIGHTS, f"torch.exp({SCORES})"),)),
    Mistake("attention-sigmoid", "dot_product_attention",
            "Your weights come from a sigmoid: each key is judged alone, and the weights of a query do not sum to 1. "
            "Attention uses a softmax over the keys.",
            ((WEIGHTS, f"torch.sigmoid({SCORES})"),)),
    Mistake("attention-winner-takes-all", "dot_product_attention",
            "You take the value of the best key alone. Attention takes a weighted mean of all values, so that every "
            "key gets a gradient.",
            ((WEIGHTS, f"torch.nn.functional.one_hot({SCORES}.argmax(-1), k.shape[1]).to(v)"),)),
    Mistake("attention-unscaled", "dot_product_attention",
            "If no scale is given, your code uses 1. The default should be D ** -0.5, where D is the size of a query.",
            (("q.shape[-1] ** -0.5", "1.0"),)),
    Mistake("attention-divided-by-size", "dot_product_attention",
            "Your default scale is 1 / D. It should be 1 / sqrt(D): D ** -0.5.",
            (("q.shape[-1] ** -0.5", "1 / q.shape[-1]"),)),
    Mistake("attention-times-root", "dot_product_attention",
            "You multiply the scores by sqrt(D) if no scale is given; they should be divided by it. The scale is "
            "D ** -0.5.",
            (("q.shape[-1] ** -0.5", "q.shape[-1] ** 0.5"),)),
    Mistake("attention-scaled-by-keys", "dot_product_attention",
            "Your default scale comes from M, the number of keys. It should come from D, the size of a query: the last "
            "axis of q.",
            (("q.shape[-1] ** -0.5", "k.shape[1] ** -0.5"),)),
    Mistake("attention-scaled-by-queries", "dot_product_attention",
            "Your default scale comes from N, the number of queries. It should come from D, the size of a query: the "
            "last axis of q.",
            (("q.shape[-1] ** -0.5", "q.shape[1] ** -0.5"),)),
    Mistake("attention-scaled-by-values", "dot_product_attention",
            "Your default scale comes from E, the size of a value. It should come from D, the size of a query: the "
            "last axis of q.",
            (("q.shape[-1] ** -0.5", "v.shape[-1] ** -0.5"),)),
    Mistake("attention-scale-ignored", "dot_product_attention",
            "Your function always takes D ** -0.5. If a scale is given, use it instead.",
            ((DEFAULT, "scale = q.shape[-1] ** -0.5\n"),)),
    Mistake("attention-scale-besides", "dot_product_attention",
            "You multiply by the given scale and by D ** -0.5. A given scale should replace D ** -0.5.",
            ((DEFAULT, "scale = q.shape[-1] ** -0.5 * (1 if scale is None else scale)\n"),)),
    Mistake("attention-zero-is-none", "dot_product_attention",
            "Your code treats a scale of 0 as no scale, because `scale or ...` and `if not scale` treat 0 and None "
            "alike. Write `if scale is None`.",
            (("if scale is None", "if not scale"),)),
    Mistake("attention-divides-by-scale", "dot_product_attention",
            "You divide the scores by `scale`. Multiply by it: the default, D ** -0.5, is one over the square "
            "root already.",
            ((SCORES, "(q @ k.transpose(1, 2)) / scale"),)),
    Mistake("attention-scale-twice", "dot_product_attention",
            "You scale both q and k, so the scores are scaled twice. Scale once.",
            ((SCORES, "(scale * q) @ (scale * k).transpose(1, 2)"),)),
    Mistake("attention-scale-after-softmax", "dot_product_attention",
            "You scale after the softmax, so the weights no longer sum to 1. Scale the scores instead.",
            ((WEIGHTS, "scale * torch.softmax(q @ k.transpose(1, 2), dim=-1)"),)),
    Mistake("attention-reshaped-keys", "dot_product_attention",
            "You turn k into (B, D, M) with `view` or `reshape`. Neither of them swaps axes, so numbers of different "
            "keys get mixed. Use `k.transpose(1, 2)`.",
            (("k.transpose(1, 2)", "k.reshape(k.shape[0], k.shape[2], k.shape[1])"),)),
    Mistake("attention-transposes-batch", "dot_product_attention",
            "You swap axes 0 and 1 of k, the batch and the keys. Axis 0 stays where it is: swap axes 1 and 2.",
            (("k.transpose(1, 2)", "k.transpose(0, 1)"),)),
    Mistake("attention-keys-not-turned", "dot_product_attention",
            "You multiply q by k as it is, (B, N, D) @ (B, M, D), and the sizes do not fit. Swap its last two axes "
            "first: `k.transpose(1, 2)` is (B, D, M).",
            (("k.transpose(1, 2)", "k"),)),
    Mistake("attention-base-two", "dot_product_attention",
            "Your weights are powers of 2, as in the notebook's section 'Attention by hand'. A softmax takes powers "
            "of e, so use `torch.softmax`. (If you pass scale = ln 2, you get that section's numbers.)",
            ((WEIGHTS, f"torch.softmax(0.6931471805599453 * {SCORES}, dim=-1)"),)),
    Mistake("attention-roles-exchanged", "dot_product_attention",
            "Queries and keys are swapped: your scores have one row for each key, (B, M, N). They should have one row "
            "for each query, (B, N, M). Multiply q by k transposed.",
            ((SCORES, "scale * (k @ q.transpose(1, 2))"),)),
    Mistake("attention-weights-transposed", "dot_product_attention",
            "Your weights are transposed before they are multiplied by the values. If N = M, the product still "
            "works, but each query uses a column of the weights instead of its row. Leave out the transposition: (B, "
            "N, M) times (B, M, E) fits as it is.",
            ((OUTPUT, "return weights.transpose(1, 2) @ v"),)),
    Mistake("attention-keys-as-values", "dot_product_attention",
            "You take the weighted mean of the keys. Keys only decide the weights: take the weighted mean of the "
            "values, v.",
            ((OUTPUT, "return weights @ k"),)),
    Mistake("attention-cosine", "dot_product_attention",
            "You normalise queries and keys to length 1 (a cosine). Leave them as they are, because a longer query "
            "should choose more sharply.",
            ((SCORES, "scale * (torch.nn.functional.normalize(q, dim=-1) @ torch.nn.functional.normalize(k, "
                      "dim=-1).transpose(1, 2))"),)),
    Mistake("attention-returns-weights", "dot_product_attention",
            "Your function returns the weights, (B, N, M). One step is missing: their product with v.",
            ((OUTPUT, "return weights"),)),
    Mistake("attention-weights-detached", "dot_product_attention",
            "The numbers are right, but the weights are detached, so queries and keys would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((OUTPUT, "return weights.detach() @ v"),)),
    Mistake("attention-changes-queries", "dot_product_attention",
            "Your function scales q in place (`q *= ...`), so the caller's q is changed. Write `q * scale`.",
            ((SCORES, "q.mul_(scale) @ k.transpose(1, 2)"),)),
    Mistake("attention-float32", "dot_product_attention",
            "The numbers come back as float32, whatever the inputs' dtype is. Keep that dtype: use no `.float()`, and "
            "make no new tensor with the default dtype.",
            ((OUTPUT, "return (weights @ v).float()"),), grain="float32"),
    Mistake("attention-capital-t", "dot_product_attention",
            "`k.T` reverses all three axes in torch: (B, M, D) becomes (D, M, B). Swap the last two only: "
            "`k.transpose(1, 2)`, or `k.mT`.",
            (("k.transpose(1, 2)", "k.T"),)),
    Mistake("attention-elementwise", "dot_product_attention",
            "`q * k` multiplies element by element. A score is a dot product, and each pair of a query and a key has "
            "one. Use the matrix product `q @ k.transpose(1, 2)`.",
            (("(q @ k.transpose(1, 2))", "(q * k)"),)),
    Mistake("attention-exp", "dot_product_attention", OVERFLOW.format("scores"),
            ((WEIGHTS, naive_softmax(SCORES)),)),

    # --- count_parameters
    Mistake("count-frozen-too", "count_parameters",
            "You count frozen parameters too. Those with `requires_grad=False` are not trained: leave them out.",
            ((" if parameter.requires_grad", ""),)),
    Mistake("count-shared-twice", "count_parameters",
            "You count a shared parameter once for each place where it is used. It is one tensor: count it once, as "
            "`module.parameters()` does by itself.",
            ((COUNT,
              "sum(p.numel() for _, p in module.named_parameters(remove_duplicate=False) if p.requires_grad)"),)),
    Mistake("count-state-dict", "count_parameters",
            "You count everything in `state_dict()`: the running means of a batch norm, frozen weights, and shared "
            "weights once for each of their names. Use `module.parameters()`.",
            ((COUNT, "sum(t.numel() for t in module.state_dict().values())"),)),
    Mistake("count-buffers", "count_parameters",
            "You count buffers too, such as the running mean and variance of a batch norm. They are not trained by "
            "gradients, so leave them out. `module.parameters()` holds no buffers.",
            ((COUNT, f"{COUNT} + sum(b.numel() for b in module.buffers())"),)),
    Mistake("count-tensors", "count_parameters",
            "You count the tensors and not the numbers in them. A weight of 3 x 5 has 15 parameters: `numel()` counts "
            "them.",
            (("parameter.numel()", "1"),)),
    Mistake("count-no-biases", "count_parameters",
            "You leave out parameters with one axis: biases, and the scales of norms. They are trained too, so count "
            "them.",
            (("if parameter.requires_grad", "if parameter.requires_grad and parameter.dim() > 1"),)),
    Mistake("count-by-name", "count_parameters",
            "You count only parameters called `weight`. Biases are parameters too, so count every "
            "trainable parameter, whatever its name is.",
            ((COUNT,
              "sum(p.numel() for name, p in module.named_parameters() if 'weight' in name and p.requires_grad)"),)),
    Mistake("count-top-level", "count_parameters",
            "You count only the module's own parameters, not those of the modules inside it. `module.parameters()` "
            "goes through all of them.",
            (("module.parameters()", "module.parameters(recurse=False)"),)),
    Mistake("count-children", "count_parameters",
            "You add up the modules inside and leave out the module's own parameters, so a single layer counts as "
            "nothing. `module.parameters()` goes through both.",
            ((COUNT, "sum(p.numel() for child in module.children() for p in child.parameters() if p.requires_grad)"),)),
    Mistake("count-first-axis", "count_parameters",
            "You count only the first axis of each parameter. A weight of 3 x 5 has 15 numbers: use `numel()`.",
            (("parameter.numel()", "len(parameter)"),)),
    Mistake("count-frozen-only", "count_parameters",
            "You count the frozen parameters and leave the trainable ones out. It should be the other way round.",
            (("if parameter.requires_grad", "if not parameter.requires_grad"),)),
    Mistake("count-one-a-shape", "count_parameters",
            "You count only one parameter of each shape. Two layers of the same size do not share their weights, "
            "unless they use the very same tensor.",
            ((COUNT, "sum(shape.numel() for shape in {p.shape for p in module.parameters() if p.requires_grad})"),)),
    Mistake("count-bytes", "count_parameters",
            "You count bytes. A float32 number has four bytes: count the numbers themselves.",
            (("parameter.numel()", "parameter.numel() * parameter.element_size()"),)),
    Mistake("count-equal-values", "count_parameters",
            "You count parameters once when their values are equal. Two parameters of equal values are still two: "
            "only the very same tensor is shared.",
            ((COUNT,
              "sum(len(v) for v in {tuple(p.flatten().tolist()) for p in module.parameters() if p.requires_grad})"),)),
)

NOT_GRADED = "An error, or words, that the exercise does not ask for."
REBOUND = "Only the shape is read there."
EQUIVALENT = {
    "global_average_pool 1: x last two axes exchanged": "A mean over both axes does not depend on their order.",
    "gate 2: x detached": REBOUND,
    "gate 5: weights detached": REBOUND,
    "gate 3: weights detached": REBOUND,
    "dot_product_attention 3: q -> k": "Queries and keys have the same size.",
    "dot_product_attention 3: q detached": REBOUND,
    "dot_product_attention 4: softmax -> torch.softmax(x, -1)": "The same function.",
    "dot_product_attention 4: arguments 0 and 1 of transpose exchanged": "Two axes are exchanged in either order.",
    "count_parameters 2: made an int": "It is one.",
    "count_parameters 2: each once": "`parameters()` gives each one once.",
    **{f"{line}: {what}": NOT_GRADED for line, changes in {
        "global_average_pool 2": ("guard left out", "an assert"),
        "global_average_pool 3": ("raises RuntimeError", "raises TypeError", "raises Exception",
                                  "message without numbers", "no message",
                                  "printed, not raised", "message without tuple(x.shape)"),
        "gate 6": ("message without numbers", "no message", "message without tuple(weights.shape)",
                    "message without tuple(x.shape)"),
    }.items() for what in changes},
}

VARIANTS = (
    Variant("pool-einsum", "global_average_pool", """
        def global_average_pool(x):
            return torch.einsum("bchw->bc", x) / (x.shape[2] * x.shape[3])
        """),
    Variant("pool-layer", "global_average_pool", """
        def global_average_pool(x):
            return nn.AdaptiveAvgPool2d(1)(x).flatten(1)
        """),
    Variant("pool-one-by-one", "global_average_pool", """
        def global_average_pool(x):
            return torch.stack([torch.stack([channel.mean() for channel in image]) for image in x])
        """),
    Variant("gate-by-cases", "gate", """
        def gate(x, weights):
            B, C, H, W = x.shape
            if weights.dim() == 2:
                weights = weights.unsqueeze(-1).unsqueeze(-1)
            if weights.dim() != 4 or weights.size(0) != B:
                raise ValueError("wrong number of axes, or another batch")
            if tuple(weights.shape[1:]) in [(C, 1, 1), (1, H, W), (C, H, W)]:
                return torch.mul(x, weights)
            raise ValueError(f"shape {weights.shape}")
        """),
    Variant("gate-einsum", "gate", """
        def gate(x, weights):
            b, c, h, w = x.shape
            shape = tuple(weights.shape)
            if shape == (b, c, 1, 1):
                return torch.einsum("bchw,bc->bchw", x, weights.reshape(b, c))
            for allowed, letters in (((b, c), "bc"), ((b, c, h, w), "bchw")):
                if shape == allowed:
                    return torch.einsum(f"bchw,{letters}->bchw", x, weights)
            if shape == (b, 1, h, w):
                return torch.einsum("bchw,bhw->bchw", x, weights.squeeze(1))
            raise ValueError(shape)
        """),
    Variant("gate-expanded", "gate", """
        def gate(x, weights):
            b, c, h, w = x.shape
            allowed = [torch.Size(s) for s in ((b, c), (b, c, 1, 1), (b, 1, h, w), (b, c, h, w))]
            if weights.shape not in allowed:
                raise ValueError("allowed: " + str(allowed))
            return weights.view(b, c, 1, 1).expand(b, c, h, w) * x if weights.ndim == 2 else weights * x
        """),
    Variant("attention-einsum", "dot_product_attention", """
        def dot_product_attention(q, k, v, scale=None):
            scale = 1 / q.size(-1) ** 0.5 if scale is None else scale
            scores = torch.einsum("bnd,bmd->bnm", q, k) * scale
            return torch.einsum("bnm,bme->bne", nn.functional.softmax(scores, dim=2), v)
        """),
    Variant("attention-bmm", "dot_product_attention", """
        def dot_product_attention(q, k, v, scale=None):
            if scale is None:
                scale = 1 / torch.sqrt(torch.tensor(q.shape[2], dtype=q.dtype, device=q.device))
            attention = torch.bmm(q * scale, k.permute(0, 2, 1)).softmax(-1)
            return torch.bmm(attention, v)
        """),
    Variant("attention-of-torch", "dot_product_attention", """
        def dot_product_attention(q, k, v, scale=None):
            return nn.functional.scaled_dot_product_attention(q, k, v, scale=scale)
        """),
    Variant("attention-by-exp", "dot_product_attention", """
        def dot_product_attention(q, k, v, scale=None):
            scale = q.shape[-1] ** -0.5 if scale is None else scale
            scores = q @ k.mT * scale
            powers = torch.exp(scores - scores.amax(dim=2, keepdim=True))
            return (powers @ v) / powers.sum(dim=2, keepdim=True)
        """),
    Variant("attention-query-by-query", "dot_product_attention", """
        def dot_product_attention(q, k, v, scale=None):
            if scale is None:
                scale = q.shape[-1] ** -0.5
            images = []
            for one_q, one_k, one_v in zip(q, k, v):
                rows = []
                for query in one_q:
                    weights = ((one_k * query).sum(dim=1) * scale).softmax(dim=0)
                    rows.append((weights[:, None] * one_v).sum(dim=0))
                images.append(torch.stack(rows))
            return torch.stack(images)
        """),
    Variant("count-loop", "count_parameters", """
        def count_parameters(module):
            total = 0
            for name, p in module.named_parameters():
                if p.requires_grad:
                    total += p.nelement()
            return total
        """),
    Variant("count-by-identity", "count_parameters", """
        def count_parameters(module):
            seen = {}
            for part in module.modules():
                for p in part.parameters(recurse=False):
                    if p.requires_grad:
                        seen[id(p)] = p.shape.numel()
            return sum(seen.values())
        """),
    Variant("count-vector", "count_parameters", """
        def count_parameters(module):
            trainable = [p.detach().flatten() for p in module.parameters() if p.requires_grad]
            return len(torch.cat(trainable)) if trainable else 0
        """),
)
