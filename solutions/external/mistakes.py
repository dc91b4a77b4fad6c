"""Known mistakes, correct variants and equivalent mutants of 07a_external.
Each mistake is the reference with something changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import ATTENTION_DROPOUT, ONLY_IN_EVAL, OVERFLOW, naive_softmax

# What the reference says, and most mistakes replace.
OVER_TOKENS = "torch.softmax(logits, dim=1)"
OVER_SLOTS = "shares.sum(dim=2, keepdim=True)"
DIVIDED = f"shares / ({OVER_SLOTS} + eps)"

MK = "self.mk = nn.Linear(dim, memory_size, bias=False)"
MV = "self.mv = nn.Linear(memory_size, dim, bias=False)"
WEIGHTS = "double_normalize(self.mk(x))"
GATHERED = f"self.mv({WEIGHTS})"

COST = "2 * n * n * dim, 2 * n * dim * memory_size"

CONV1 = "self.conv1 = nn.Conv2d(channels, channels, 1)"
CONV2 = "self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)"
TOKENS = "self.conv1(x).flatten(2).transpose(1, 2)"
BACK = "self.attention(tokens).transpose(1, 2).reshape(x.shape)"
RESULT = "torch.relu(x + self.bn(self.conv2(gathered)))"

HEADS = "self.heads, head_dim = num_heads * expansion, head_width(dim, num_heads)"
EXPAND = "self.expand = nn.Linear(dim, dim * expansion)"
SHARED_MK = "self.mk = nn.Linear(head_dim, memory_size)"
SHARED_MV = "self.mv = nn.Linear(memory_size, head_dim)"
SPLIT = "self.expand(x).unflatten(2, (self.heads, -1)).transpose(1, 2)"
PER_HEAD = "double_normalize(self.mk(heads).flatten(0, 1)).unflatten(0, heads.shape[:2])"
JOINED = "self.mv(weights).transpose(1, 2).flatten(2)"

NO_EPS = ("You divide by the sum over the slots without eps. If a token is far below the others in every slot, all its "
          "shares are 0, and 0 / 0 is NaN. Divide by the sum plus 1e-9, which is never 0.")
NO_SECOND = ("Your weights are normalised over the tokens alone. The second step is missing, or it runs over the "
             "tokens again. Divide each token's weights by their sum over the slots, so that its row sums to 1.")
SLOTS_ALONE = ("You take one softmax over the slots, so no token notices any other. Take a softmax over the tokens "
               "first, then divide by the sum over the slots.")
EXCHANGED = ("The two axes have changed places: your softmax runs over the slots, and you divide by the sum over the "
             "tokens. Take the softmax over the tokens first, then divide by the sum over the slots.")

AS_A_TRANSFORMER = ("You divide the logits by sqrt({}) and take one softmax over the slots, as a transformer would "
                    "over tokens. External attention does not scale the logits: call double_normalize.")
LENGTH = ("You divide by the length of the row, the root of the sum of squares, as `F.normalize` does. Divide by the "
          "plain sum of its numbers, plus eps.")

MISTAKES = (
    # --- double_normalize
    Mistake("normalize-axes-exchanged", "double_normalize", EXCHANGED,
            ((OVER_TOKENS, OVER_TOKENS.replace("1", "2")), (OVER_SLOTS, OVER_SLOTS.replace("2", "1")))),
    Mistake("normalize-slots-twice", "double_normalize",
            "Both steps run over the slots (dim=2). After the softmax the weights over the slots sum to 1 already, so "
            "the division does nothing. Take the softmax over the tokens, dim=1.",
            ((OVER_TOKENS, OVER_TOKENS.replace("1", "2")),)),
    Mistake("normalize-tokens-twice", "double_normalize",
            "Both steps run over the tokens (dim=1). After the softmax the weights over the tokens sum to 1 already, "
            "so the division does nothing. Divide by the sum over the slots, dim=2.",
            ((OVER_SLOTS, OVER_SLOTS.replace("2", "1")),)),
    Mistake("normalize-once", "double_normalize", NO_SECOND, ((DIVIDED, "shares"),)),
    Mistake("normalize-slots-alone", "double_normalize", SLOTS_ALONE, ((DIVIDED, "torch.softmax(logits, dim=2)"),)),
    Mistake("normalize-over-batch", "double_normalize",
            "Your softmax runs over the images of the batch (dim=0), so an image's weights depend on the other images. "
            "Take it over the tokens, dim=1.",
            ((OVER_TOKENS, OVER_TOKENS.replace("1", "0")),)),
    Mistake("normalize-two-softmaxes", "double_normalize",
            "Your second step is a softmax too. It takes exp of shares that are normalised already, so the weights "
            "become nearly equal. Divide the shares by their sum instead.",
            ((DIVIDED, "torch.softmax(shares, dim=2)"),)),
    Mistake("normalize-two-softmaxes-of-logits", "double_normalize",
            "You multiply a softmax over the tokens by one over the slots. The second step should take no exp: divide "
            "the shares by their sum over the slots.",
            ((DIVIDED, "shares * torch.softmax(logits, dim=2)"),)),
    Mistake("normalize-no-eps", "double_normalize",
            "The argument `eps` is missing from your denominator. If a token is far below the others in every slot, "
            "all its shares are 0, and 0 / 0 is NaN. Divide by the sum plus eps.",
            ((f"({OVER_SLOTS} + eps)", OVER_SLOTS),)),
    Mistake("normalize-one-softmax", "double_normalize",
            "You subtract the logarithm of the summed exponentials from the logits, and take one softmax of the "
            "result. That is right apart from eps, which has no effect in your code. Divide the shares by their sum "
            "plus eps.",
            ((DIVIDED, "torch.softmax(logits - logits.logsumexp(dim=1, keepdim=True), dim=2)"),)),
    Mistake("normalize-eps-fixed", "double_normalize",
            "The argument `eps` has no effect, because 1e-9 is written into your code. Write eps instead.",
            (("+ eps", "+ 1e-9"),)),
    Mistake("normalize-eps-default", "double_normalize",
            "If eps is not given, your code uses a number other than 1e-9. Make 1e-9 its default.",
            (("eps: float = 1e-9", "eps: float = 1e-6"),)),
    Mistake("normalize-eps-at-least", "double_normalize",
            "Your denominator is the sum or eps, whichever is larger (as in `clamp` or `F.normalize`). It should be "
            "the sum plus eps.",
            ((f"({OVER_SLOTS} + eps)", f"{OVER_SLOTS}.clamp(min=eps)"),)),
    Mistake("normalize-length", "double_normalize",
            "You divide by the length of the row, the root of the sum of squares. Divide by the plain sum of "
            "its numbers.",
            ((OVER_SLOTS, "shares.norm(dim=2, keepdim=True)"),)),
    Mistake("normalize-mean", "double_normalize",
            "You divide by the mean over the slots, so a row sums to S. Divide by the sum.",
            ((OVER_SLOTS, OVER_SLOTS.replace("sum", "mean")),)),
    Mistake("normalize-maximum", "double_normalize",
            "You divide by the largest share of the row. Divide by the sum of the row's shares.",
            ((OVER_SLOTS, OVER_SLOTS.replace("sum", "amax")),)),
    Mistake("normalize-all-together", "double_normalize",
            "Your softmax runs over tokens and slots together, N * S numbers. With one softmax for all of them, a slot "
            "whose logits are large everywhere takes all the weight. Each slot needs a softmax of its own, over the "
            "tokens: dim=1.",
            ((OVER_TOKENS, "torch.softmax(logits.flatten(1), dim=1).reshape(logits.shape)"),)),
    Mistake("normalize-no-exp", "double_normalize",
            "The softmax is missing: you divide the logits by their sum. Logits can be negative; exp makes them "
            "positive first.",
            ((OVER_TOKENS, "logits / (logits.sum(dim=1, keepdim=True) + eps)"),)),
    Mistake("normalize-no-exp-twice", "double_normalize",
            "Both steps divide by a sum, so negative logits give negative weights, and a sum can be near zero. The "
            "first step is a softmax over the tokens: it takes the exponential first.",
            (("torch.softmax(logits, dim=1)", "logits / logits.sum(dim=1, keepdim=True)"),)),
    Mistake("normalize-naive-exp", "double_normalize", OVERFLOW.format("logits").replace("row", "column"),
            ((OVER_TOKENS, naive_softmax("logits", 1)),)),
    Mistake("normalize-detached-sum", "double_normalize",
            "The numbers are right, but the sum over the slots is detached, so the gradient does not know that the "
            "weights of a token sum to 1. Leave out the `detach()`, `.data` or `no_grad()`.",
            ((OVER_SLOTS, f"{OVER_SLOTS}.detach()"),)),
    Mistake("normalize-detached", "double_normalize",
            "The numbers are right, but the weights are detached, so nothing before them would ever learn. Leave out "
            "the `detach()`, `.data` or `no_grad()`.",
            ((f"return {DIVIDED}", f"return ({DIVIDED}).detach()"),)),
    Mistake("normalize-in-place", "double_normalize",
            "You change the logits in place (as `-=` does): code that reads them afterwards finds different numbers. "
            "You need no maximum of your own, because torch.softmax subtracts it by itself.",
            ((f"shares = {OVER_TOKENS}",
              f"logits.data -= logits.data.amax(dim=1, keepdim=True)\n    shares = {OVER_TOKENS}"),)),
    Mistake("normalize-first-image", "double_normalize",
            "All images use the sums of the first one. Each image should have its own.",
            ((OVER_SLOTS, f"{OVER_SLOTS}[:1]"),)),
    Mistake("normalize-no-brackets", "double_normalize",
            "Brackets are missing: `shares / sum + eps` divides first, and adds eps to every weight. Divide by "
            "(sum + eps).",
            ((DIVIDED, f"shares / {OVER_SLOTS} + eps"),)),
    Mistake("normalize-length-of-at-least-eps", "double_normalize", LENGTH,
            ((DIVIDED, "torch.nn.functional.normalize(shares, dim=2, eps=eps)"),)),
    Mistake("normalize-length-without-eps", "double_normalize", LENGTH,
            ((DIVIDED, "torch.nn.functional.normalize(shares, dim=2)"),)),
    Mistake("normalize-eps-of-torch", "double_normalize",
            "You call `F.normalize` with p=1. It divides by at least its own eps, 1e-12, and does not add the "
            "argument eps. Divide by the sum plus eps.",
            ((DIVIDED, "torch.nn.functional.normalize(shares, p=1, dim=2)"),)),
    Mistake("normalize-row-maximum-subtracted", "double_normalize",
            "You subtract the maximum of each token's row from the logits. In a softmax over the tokens, a number that "
            "differs from token to token does not cancel. To keep exp small, subtract the maximum of each column "
            "(dim=1), or call torch.softmax, which does so by itself.",
            ((OVER_TOKENS, naive_softmax("(logits - logits.amax(dim=2, keepdim=True))", 1)),)),
    Mistake("normalize-scaled", "double_normalize",
            "You divide the logits by the root of the number of slots. Give them to the softmax as they are.",
            ((OVER_TOKENS, "torch.softmax(logits * logits.shape[2] ** -0.5, dim=1)"),)),
    Mistake("normalize-batch-as-tokens", "double_normalize",
            "Your softmax runs over the tokens of all images together, so an image's weights depend on the other "
            "images. Take the softmax within each image: dim=1 of (B, N, S).",
            ((OVER_TOKENS, "torch.softmax(logits.flatten(0, 1), dim=0).reshape(logits.shape)"),)),
    Mistake("normalize-eps-twice", "double_normalize",
            "You add eps in the first step too. The first step should be a plain softmax: eps belongs only in the "
            "second denominator.",
            ((OVER_TOKENS, "(lambda e: e / (e.sum(dim=1, keepdim=True) + eps))(torch.exp(logits - logits.amax(dim=1, "
                           "keepdim=True)))"),)),
    Mistake("normalize-eps-twice-naive-exp", "double_normalize",
            "You write the first step as exp divided by its sum plus eps. It should be a plain softmax, because eps "
            "belongs only in the second denominator. Besides, torch.softmax does not overflow if the logits are large.",
            ((OVER_TOKENS, "(lambda e: e / (e.sum(dim=1, keepdim=True) + eps))(torch.exp(logits))"),)),

    # --- ExternalAttention
    Mistake("external-slots-alone", "ExternalAttention", SLOTS_ALONE, ((WEIGHTS, "torch.softmax(self.mk(x), dim=2)"),)),
    Mistake("external-tokens-alone", "ExternalAttention", NO_SECOND, ((WEIGHTS, "torch.softmax(self.mk(x), dim=1)"),)),
    Mistake("external-transposed", "ExternalAttention", EXCHANGED,
            ((WEIGHTS, "double_normalize(self.mk(x).transpose(1, 2)).transpose(1, 2)"),)),
    Mistake("external-no-normalisation", "ExternalAttention",
            "Your logits go straight into mv. Two linear layers in a row amount to one: call double_normalize between "
            "them.",
            ((WEIGHTS, "self.mk(x)"),)),
    Mistake("external-relu", "ExternalAttention",
            "You put a ReLU between mk and mv. That makes an ordinary MLP, in which no token notices any other. Call "
            "double_normalize in place of the ReLU.",
            ((WEIGHTS, "torch.relu(self.mk(x))"),)),
    Mistake("external-relu-too", "ExternalAttention",
            "Your logits go through a ReLU before double_normalize. Give it mk's output as it is.",
            ((WEIGHTS, "double_normalize(torch.relu(self.mk(x)))"),)),
    Mistake("external-softmax-in-front", "ExternalAttention",
            "You take a softmax before double_normalize, which takes one itself. Give it mk's output as it is.",
            ((WEIGHTS, "double_normalize(torch.softmax(self.mk(x), dim=2))"),)),
    Mistake("external-scaled", "ExternalAttention",
            "You divide the logits by sqrt(dim), as transformers do. External attention does not scale them.",
            ((WEIGHTS, "double_normalize(self.mk(x) * x.shape[2] ** -0.5)"),)),
    Mistake("external-cosine", "ExternalAttention",
            "You normalise the tokens to length 1 before mk, as for a cosine. Leave them as they are.",
            ((WEIGHTS, "double_normalize(self.mk(nn.functional.normalize(x, dim=2)))"),)),
    Mistake("external-biases", "ExternalAttention",
            "mk and mv have a bias. Both should be plain matrices: bias=False.",
            ((MK, MK.replace(", bias=False", "")), (MV, MV.replace(", bias=False", "")))),
    Mistake("external-key-bias", "ExternalAttention",
            "mk has a bias. It should be a plain matrix: bias=False.",
            ((MK, MK.replace(", bias=False", "")),)),
    Mistake("external-value-bias", "ExternalAttention",
            "mv has a bias. It should be a plain matrix: bias=False.",
            ((MV, MV.replace(", bias=False", "")),)),
    Mistake("external-one-matrix", "ExternalAttention",
            "Keys and values are the same matrix: `self.mv` is made and never used. The memory has two matrices, "
            "because keys and values learn different things.",
            ((GATHERED, f"{WEIGHTS} @ self.mk.weight"),)),
    Mistake("external-memory-size-ignored", "ExternalAttention",
            "The argument `memory_size` has no effect, because 64 is written into your code. Write memory_size "
            "instead.",
            ((MK, MK.replace("memory_size", "64")), (MV, MV.replace("memory_size", "64")))),
    Mistake("external-default", "ExternalAttention",
            "If memory_size is not given, your code does not use 64. Make 64 its default.",
            (("memory_size: int = 64", "memory_size: int = 32"),)),
    Mistake("external-shortcut", "ExternalAttention",
            "You add x to the result. The shortcut belongs to the block around this module.",
            ((f"return {GATHERED}", f"return x + {GATHERED}"),)),
    Mistake("external-weights", "ExternalAttention",
            "You return the weights, (B, N, S). Multiply them by the second matrix: self.mv(weights), (B, N, dim).",
            ((GATHERED, WEIGHTS),)),
    Mistake("external-no-eps", "ExternalAttention", NO_EPS, ((WEIGHTS, "double_normalize(self.mk(x), eps=0)"),)),
    Mistake("external-one-softmax", "ExternalAttention",
            "You subtract the logarithm of the summed exponentials from the logits, and take one softmax of the "
            "result. That is right apart from eps, which has no effect in your code. Call double_normalize.",
            ((WEIGHTS, "torch.softmax((lambda l: l - l.logsumexp(dim=1, keepdim=True))(self.mk(x)), dim=2)"),)),
    Mistake("external-weights-detached", "ExternalAttention",
            "The numbers are right, but the weights are detached, so mk would never learn. Leave out the `detach()`, "
            "`.data` or `no_grad()`.",
            ((GATHERED, f"self.mv({WEIGHTS}.detach())"),)),
    Mistake("external-detached", "ExternalAttention",
            "The numbers are right, but the output is detached, so nothing before it would ever learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((f"return {GATHERED}", f"return {GATHERED}.detach()"),)),
    Mistake("external-input-detached", "ExternalAttention",
            "The numbers are right, and so are the gradients of both matrices. But x is detached before mk, so no "
            "gradient flows back to whatever made x.",
            (("self.mk(x)", "self.mk(x.detach())"),)),
    Mistake("external-first-image", "ExternalAttention",
            "All images of the batch use the weights of the first one. The images share the memory, but each image "
            "should have its own weights.",
            ((WEIGHTS, f"{WEIGHTS}[:1].expand(len(x), -1, -1)"),)),
    Mistake("external-batch-as-tokens", "ExternalAttention",
            "All images of the batch are treated as one long list of tokens, so an image's result depends on its "
            "neighbours in the batch. Take the sums over the tokens within each image.",
            ((WEIGHTS, "double_normalize(self.mk(x).flatten(0, 1)[None]).reshape(*x.shape[:2], -1)"),)),
    Mistake("external-dropout", "ExternalAttention", ATTENTION_DROPOUT,
            ((WEIGHTS, f"nn.functional.dropout({WEIGHTS}, 0.1, self.training)"),)),
    Mistake("external-only-in-eval", "ExternalAttention", ONLY_IN_EVAL,
            ((f"return {GATHERED}", f"return x if self.training else {GATHERED}"),)),
    Mistake("external-sizes-exchanged", "ExternalAttention",
            "mk and mv have each other's sizes. nn.Linear takes the input's size first: mk should go from dim to "
            "memory_size, and mv from memory_size to dim.",
            ((MK, MK.replace("dim, memory_size", "memory_size, dim")),
             (MV, MV.replace("memory_size, dim", "dim, memory_size")))),
    Mistake("external-values-of-tokens", "ExternalAttention",
            "You call mv on x, and multiply the weights by the result. Call mv on the weights: self.mv(weights) "
            "multiplies the weights by the memory's values.",
            ((GATHERED, f"{WEIGHTS} @ self.mv(x)"),)),
    Mistake("external-slots-alone-scaled", "ExternalAttention", AS_A_TRANSFORMER.format("dim"),
            ((WEIGHTS, "torch.softmax(self.mk(x) * x.shape[2] ** -0.5, dim=2)"),)),

    # --- attention_cost
    Mistake("cost-order", "attention_cost",
            "Your two numbers have changed places. Return self-attention's number first, then external attention's.",
            ((COST, "2 * n * dim * memory_size, 2 * n * n * dim"),)),
    Mistake("cost-one-product", "attention_cost",
            "You count one matrix product. Each kind of attention has two: the first makes the logits, and the second "
            "multiplies the weights by the values.",
            ((COST, "n * n * dim, n * dim * memory_size"),)),
    Mistake("cost-one-product-of-self", "attention_cost",
            "Your second number is right. For self-attention you count one matrix product; it has two of the "
            "same size.",
            ((COST, "n * n * dim, 2 * n * dim * memory_size"),)),
    Mistake("cost-one-product-of-external", "attention_cost",
            "Your first number is right. For external attention you count one matrix product; it has two of the "
            "same size.",
            ((COST, "2 * n * n * dim, n * dim * memory_size"),)),
    Mistake("cost-operations", "attention_cost",
            "Your numbers are twice as large as they should be. A multiplication together with its addition is one "
            "multiply-add, and not two operations.",
            ((COST, "4 * n * n * dim, 4 * n * dim * memory_size"),)),
    Mistake("cost-projections", "attention_cost",
            "You count self-attention's query, key and value layers too. Here only the two matrix products count.",
            ((COST, "2 * n * n * dim + 3 * n * dim * dim, 2 * n * dim * memory_size"),)),
    Mistake("cost-channels-squared", "attention_cost",
            "Your first number has dim * dim in it, as channel attention would. Every token is compared with every "
            "token, so each product takes n * n * dim.",
            ((COST, "2 * n * dim * dim, 2 * n * dim * memory_size"),)),
    Mistake("cost-without-dim", "attention_cost",
            "You count the entries of the matrices. Each entry is a sum of dim products, so multiply by dim.",
            ((COST, "2 * n * n, 2 * n * memory_size"),)),
    Mistake("cost-memory-squared", "attention_cost",
            "Your second number has n * n in it. Each of the n tokens is compared with memory_size slots, not with n "
            "other tokens.",
            ((COST, "2 * n * n * dim, 2 * n * n * memory_size"),)),
    Mistake("cost-parameters", "attention_cost",
            "Your second number is the number of parameters of mk and mv. Multiply it by n, because each of the n "
            "tokens goes through them.",
            ((COST, "2 * n * n * dim, 2 * dim * memory_size"),)),
    Mistake("cost-external-alone", "attention_cost",
            "You return one number, that of external attention. Return two: self-attention's, then external "
            "attention's.",
            ((COST, "2 * n * dim * memory_size"),)),
    Mistake("cost-softmax", "attention_cost",
            "You count the softmax too, one for each entry of the weights. Here only the matrix products count.",
            ((COST, "2 * n * n * dim + n * n, 2 * n * dim * memory_size + n * memory_size"),)),
    Mistake("cost-softmax-of-self", "attention_cost",
            "Your second number is right. In the first number you count the softmax too, n * n. Here only the matrix "
            "products count.",
            ((COST, "2 * n * n * dim + n * n, 2 * n * dim * memory_size"),)),
    Mistake("cost-tokens-cubed", "attention_cost",
            "Your second number is right. Your first number has n * n * n in it. Self-attention's second product is "
            "(n, n) times (n, dim), so it takes n * n * dim.",
            ((COST, "n * n * dim + n * n * n, 2 * n * dim * memory_size"),)),
    Mistake("cost-memory-size-ignored", "attention_cost",
            "The argument `memory_size` has no effect, because 64 is written into your code. Write memory_size "
            "instead.",
            ((COST, "2 * n * n * dim, 2 * n * dim * 64"),)),
    Mistake("cost-sums", "attention_cost",
            "A product of (a, b) and (b, c) has three sizes, and you add them. Multiply them: there are a * c results, "
            "and each takes b multiplications.",
            ((COST, "2 * (n + dim + n), 2 * (n + dim + memory_size)"),)),
    Mistake("cost-second-product-of-self", "attention_cost",
            "Your first number is right. In the second number you count self-attention's second product, n * n * dim. "
            "External attention's second product is (n, memory_size) times (memory_size, dim), so it takes n * "
            "memory_size * dim.",
            ((COST, "2 * n * n * dim, n * dim * memory_size + n * n * dim"),)),
    Mistake("cost-sizes-added", "attention_cost",
            "You add the numbers of entries of the matrices. If you multiply (a, b) by (b, c), each of the a * c "
            "results takes b multiplications: a * b * c in all.",
            ((COST, "3 * n * dim + n * n, n * dim + 2 * dim * memory_size + n * memory_size"),)),
    Mistake("cost-one-n", "attention_cost",
            "Your second number is right. Your first number has only one n. Each of n tokens is compared with n "
            "tokens, so each product takes n * n * dim.",
            ((COST, "2 * n * dim, 2 * n * dim * memory_size"),)),

    # --- ExternalAttentionBlock
    Mistake("block-no-relu", "ExternalAttentionBlock",
            "The ReLU at the end is missing, so your output has negative numbers. Take the ReLU of the sum.",
            ((RESULT, "x + self.bn(self.conv2(gathered))"),)),
    Mistake("block-no-shortcut", "ExternalAttentionBlock",
            "The shortcut is missing. Add x before the ReLU.",
            ((RESULT, "torch.relu(self.bn(self.conv2(gathered)))"),)),
    Mistake("block-relu-before-sum", "ExternalAttentionBlock",
            "Your ReLU comes before x is added. Add x first, then take the ReLU of the sum.",
            ((RESULT, "x + torch.relu(self.bn(self.conv2(gathered)))"),)),
    Mistake("block-shortcut-of-conv1", "ExternalAttentionBlock",
            "Your shortcut adds conv1's output. It should add x, the input of the block.",
            ((RESULT, RESULT.replace("x +", "self.conv1(x) +")),)),
    Mistake("block-relu-after-conv1", "ExternalAttentionBlock",
            "A ReLU follows conv1. The only ReLU of the block should be its last step.",
            ((TOKENS, TOKENS.replace("self.conv1(x)", "torch.relu(self.conv1(x))")),)),
    Mistake("block-no-conv1", "ExternalAttentionBlock",
            "conv1 is made and never used: your attention reads x itself. It should read conv1's output.",
            ((TOKENS, TOKENS.replace("self.conv1(x)", "x")),)),
    Mistake("block-no-conv2", "ExternalAttentionBlock",
            "conv2 is made and never used: the attention's output goes straight into the BatchNorm. Call conv2 "
            "between the two.",
            ((RESULT, "torch.relu(x + self.bn(gathered))"),)),
    Mistake("block-no-bn", "ExternalAttentionBlock",
            "The BatchNorm is made and never used. It comes after conv2.",
            ((RESULT, "torch.relu(x + self.conv2(gathered))"),)),
    Mistake("block-bn-first", "ExternalAttentionBlock",
            "Your BatchNorm comes before conv2. It should come after conv2.",
            ((RESULT, "torch.relu(x + self.conv2(self.bn(gathered)))"),)),
    Mistake("block-bn-last", "ExternalAttentionBlock",
            "Your BatchNorm works on the sum with x. It should work on conv2's output, before x is added.",
            ((RESULT, "torch.relu(self.bn(x + self.conv2(gathered)))"),)),
    Mistake("block-no-attention", "ExternalAttentionBlock",
            "The attention is made and never called: your block is two convolutions. Call the attention between them.",
            ((BACK, "tokens.transpose(1, 2).reshape(x.shape)"),)),
    Mistake("block-conv1-without-bias", "ExternalAttentionBlock",
            "conv1 has no bias. Keep torch's default: only conv2 has no bias, because a BatchNorm follows it.",
            ((CONV1, "self.conv1 = nn.Conv2d(channels, channels, 1, bias=False)"),)),
    Mistake("block-conv2-bias", "ExternalAttentionBlock",
            "conv2 has a bias. The BatchNorm after it has one already: bias=False.",
            ((CONV2, CONV2.replace(", bias=False", "")),)),
    Mistake("block-tokens-scrambled", "ExternalAttentionBlock",
            "You turn (B, C, H, W) into (B, N, C) with `reshape` or `view`. These keep the order of the numbers in "
            "memory, so a token is a mixture of positions. Call flatten(2), then transpose(1, 2).",
            ((TOKENS, "self.conv1(x).reshape(len(x), -1, x.shape[1])"),)),
    Mistake("block-gathered-scrambled", "ExternalAttentionBlock",
            "The attention returns (B, N, C), and you turn it into (B, C, H, W) with `reshape` or `view` alone. These "
            "do not swap axes, so channels and positions are mixed up. Call transpose(1, 2) first.",
            ((BACK, BACK.replace(".transpose(1, 2)", "")),)),
    Mistake("block-both-scrambled", "ExternalAttentionBlock",
            "You go from (B, C, H, W) to (B, N, C) and back with `reshape` or `view`. These keep the order of the "
            "numbers in memory, so a token is a mixture of positions. Swap axes with transpose(1, 2), both times.",
            ((TOKENS, "self.conv1(x).reshape(len(x), -1, x.shape[1])"), (BACK, BACK.replace(".transpose(1, 2)", "")))),
    Mistake("block-channels-as-tokens", "ExternalAttentionBlock",
            "You apply the attention's layers by hand, so that double_normalize gets (B, memory_size, N). Its softmax "
            "then runs over the slots. Call the attention itself on tokens of shape (B, N, C).",
            ((BACK, "self.attention.mv(double_normalize(self.attention.mk(tokens).transpose(1, 2)).transpose(1, 2))"
              ".transpose(1, 2).reshape(x.shape)"),)),
    Mistake("block-sides-exchanged", "ExternalAttentionBlock",
            "H and W change places on the way back to a map. Reshape to (B, C, H, W), because positions are counted "
            "row by row.",
            ((BACK,
              "self.attention(tokens).transpose(1, 2)"
              ".reshape(*x.shape[:2], x.shape[3], x.shape[2]).transpose(2, 3)"),)),
    Mistake("block-tokens-column-by-column", "ExternalAttentionBlock",
            "Your tokens run column by column (W before H), but they are read row by row on the way back. So "
            "positions change places. Call flatten(2), then transpose(1, 2): these give the tokens row by row.",
            ((TOKENS, "self.conv1(x).permute(0, 3, 2, 1).flatten(1, 2)"),)),
    Mistake("block-both-viewed", "ExternalAttentionBlock",
            "You go from (B, C, H, W) to (B, N, C) and back with `view`. It keeps the order of the numbers in memory, "
            "so a token is a mixture of positions. Swap axes with transpose(1, 2), both times.",
            ((TOKENS, "self.conv1(x).view(len(x), -1, x.shape[1])"), (BACK, "self.attention(tokens).view(x.shape)"))),
    Mistake("block-batch-as-tokens", "ExternalAttentionBlock",
            "The positions of all images become one long list of tokens, (1, B * N, C), so an image's result depends "
            "on its neighbours in the batch. Keep the images apart: (B, N, C).",
            ((TOKENS, "self.conv1(x).permute(0, 2, 3, 1).reshape(1, -1, x.shape[1])"),
             (BACK, "self.attention(tokens).reshape(len(x), -1, x.shape[1]).transpose(1, 2).reshape(x.shape)"))),
    Mistake("block-memory-size-ignored", "ExternalAttentionBlock",
            "The argument `memory_size` never reaches the attention, so it always has 64 slots. Pass it on.",
            (("ExternalAttention(channels, memory_size)", "ExternalAttention(channels)"),)),
    Mistake("block-default", "ExternalAttentionBlock",
            "If memory_size is not given, your code does not use 64. Make 64 its default.",
            (("memory_size: int = 64", "memory_size: int = 32"),)),
    Mistake("block-in-place", "ExternalAttentionBlock",
            "Your block changes its input in place (`+=`, or a ReLU with `inplace=True` on x). Write `x + ...`, which "
            "makes a new tensor.",
            ((f"return {RESULT}", "x.data += self.bn(self.conv2(gathered)).data\n        return torch.relu(x)"),)),
    Mistake("block-mean", "ExternalAttentionBlock",
            "You take the mean of x and the branch. Add them.",
            ((RESULT, "torch.relu((x + self.bn(self.conv2(gathered))) / 2)"),)),
    Mistake("block-gathered-detached", "ExternalAttentionBlock",
            "The numbers are right, but the attention's output is detached, so conv1 and the memory would never learn. "
            "Leave out the `detach()`, `.data` or `no_grad()`.",
            ((BACK, f"{BACK}.detach()"),)),
    Mistake("block-shortcut-detached", "ExternalAttentionBlock",
            "The numbers are right, but x is detached in the shortcut, so most of its gradient is lost. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((RESULT, RESULT.replace("x +", "x.detach() +")),)),
    Mistake("block-only-in-eval", "ExternalAttentionBlock", ONLY_IN_EVAL,
            ((f"return {RESULT}", f"return x if self.training else {RESULT}"),)),

    # --- MultiHeadExternalAttention
    Mistake("heads-over-heads", "MultiHeadExternalAttention",
            "Your softmax runs over the heads. They are dim=1 of (B, heads, N, S), and dim=2 of (B, N, heads, S). "
            "Take the softmax over the tokens of each head.",
            ((PER_HEAD,
              "(lambda a: a / (a.sum(dim=-1, keepdim=True) + 1e-9))(torch.softmax(self.mk(heads), dim=1))"),)),
    Mistake("heads-four-axes", "MultiHeadExternalAttention",
            "You call double_normalize with four axes, (B, heads, N, S). Its dim=1 then means the heads, and its dim=2 "
            "the tokens. Call flatten(0, 1) first to get (B * heads, N, S), so that each head is like an image of its "
            "own.",
            ((PER_HEAD, "double_normalize(self.mk(heads))"),)),
    Mistake("heads-sum-over-heads", "MultiHeadExternalAttention",
            "Your softmax runs over the tokens, as it should, but then you divide by the sum over the heads. "
            "(double_normalize does that if you give it (B, N, heads, S).) Divide by the sum over the slots, the last "
            "axis.",
            ((PER_HEAD, "(lambda a: a / (a.sum(dim=1, keepdim=True) + 1e-9))(torch.softmax(self.mk(heads), dim=2))"),)),
    Mistake("heads-all-together", "MultiHeadExternalAttention",
            "You divide by the sum over the slots of all heads. Normalise each head by itself, so that a token's "
            "weights sum to 1 in every head.",
            ((PER_HEAD,
              "(lambda a: a / (a.sum(dim=(1, 3), keepdim=True) + 1e-9))(torch.softmax(self.mk(heads), dim=2))"),)),
    Mistake("heads-tokens-of-all-heads", "MultiHeadExternalAttention",
            "Your softmax runs over the tokens of all heads together. Each head should have its own sums over the N "
            "tokens.",
            ((PER_HEAD, "double_normalize(self.mk(heads).flatten(1, 2)).unflatten(1, heads.shape[1:3])"),)),
    Mistake("heads-slots-alone", "MultiHeadExternalAttention", SLOTS_ALONE,
            ((PER_HEAD, "torch.softmax(self.mk(heads), dim=-1)"),)),
    Mistake("heads-slots-alone-scaled", "MultiHeadExternalAttention", AS_A_TRANSFORMER.format("head_dim"),
            ((PER_HEAD, "torch.softmax(self.mk(heads) * heads.shape[-1] ** -0.5, dim=-1)"),)),
    Mistake("heads-tokens-alone", "MultiHeadExternalAttention", NO_SECOND,
            ((PER_HEAD, "torch.softmax(self.mk(heads), dim=2)"),)),
    Mistake("heads-no-eps", "MultiHeadExternalAttention", NO_EPS,
            ((PER_HEAD, PER_HEAD.replace("(0, 1))", "(0, 1), eps=0)")),)),
    Mistake("heads-channels-first", "MultiHeadExternalAttention",
            "Your heads take channels that are far apart, because you split the channels into (head_dim, heads). Split "
            "them into (heads, head_dim), so that a head has neighbouring channels.",
            ((SPLIT, "self.expand(x).unflatten(2, (-1, self.heads)).permute(0, 3, 1, 2)"),)),
    Mistake("heads-channels-first-both", "MultiHeadExternalAttention",
            "You read the channels as (head_dim, heads), both when you split them and when you join them. Read them as "
            "(heads, head_dim), so that a head has neighbouring channels.",
            ((SPLIT, "self.expand(x).unflatten(2, (-1, self.heads)).permute(0, 3, 1, 2)"),
             (JOINED, "self.mv(weights).permute(0, 2, 3, 1).flatten(2)"))),
    Mistake("heads-split-scrambled", "MultiHeadExternalAttention",
            "You turn (B, N, dim) into (B, heads, N, head_dim) with `view` or `reshape` alone. These keep the order of "
            "the numbers in memory, so a head gets whole tokens. Make (B, N, heads, head_dim) first, then call "
            "transpose(1, 2).",
            ((SPLIT, "self.expand(x).reshape(len(x), self.heads, x.shape[1], -1)"),)),
    Mistake("heads-joined-scrambled", "MultiHeadExternalAttention",
            "You join the heads with `reshape` or `view` while the heads' axis is still before the tokens' axis, so "
            "tokens and heads are mixed up. Call transpose(1, 2) first, then flatten the last two axes.",
            ((JOINED, "self.mv(weights).reshape(len(x), x.shape[1], -1)"),)),
    Mistake("heads-both-scrambled", "MultiHeadExternalAttention",
            "You split the heads and join them with `view` or `reshape` alone. These keep the order of the numbers in "
            "memory, so a head gets whole tokens. Make (B, N, heads, head_dim) first, then call transpose(1, 2). At "
            "the end, call transpose(1, 2), then flatten(2).",
            ((SPLIT, "self.expand(x).reshape(len(x), self.heads, x.shape[1], -1)"),
             (JOINED, "self.mv(weights).reshape(len(x), x.shape[1], -1)"))),
    Mistake("heads-before-images", "MultiHeadExternalAttention",
            "You split the first axis into (heads, B). It was made from (B, heads), so split it in that order: "
            "unflatten(0, (B, heads)).",
            ((JOINED,
              "self.mv(weights).flatten(0, 1).unflatten(0, (self.heads, len(x))).permute(1, 2, 0, 3).flatten(2)"),)),
    Mistake("heads-reversed", "MultiHeadExternalAttention",
            "You join the heads in reverse order. Head 0 should come first.",
            ((JOINED, "self.mv(weights).flip(1).transpose(1, 2).flatten(2)"),)),
    Mistake("heads-joined-channels-first", "MultiHeadExternalAttention",
            "You join the heads in the order (head_dim, heads). Join them as they were split: (heads, head_dim).",
            ((JOINED, "self.mv(weights).permute(0, 2, 3, 1).flatten(2)"),)),
    Mistake("heads-no-proj", "MultiHeadExternalAttention",
            "Your result is dim * expansion wide, because `proj` is made and never used. Return proj's output.",
            (("return self.proj(gathered)", "return gathered"),)),
    Mistake("heads-not-expanded-heads", "MultiHeadExternalAttention",
            "You make num_heads heads of the expanded channels. Make num_heads * expansion heads, each dim // "
            "num_heads wide.",
            ((HEADS, "self.heads, head_dim = num_heads, dim * expansion // num_heads"),)),
    Mistake("heads-narrow", "MultiHeadExternalAttention",
            "Your heads are dim // (num_heads * expansion) wide. The heads share dim * expansion channels, so each "
            "should be dim // num_heads wide.",
            ((HEADS, "self.heads, head_dim = num_heads * expansion, dim // num_heads\n        head_dim = max(1, dim "
                     "// self.heads)"),
             (EXPAND, "self.expand = nn.Linear(dim, self.heads * head_dim)"),
             ("self.proj = nn.Linear(dim * expansion, dim)", "self.proj = nn.Linear(self.heads * head_dim, dim)"))),
    Mistake("heads-no-key-bias", "MultiHeadExternalAttention",
            "mk has no bias. In the multi-head form both memories have one: keep torch's default.",
            ((SHARED_MK, SHARED_MK[:-1] + ", bias=False)"),)),
    Mistake("heads-no-value-bias", "MultiHeadExternalAttention",
            "mv has no bias. In the multi-head form both memories have one: keep torch's default.",
            ((SHARED_MV, SHARED_MV[:-1] + ", bias=False)"),)),
    Mistake("heads-no-biases", "MultiHeadExternalAttention",
            "mk and mv have no bias, as in ExternalAttention. In the multi-head form both have one: keep torch's "
            "default.",
            ((SHARED_MK, SHARED_MK[:-1] + ", bias=False)"), (SHARED_MV, SHARED_MV[:-1] + ", bias=False)"))),
    Mistake("heads-expand-without-bias", "MultiHeadExternalAttention",
            "expand has no bias. Keep torch's default.",
            ((EXPAND, EXPAND[:-1] + ", bias=False)"),)),
    Mistake("heads-proj-without-bias", "MultiHeadExternalAttention",
            "proj has no bias. Keep torch's default.",
            (("self.proj = nn.Linear(dim * expansion, dim)",
              "self.proj = nn.Linear(dim * expansion, dim, bias=False)"),)),
    Mistake("heads-memory-size-ignored", "MultiHeadExternalAttention",
            "The argument `memory_size` has no effect, because 64 is written into your code. Write memory_size "
            "instead.",
            ((SHARED_MK, SHARED_MK.replace("memory_size", "64")), (SHARED_MV, SHARED_MV.replace("memory_size", "64")))),
    Mistake("heads-default-slots", "MultiHeadExternalAttention",
            "If memory_size is not given, your code does not use 64. Make 64 its default.",
            (("memory_size: int = 64", "memory_size: int = 32"),)),
    Mistake("heads-default-heads", "MultiHeadExternalAttention",
            "If num_heads is not given, your code does not use 8. Make 8 its default.",
            (("num_heads: int = 8", "num_heads: int = 4"),)),
    Mistake("heads-default-expansion", "MultiHeadExternalAttention",
            "If expansion is not given, your code does not use 4. Make 4 its default.",
            (("expansion: int = 4", "expansion: int = 2"),)),
    Mistake("heads-scaled", "MultiHeadExternalAttention",
            "You divide the logits by sqrt(head_dim), as transformers do. External attention does not scale them.",
            ((PER_HEAD, PER_HEAD.replace("self.mk(heads)", "(self.mk(heads) * heads.shape[-1] ** -0.5)")),)),
    Mistake("heads-relu", "MultiHeadExternalAttention",
            "A ReLU follows expand. Give expand's output to the heads as it is.",
            ((SPLIT, SPLIT.replace("self.expand(x)", "torch.relu(self.expand(x))")),)),
    Mistake("heads-first-head", "MultiHeadExternalAttention",
            "All heads use the weights of the first one. The heads share the memory, but each head should have its own "
            "weights.",
            (("gathered = self.mv(weights)",
              "weights = weights[:, :1].expand_as(weights)\n        gathered = self.mv(weights)"),)),
    Mistake("heads-shortcut", "MultiHeadExternalAttention",
            "You add x to the result. Return proj's output alone: the shortcut belongs to the block around this "
            "module.",
            (("return self.proj(gathered)", "return x + self.proj(gathered)"),)),
    Mistake("heads-weights-detached", "MultiHeadExternalAttention",
            "The numbers are right, but the weights are detached, so expand and mk would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            (("self.mv(weights)", "self.mv(weights.detach())"),)),
    Mistake("heads-input-detached", "MultiHeadExternalAttention",
            "The numbers are right, and so are the gradients of the weights. But x is detached before expand, so no "
            "gradient flows back to whatever made x.",
            (("self.expand(x)", "self.expand(x.detach())"),)),
    Mistake("heads-dropout", "MultiHeadExternalAttention", ATTENTION_DROPOUT,
            (("self.mv(weights)", "self.mv(nn.functional.dropout(weights, 0.1, self.training))"),)),
    Mistake("heads-only-in-eval", "MultiHeadExternalAttention", ONLY_IN_EVAL,
            (("return self.proj(gathered)", "return x if self.training else self.proj(gathered)"),)),
)

BETWEEN = "Weights are between 0 and 1 already."
EITHER_ORDER = "Two axes are exchanged, whichever is named first."
ONE_TAP = "A kernel of 1 x 1 has no taps between which a dilation could lie."
EQUIVALENT = {
    "double_normalize 3: clamped": BETWEEN,
    "double_normalize 3: Add in place": "The sum is a tensor of its own, and its backward pass does not need it.",
    "ExternalAttention 9: clamped": BETWEEN,
    **{f"ExternalAttentionBlock {line}: Conv2d with dilation=2": ONE_TAP for line in (5, 7)},
    **{f"ExternalAttentionBlock {line}: arguments 0 and 1 of transpose exchanged": EITHER_ORDER for line in (11, 12)},
    "ExternalAttentionBlock 12: x detached": "Only its shape is read.",
    "ExternalAttentionBlock 13: relu twice": "A second ReLU changes nothing.",
    "ExternalAttentionBlock 13: relu in place": "The sum is a tensor of its own.",
    **{f"MultiHeadExternalAttention {line}: arguments 0 and 1 of transpose exchanged": EITHER_ORDER
       for line in (12, 14)},
}

VARIANTS = (
    Variant("normalize-l1", "double_normalize", """
        def double_normalize(logits, eps=1e-9):
            attn = logits.softmax(-2)
            return attn.div(eps + attn.sum(-1)[..., None])
        """),
    Variant("normalize-by-hand", "double_normalize", """
        def double_normalize(logits, eps=1e-9):
            e = torch.exp(logits - logits.max(dim=1, keepdim=True).values)
            a = e / e.sum(1, keepdim=True)
            total = torch.einsum("bns->bn", a) + eps
            return torch.einsum("bns,bn->bns", a, 1 / total)
        """),
    Variant("normalize-log-sums", "double_normalize", """
        def double_normalize(logits, eps=1e-9):
            sums = torch.logsumexp(logits, dim=1, keepdim=True)
            shares = torch.exp(logits - sums)
            return shares / (shares.sum(2).unsqueeze(2) + eps)
        """),
    Variant("external-convolutions", "ExternalAttention", """
        class ExternalAttention(nn.Module):
            def __init__(self, dim, memory_size=64):
                super().__init__()
                self.linear_0, self.linear_1 = (nn.Conv1d(*sizes, kernel_size=1, bias=False)
                                                for sizes in ((dim, memory_size), (memory_size, dim)))

            def forward(self, x):
                slots = self.linear_0(x.mT).softmax(dim=2)
                slots = slots / (slots.sum(dim=1, keepdim=True) + 1e-9)
                return self.linear_1(slots).mT
        """),
    Variant("external-einsum", "ExternalAttention", """
        class ExternalAttention(nn.Module):
            def __init__(self, dim, memory_size=64):
                super().__init__()
                self.mk = nn.Linear(dim, memory_size, bias=False)
                self.mv = nn.Linear(memory_size, dim, bias=False)

            def forward(self, x):
                weights = double_normalize(torch.einsum("bnd,sd->bns", x, self.mk.weight))
                return torch.einsum("bns,ds->bnd", weights, self.mv.weight)
        """),
    Variant("external-image-by-image", "ExternalAttention", """
        class ExternalAttention(nn.Module):
            def __init__(self, dim, memory_size=64):
                super().__init__()
                self.mk = nn.Linear(dim, memory_size, bias=False)
                self.mv = nn.Linear(memory_size, dim, bias=False)

            def forward(self, x):
                return torch.cat([self.mv(double_normalize(self.mk(image[None]))) for image in x])
        """),
    Variant("cost-steps", "attention_cost", """
        def attention_cost(n, dim, memory_size):
            def product(rows, inner, columns):
                return rows * inner * columns

            own = product(n, dim, n) + product(n, n, dim)
            external = product(n, dim, memory_size) + product(n, memory_size, dim)
            return own, external
        """),
    Variant("cost-of-matrices", "attention_cost", """
        def attention_cost(n, dim, memory_size):
            return tuple(2 * n * dim * met for met in (n, memory_size))
        """),
    Variant("block-sequential", "ExternalAttentionBlock", """
        class ExternalAttentionBlock(nn.Module):
            def __init__(self, channels, memory_size=64):
                super().__init__()
                self.conv1 = nn.Conv2d(channels, channels, kernel_size=(1, 1))
                self.attention = ExternalAttention(channels, memory_size)
                self.conv2 = nn.Sequential(nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels))
                self.act = nn.ReLU()

            def forward(self, x):
                b, c, h, w = x.shape
                y = torch.einsum("bchw->bhwc", self.conv1(x)).flatten(1, 2)
                y = self.attention(y).view(b, h, w, c)
                return self.act(self.conv2(y.permute(0, 3, 1, 2)) + x)
        """),
    Variant("block-linear", "ExternalAttentionBlock", """
        class ExternalAttentionBlock(nn.Module):
            def __init__(self, channels, memory_size=64):
                super().__init__()
                self.conv1 = nn.Linear(channels, channels)
                self.attention = ExternalAttention(channels, memory_size)
                self.conv2 = nn.Linear(channels, channels, bias=False)
                self.bn = nn.BatchNorm2d(channels)

            def forward(self, x):
                b, c, h, w = x.shape
                tokens = x.permute(0, 2, 3, 1).reshape(b, h * w, c)
                tokens = self.conv2(self.attention(self.conv1(tokens)))
                return (self.bn(tokens.reshape(b, h, w, c).permute(0, 3, 1, 2)) + x).clamp(min=0)
        """),
    Variant("heads-without-function", "MultiHeadExternalAttention", """
        class MultiHeadExternalAttention(nn.Module):
            def __init__(self, dim, num_heads=8, expansion=4, memory_size=64):
                super().__init__()
                assert dim % num_heads == 0
                self.h = expansion * num_heads
                self.trans_dims = nn.Linear(dim, dim * expansion)
                self.linear_0 = nn.Linear(dim // num_heads, memory_size)
                self.linear_1 = nn.Linear(memory_size, dim // num_heads)
                self.proj = nn.Linear(dim * expansion, dim)

            def forward(self, x):
                slots = self.linear_0(self.trans_dims(x).unflatten(-1, (self.h, -1)))
                slots = torch.softmax(slots, dim=1)
                slots = slots / (1e-9 + slots.sum(-1, keepdim=True))
                return self.proj(self.linear_1(slots).flatten(-2))
        """),
    Variant("heads-one-by-one", "MultiHeadExternalAttention", """
        class MultiHeadExternalAttention(nn.Module):
            def __init__(self, dim, num_heads=8, expansion=4, memory_size=64):
                super().__init__()
                width = dim // num_heads
                self.expand = nn.Linear(dim, dim * expansion)
                self.mk = nn.Linear(width, memory_size)
                self.mv = nn.Linear(memory_size, width)
                self.proj = nn.Linear(dim * expansion, dim)

            def forward(self, x):
                parts = self.expand(x).split(self.mk.in_features, dim=-1)
                return self.proj(torch.cat([self.mv(double_normalize(self.mk(part))) for part in parts], dim=-1))
        """),
    Variant("heads-as-batch", "MultiHeadExternalAttention", """
        class MultiHeadExternalAttention(nn.Module):
            def __init__(self, dim, num_heads=8, expansion=4, memory_size=64):
                super().__init__()
                self.h = num_heads * expansion
                self.d = dim // num_heads
                self.expand = nn.Linear(dim, self.h * self.d)
                self.mk = nn.Linear(self.d, memory_size)
                self.mv = nn.Linear(memory_size, self.d)
                self.proj = nn.Linear(self.h * self.d, dim)

            def forward(self, x):
                b, n, _ = x.shape
                t = self.expand(x).reshape(b, n, self.h, self.d).transpose(1, 2).reshape(b * self.h, n, self.d)
                t = self.mv(double_normalize(self.mk(t)))
                return self.proj(t.reshape(b, self.h, n, self.d).transpose(1, 2).reshape(b, n, -1))
        """),
)
