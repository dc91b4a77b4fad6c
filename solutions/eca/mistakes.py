"""Known mistakes, correct variants and equivalent mutants of 02_eca.
Each mistake is the reference with one thing changed."""

from autograder.lessons.declare import Mistake, Variant
from solutions.shared.mistakes import INFINITE, naive_sigmoid

# What the reference says, and most mistakes replace.
FRACTION = "abs((math.log2(channels) + b) / gamma)"
ODD = "return t if t % 2 else t + 1"
CHOSEN = "eca_kernel_size(channels) if kernel_size is None else kernel_size"
CONV = "nn.Conv1d(1, 1, k, padding=k // 2, bias=False)"
MEAN = "x.mean(dim=(2, 3))"
GATES = "torch.sigmoid(self.conv(s[:, None]))"
PRODUCT = "x * gates[:, 0, :, None, None]"
INDEX = "place - place[:, None] + k // 2"
BAND = "torch.where(inside, kernel[index.clamp(0, k - 1)], 0)"
# What it does about an even kernel.
ODD_ONLY = """if k % 2 == 0:
            raise ValueError(f"kernel_size must be odd, so that it has a middle, got {k}")
        """
ODD_KERNEL = """if k % 2 == 0:
        raise ValueError(f"the kernel must have a middle, but its size {k} is even")
    """

MISTAKES = (
    # --- eca_kernel_size
    Mistake("size-not-made-odd", "eca_kernel_size",
            "Your kernel sizes can be even: t is returned as it is. A kernel needs a middle, so add 1 if t is even.",
            ((ODD, "return t"),)),
    Mistake("size-odd-downwards", "eca_kernel_size",
            "If t is even, you go down to the next odd number. Go up: an even t becomes t + 1.",
            ((ODD, "return t if t % 2 else t - 1"),)),
    Mistake("size-odd-downwards-at-least-one", "eca_kernel_size",
            "If t is even, you go down to the next odd number. Go up: an even t becomes t + 1.",
            ((ODD, "return max(1, t if t % 2 else t - 1)"),)),
    Mistake("size-made-even", "eca_kernel_size",
            "Your test is the wrong way round: odd numbers are made even, and even ones stay. `t % 2` is 1 (true) for "
            "an odd t, and an odd t should stay as it is.",
            ((ODD, "return t + 1 if t % 2 else t"),)),
    Mistake("size-always-plus-one", "eca_kernel_size",
            "You add 1 whatever t is, so an odd t becomes even. Add 1 only if t is even.",
            ((ODD, "return t + 1"),)),
    Mistake("size-rounded", "eca_kernel_size",
            "You round t to the nearest whole number before you make it odd. Cut the fraction off instead, with int(). "
            "Then 4.5 and 4.9 both become 4, which is even, so the size is 5.",
            ((f"int({FRACTION})", f"round({FRACTION})"),)),
    Mistake("size-rounded-up", "eca_kernel_size",
            "You round t up (`ceil`) before you make it odd. Cut the fraction off instead, with int().",
            ((f"int({FRACTION})", f"math.ceil({FRACTION})"),)),
    Mistake("size-fraction-kept", "eca_kernel_size",
            "You return a number with a fraction. Cut it off with int() first, then make the result odd.",
            ((f"int({FRACTION})", FRACTION),)),
    Mistake("size-natural-logarithm", "eca_kernel_size",
            "Your logarithm is the natural one: `math.log(channels)` has base e. The rule takes base 2, "
            "`math.log2(channels)`.",
            (("math.log2(channels)", "math.log(channels)"),)),
    Mistake("size-decimal-logarithm", "eca_kernel_size",
            "Your logarithm has base 10. The rule takes base 2, `math.log2(channels)`.",
            (("math.log2(channels)", "math.log10(channels)"),)),
    Mistake("size-square-root", "eca_kernel_size",
            "You take the square root of the channels. The rule takes the logarithm to base 2, `math.log2(channels)`.",
            (("math.log2(channels)", "math.sqrt(channels)"),)),
    Mistake("size-gamma-and-b-swapped", "eca_kernel_size",
            "gamma and b have changed places: b should be added to the logarithm, and gamma should divide the sum.",
            ((FRACTION, "abs((math.log2(channels) + gamma) / b)"),)),
    Mistake("size-b-not-divided", "eca_kernel_size",
            "You divide the logarithm alone and then add b. Divide the sum: (log2(C) + b) / gamma, with parentheses.",
            ((FRACTION, "abs(math.log2(channels) / gamma + b)"),)),
    Mistake("size-only-b-divided", "eca_kernel_size",
            "A pair of parentheses is missing: `log2(C) + b / gamma` divides b alone. Divide the whole sum: (log2(C) "
            "+ b) / gamma.",
            ((FRACTION, "abs(math.log2(channels) + b / gamma)"),)),
    Mistake("size-b-subtracted", "eca_kernel_size",
            "You subtract b. Add it: (log2(C) + b) / gamma.",
            ((FRACTION, "abs((math.log2(channels) - b) / gamma)"),)),
    Mistake("size-multiplied", "eca_kernel_size",
            "You multiply by gamma. Divide by it: (log2(C) + b) / gamma.",
            ((FRACTION, "abs((math.log2(channels) + b) * gamma)"),)),
    Mistake("size-b-ignored", "eca_kernel_size",
            "The argument b has no effect on your result, because 1 is written in its place. Use b.",
            (("(math.log2(channels) + b)", "(math.log2(channels) + 1)"),)),
    Mistake("size-b-left-out", "eca_kernel_size",
            "b is missing from your sum. It should be (log2(C) + b) / gamma.",
            (("(math.log2(channels) + b)", "math.log2(channels)"),)),
    Mistake("size-gamma-ignored", "eca_kernel_size",
            "The argument gamma has no effect on your result, because 2 is written in its place. Use gamma.",
            (("(math.log2(channels) + b) / gamma", "(math.log2(channels) + b) / 2"),)),
    Mistake("size-both-ignored", "eca_kernel_size",
            "The arguments gamma and b have no effect on your result, because 2 and 1 are written in their places. "
            "Use the arguments.",
            ((FRACTION, "abs((math.log2(channels) + 1) / 2)"),)),
    Mistake("size-no-absolute-value", "eca_kernel_size",
            "Your result can be negative if b is negative. The rule takes the absolute value of the fraction, "
            "`abs(...)`.",
            ((FRACTION, "((math.log2(channels) + b) / gamma)"),)),
    Mistake("size-whole-division", "eca_kernel_size",
            "You divide with two slashes and take the absolute value afterwards. But `//` rounds down, so a negative "
            "fraction moves away from 0. Divide with one slash, take `abs`, then `int`.",
            ((f"int({FRACTION})", "abs(int((math.log2(channels) + b) // gamma))"),)),
    Mistake("size-at-least-three", "eca_kernel_size",
            "You let no kernel be smaller than 3. The rule allows smaller ones: few channels get a kernel of 1. "
            "(timm, a library of vision models, has such a lower bound; the paper's rule does not.)",
            ((ODD, "return max(3, t if t % 2 else t + 1)"),)),
    Mistake("size-refuses-one", "eca_kernel_size",
            "Your ValueError refuses too much: one channel is allowed. Raise it only for fewer than one.",
            (("if channels < 1", "if channels <= 1"),)),
    Mistake("size-no-error", "eca_kernel_size",
            "You treat fewer than one channel as one channel. Raise a ValueError.",
            ((FRACTION, "abs((math.log2(max(channels, 1)) + b) / gamma)"),
             ("""if channels < 1:
        raise ValueError(f"channels must be at least 1, got {channels}")
    """, ""))),
    Mistake("size-of-negative-channels", "eca_kernel_size",
            "You drop the sign of a negative number of channels. Raise a ValueError for fewer than one channel.",
            (("if channels < 1", "if channels == 0"), ("math.log2(channels)", "math.log2(abs(channels))"))),

    # --- ECABlock
    Mistake("eca-returns-gate", "ECABlock",
            "Your block returns the gates. Multiply the image by them: each channel of x by its own gate.",
            ((PRODUCT, "gates[:, 0, :, None, None]"),)),
    Mistake("eca-returns-gate-flat", "ECABlock",
            "Your block returns the gates. Multiply the image by them: each channel of x by its own gate.",
            ((PRODUCT, "gates[:, 0]"),)),
    Mistake("eca-returns-gate-expanded", "ECABlock",
            "Your block returns the gates, spread over the map. Multiply the image by them: each channel of x by its "
            "own gate.",
            ((PRODUCT, "gates[:, 0, :, None, None].expand_as(x)"),)),
    Mistake("eca-shortcut", "ECABlock",
            "Your block adds the input to the gated input. ECA returns the product alone; the shortcut belongs to the "
            "residual block around it.",
            ((PRODUCT, f"x + {PRODUCT}"),)),
    Mistake("eca-added", "ECABlock",
            "Your block adds the gates to the image. A gate multiplies.",
            ((PRODUCT, PRODUCT.replace("*", "+")),)),
    Mistake("eca-divides", "ECABlock",
            "Your block divides the image by its gates. Multiply: a gate of 0 closes the channel, a gate of 1 "
            "lets it pass.",
            ((PRODUCT, PRODUCT.replace("*", "/")),)),
    Mistake("eca-complement", "ECABlock",
            "You multiply the image by 1 minus the gate, which closes the channels that should be open and opens the "
            "others. Multiply by the gate itself.",
            ((GATES, f"1 - {GATES}"),)),
    Mistake("eca-no-sigmoid", "ECABlock",
            "The sigmoid after the convolution is missing: your weights can be any real numbers, even negative ones. "
            "A gate lies between 0 and 1.",
            ((GATES, "self.conv(s[:, None])"),)),
    Mistake("eca-sigmoid-before", "ECABlock",
            "Your sigmoid comes before the convolution. Apply the convolution to the means first. Then apply the "
            "sigmoid, whose outputs are the gates.",
            ((GATES, "self.conv(torch.sigmoid(s[:, None]))"),)),
    Mistake("eca-double-sigmoid", "ECABlock",
            "The sigmoid is applied twice, so all your gates lie between 0.5 and 0.73. Such gates can neither open "
            "nor close: apply the sigmoid once.",
            ((GATES, f"torch.sigmoid({GATES})"),)),
    Mistake("eca-softmax", "ECABlock",
            "Your gates go through a softmax: the channels compete, and their gates sum to 1. ECA uses a sigmoid: "
            "each channel is opened or closed on its own.",
            ((GATES, "torch.softmax(self.conv(s[:, None]), dim=-1)"),)),
    Mistake("eca-tanh", "ECABlock",
            "Your gates end in a tanh, so they can be negative and flip a channel's sign. A gate ends in a sigmoid.",
            ((GATES, "torch.tanh(self.conv(s[:, None]))"),)),
    Mistake("eca-hard-sigmoid", "ECABlock",
            "Your gates end in the piecewise linear `hardsigmoid`. ECA's gates end in the smooth sigmoid.",
            ((GATES, "nn.functional.hardsigmoid(self.conv(s[:, None]))"),)),
    Mistake("eca-relu-between", "ECABlock",
            "There is a ReLU between the convolution and the sigmoid, so no gate can fall below 0.5. ECA has no "
            "ReLU: leave it out.",
            ((GATES, "torch.sigmoid(torch.relu(self.conv(s[:, None])))"),)),
    Mistake("eca-maximum", "ECABlock",
            "Your block squeezes with the maximum of each channel. ECA takes the mean over H and W.",
            ((MEAN, "x.amax(dim=(2, 3))"),)),
    Mistake("eca-sum", "ECABlock",
            "Your block adds up the positions of each channel without dividing by H * W, so the gates depend on the "
            "size of the image. Take the mean.",
            ((MEAN, "x.sum(dim=(2, 3))"),)),
    Mistake("eca-mean-over-channels", "ECABlock",
            "You take the mean over axis 1, the channels. Take it over H and W, axes 2 and 3, so that each channel "
            "keeps its own number.",
            ((MEAN, "x.mean(dim=1)"),)),
    Mistake("eca-mean-over-channels-and-rows", "ECABlock",
            "You take the mean over axes 1 and 2, the channels and the rows. Axes are counted from 0: H and W "
            "are 2 and 3.",
            ((MEAN, "x.mean(dim=(1, 2))"),)),
    Mistake("eca-one-long-row", "ECABlock",
            "The means of all images lie end to end in one row, (1, 1, B * C). So an image's last channel becomes the "
            "neighbour of the next image's first channel. The convolution takes (B, 1, C).",
            ((GATES, "torch.sigmoid(self.conv(s.reshape(1, 1, -1))).view(len(x), 1, -1)"),)),
    Mistake("eca-over-batch", "ECABlock",
            "Your block averages over the batch too: every image gets the gates of the whole batch. Average over H "
            "and W only.",
            ((MEAN, "x.mean(dim=(0, 2, 3)).expand(len(x), -1)"),)),
    Mistake("eca-first-image", "ECABlock",
            "The gates of the first image are used for the whole batch. Each image has its own: keep the batch axis "
            "when you reshape.",
            ((PRODUCT, "x * gates[:1, 0, :, None, None]"),)),
    Mistake("eca-along-batch", "ECABlock",
            "Your kernel runs along the batch: it mixes neighbouring images, not neighbouring channels. Conv1d slides "
            "along the last axis, so give it (B, 1, C).",
            ((GATES, "torch.sigmoid(self.conv(s.T[:, None])).movedim(2, 0).movedim(2, 1)"),)),
    Mistake("eca-two-axes", "ECABlock",
            "Your Conv1d does not get (B, 1, C). If it gets (B, C) or (1, B, C), it reads B as the number of input "
            "channels. That fits by luck if B = 1. Put the new axis in the middle: B samples, one channel, length C.",
            ((GATES, "torch.sigmoid(self.conv(s))[:, None]"),)),
    Mistake("eca-channels-as-channels", "ECABlock",
            "Your Conv1d gets (B, C, 1). It reads C as the number of input channels, so the kernel can only slide "
            "along an axis of length 1. Here the image's channels are the length: give it (B, 1, C).",
            ((GATES, "torch.sigmoid(self.conv(s[:, :, None])).movedim(1, 2)"),)),
    Mistake("eca-pooled-as-it-is", "ECABlock",
            "Your Conv1d gets the pooled image with its two axes of size 1, (B, C, 1, 1). It takes three axes, (B, 1, "
            "C): one input channel, and the image's channels as the length.",
            ((GATES, "torch.sigmoid(self.conv(x.mean(dim=(2, 3), keepdim=True)))"),)),
    Mistake("eca-drops-batch", "ECABlock",
            "A bare `.squeeze()` removes every axis of size 1: a batch of one image loses its batch axis, and a map "
            "of one channel loses its channel axis. Name the axes to remove.",
            ((MEAN, "x.mean(dim=(2, 3), keepdim=True).squeeze()"),)),
    Mistake("eca-local", "ECABlock",
            "Every position is gated by its own pixel: the mean over H and W is missing. The gates should come from "
            "the whole map, one for each channel.",
            ((GATES, "torch.sigmoid(self.conv(x.flatten(2).transpose(1, 2).reshape(-1, 1, x.shape[1])))"),
             (PRODUCT, "x * gates.reshape(len(x), -1, x.shape[1]).transpose(1, 2).reshape(x.shape)"))),
    Mistake("eca-kernel-size-ignored", "ECABlock",
            "The argument `kernel_size` has no effect: the rule always decides. It should decide only if kernel_size "
            "is None.",
            ((CHOSEN, "eca_kernel_size(channels)"),)),
    Mistake("eca-always-three", "ECABlock",
            "If kernel_size is None, your kernel has 3 numbers, whatever `channels` is, as in the authors' code. Here "
            "eca_kernel_size(channels) should decide.",
            ((CHOSEN, "3 if kernel_size is None else kernel_size"),)),
    Mistake("eca-never-the-rule", "ECABlock",
            "kernel_size=None reaches the convolution. If it is None, take eca_kernel_size(channels).",
            ((CHOSEN, "kernel_size"),)),
    Mistake("eca-kernel-of-all-channels", "ECABlock",
            "You use `channels` as the size of your kernel. ECA's kernel is short: kernel_size, or "
            "eca_kernel_size(channels) if kernel_size is None.",
            ((CHOSEN, "channels"),)),
    Mistake("eca-bias", "ECABlock",
            "Your convolution has a bias. ECA's has none: pass `bias=False`, and k numbers are all that the "
            "block learns.",
            ((CONV, "nn.Conv1d(1, 1, k, padding=k // 2)"),)),
    Mistake("eca-no-padding", "ECABlock",
            "Your convolution has no padding, so it returns k - 1 fewer numbers than there are channels. With "
            "padding=k // 2 every channel gets a gate.",
            ((CONV, "nn.Conv1d(1, 1, k, bias=False)"),)),
    Mistake("eca-padding-one", "ECABlock",
            "Your padding is 1 for every kernel. That fits k = 3 alone; padding=k // 2 fits every odd kernel.",
            ((CONV, "nn.Conv1d(1, 1, k, padding=1, bias=False)"),)),
    Mistake("eca-padding-k", "ECABlock",
            "Your padding is as wide as the kernel, so there are more gates than channels. With padding=k // 2 there "
            "are C gates.",
            ((CONV, "nn.Conv1d(1, 1, k, padding=k, bias=False)"),)),
    Mistake("eca-circular", "ECABlock",
            "Your convolution pads in a circle: the first and the last channel are neighbours. ECA pads with zeros. "
            "(timm's `CecaModule` does what you do.)",
            ((CONV, 'nn.Conv1d(1, 1, k, padding=k // 2, padding_mode="circular", bias=False)'),)),
    Mistake("eca-replicate", "ECABlock",
            "Your convolution pads with copies of the first and the last channel. ECA pads with zeros.",
            ((CONV, 'nn.Conv1d(1, 1, k, padding=k // 2, padding_mode="replicate", bias=False)'),)),
    Mistake("eca-flipped", "ECABlock",
            "Your kernel is flipped: its first number is multiplied by the next channel, not by the previous one. "
            "Conv1d does not flip its kernel, so leave out the flip.",
            ((GATES, "torch.sigmoid(self.conv(s.flip(1)[:, None])).flip(2)"),)),
    Mistake("eca-dilated", "ECABlock",
            "Your kernel leaves channels out: it has a dilation. ECA's kernel covers k channels in a row.",
            ((CONV, "nn.Conv1d(1, 1, k, padding=2 * (k // 2), dilation=2, bias=False)"),)),
    Mistake("eca-kernel-a-channel", "ECABlock",
            "Your convolution has C kernels that run along an axis of length 1. Such an axis holds one number "
            "between padded zeros, so no channel sees any other. ECA has one kernel, Conv1d(1, 1, k), which slides "
            "along the channels: give it (B, 1, C).",
            ((CONV, "nn.Conv1d(channels, channels, k, padding=k // 2, groups=channels, bias=False)"),
             (GATES, "torch.sigmoid(self.conv(s[:, :, None])).movedim(1, 2)"))),
    Mistake("eca-full-convolution", "ECABlock",
            "Your convolution has C input and C output channels, and so C * C * k weights. That is a full matrix, as "
            "in SE. ECA has one kernel of k numbers, Conv1d(1, 1, k), which slides along the channels: give it (B, "
            "1, C).",
            ((CONV, "nn.Conv1d(channels, channels, k, padding=k // 2, bias=False)"),
             (GATES, "torch.sigmoid(self.conv(s[:, :, None])).movedim(1, 2)"))),
    Mistake("eca-even-allowed", "ECABlock",
            "An even kernel_size is not refused. An even kernel has no middle, and with this padding it returns one "
            "gate too many. Raise a ValueError.",
            ((ODD_ONLY, ""),)),
    Mistake("eca-even-made-odd", "ECABlock",
            "An even kernel_size is silently made odd. A caller who asks for 4 should learn that 4 is not allowed: "
            "raise a ValueError.",
            ((ODD_ONLY, "k += 1 - k % 2\n        "),)),
    Mistake("eca-even-same", "ECABlock",
            'An even kernel_size is not refused. With padding="same" torch pads one side more than the other, so the '
            'kernel is not centred on its channel. Raise a ValueError.',
            ((ODD_ONLY, ""), (CONV, 'nn.Conv1d(1, 1, k, padding="same", bias=False)'))),
    Mistake("eca-gate-on-width", "ECABlock",
            "The gates multiply the columns of the image. Give them two axes of size 1 at the end, (B, C, 1, 1), so "
            "that they line up with the channels.",
            ((PRODUCT, "x * gates[:, :, None]"),)),
    Mistake("eca-gate-on-height", "ECABlock",
            "The gates multiply the rows of the image, because in (B, 1, C, 1) the C is matched with the image's H. "
            "They belong to the channels: (B, C, 1, 1).",
            ((PRODUCT, "x * gates[..., None]"),)),
    Mistake("eca-gate-too-few-axes", "ECABlock",
            "The gates leave the convolution as (B, 1, C), and you multiply by them as they are. Shapes are matched "
            "from the right, so their C is matched with the image's W. They belong to the channels: (B, C, 1, 1).",
            ((PRODUCT, "x * gates"),)),
    Mistake("eca-class-called", "ECABlock",
            "You call the class nn.Conv1d in forward, which makes a new kernel for every image. Make it once, in "
            "__init__, as self.conv, and use that one.",
            ((GATES, "torch.sigmoid(nn.Conv1d(1, 1, 3, padding=1, bias=False).to(x)(s[:, None]))"),), grain="float32"),
    Mistake("eca-in-place", "ECABlock",
            "Your block multiplies its input in place (`x *= ...`): code that reads x afterwards, such as a shortcut, "
            "finds it changed. Write `x * ...`.",
            ((f"return {PRODUCT}", f"{PRODUCT.replace('*', '*=')}\n        return x"),)),
    Mistake("eca-gate-detached", "ECABlock",
            "The numbers are right, but the gates are detached, so the kernel would never learn. Leave out the "
            "`detach()`, `.data` or `no_grad()`.",
            ((GATES, f"{GATES}.detach()"),)),
    Mistake("eca-squeeze-detached", "ECABlock",
            "The numbers are right, and so is the kernel's gradient. But x reaches the gates through a `detach()`, so "
            "its gradient lacks the path through the mean. Leave the `detach()` out.",
            ((MEAN, "x.detach().mean(dim=(2, 3))"),)),
    Mistake("eca-image-detached", "ECABlock",
            "The numbers are right, but the image is detached before the product, so the gradient reaches x through "
            "the gates alone. Leave out the `detach()` or `.data`.",
            ((PRODUCT, "x.detach() * gates[:, 0, :, None, None]"),)),
    Mistake("eca-remembers-gates", "ECABlock",
            "The gates of the first call are kept and used again for the next image. Compute them again in every call "
            "of forward.",
            ((f"gates = {GATES}", f"""if not hasattr(self, "kept"):
            self.kept = {GATES}
        gates = self.kept"""),)),
    Mistake("eca-tensor-squeeze", "ECABlock",
            "`x.squeeze()` is torch's method: it removes axes of size 1 and averages nothing. Take the mean of x "
            "over H and W.",
            ((MEAN, "x.squeeze()"),)),
    Mistake("eca-gates-squeezed", "ECABlock",
            "A bare `.squeeze()` after the convolution removes every axis of size 1: a batch of one image loses its "
            "batch axis. Name the axis to remove: `.squeeze(1)`.",
            ((PRODUCT, "x * gates.squeeze()[:, :, None, None]"),)),
    Mistake("eca-relu", "ECABlock",
            "Your gates end in a ReLU, so they can be larger than 1 and can get stuck at 0. A gate ends in a sigmoid.",
            ((GATES, "torch.relu(self.conv(s[:, None]))"),)),
    Mistake("eca-zero-is-none", "ECABlock",
            "Your code treats a kernel_size of 0 as None, because `kernel_size or ...` treats both alike. Test `if "
            "kernel_size is None`: 0 is even, so it should raise a ValueError.",
            ((CHOSEN, "kernel_size or eca_kernel_size(channels)"),)),
    Mistake("eca-exp", "ECABlock", INFINITE, ((GATES, naive_sigmoid("self.conv(s[:, None])")),)),

    # --- band_matrix
    Mistake("band-transposed", "band_matrix",
            "Your matrix is transposed: its rows should be its columns. W[i, j] should be the weight that channel i's "
            "gate gives to channel j: kernel[j - i + k // 2].",
            ((INDEX, "place[:, None] - place + k // 2"),)),
    Mistake("band-circular", "band_matrix",
            "Your band wraps around: weights beyond one edge come back on the other side. There should be zeros "
            "outside the band.",
            ((BAND, "torch.stack([sum(kernel[m] * (place == (i + m - k // 2) % channels) for m in range(k)) for i in "
                    "range(channels)])"),)),
    Mistake("band-not-centred", "band_matrix",
            "Your band begins at the diagonal: the kernel's first number stands there. The kernel's middle should "
            "stand there: kernel[j - i + k // 2].",
            ((INDEX, "place - place[:, None]"),)),
    Mistake("band-one-too-far", "band_matrix",
            "Your band lies one place too far to the left. The kernel's middle, kernel[k // 2], belongs on the "
            "diagonal. For k = 3, that is kernel[1].",
            ((INDEX, "place - place[:, None] + k // 2 + 1"),)),
    Mistake("band-one-short", "band_matrix",
            "Your band lies one place too far to the right. The kernel's middle, kernel[k // 2], belongs on the "
            "diagonal. For k = 3, that is kernel[1].",
            ((INDEX, "place - place[:, None] + k // 2 - 1"),)),
    Mistake("band-ends-repeated", "band_matrix",
            "Outside the band your matrix repeats the kernel's first and last number, because you clamp the index. Set "
            "every number outside the band to 0.",
            ((BAND, "kernel[index.clamp(0, k - 1)]"),)),
    Mistake("band-negative-index", "band_matrix",
            "A negative index counts from the end in Python: `kernel[-1]` is the last number, and raises no error. So "
            "your matrix has numbers where zeros belong: test whether 0 <= index < k.",
            ((BAND, "torch.where((index >= -k) & (index < k), kernel[index.clamp(-k, k - 1)], 0)"),)),
    Mistake("band-lower-end-not-asked", "band_matrix",
            "You test whether the index is below k, but not whether it is at least 0. In Python a negative index "
            "counts from the end: `kernel[-1]` is the last number. If the index is too far below 0, it raises an "
            "IndexError. Check `0 <= index < k`.",
            ((BAND, "torch.stack([torch.stack([kernel[j - i + k // 2] if j - i + k // 2 < k else kernel.new_zeros(()) "
                    "for j in range(channels)]) for i in range(channels)])"),)),
    Mistake("band-neither-end-asked", "band_matrix",
            "You use the index j - i + k // 2 everywhere. Far from the diagonal the kernel has no such index. Test `0 "
            "<= index < k` first, and put 0 into the matrix if the test fails. (Below 0, Python would count from the "
            "end.)",
            ((BAND, "torch.stack([torch.stack([kernel[j - i + k // 2] for j in range(channels)]) for i in "
                    "range(channels)])"),)),
    Mistake("band-cut-at-the-wrong-end", "band_matrix",
            "In the first rows you cut off the kernel's end. Cut off its beginning, which hangs over the left edge.",
            ((BAND, "torch.stack([torch.cat([kernel.new_zeros(max(0, i - k // 2)), "
                    "kernel[:min(channels, i + k // 2 + 1) - max(0, i - k // 2)], "
                    "kernel.new_zeros(max(0, channels - (i + k // 2 + 1)))]) for i in range(channels)])"),)),
    Mistake("band-size-by-the-rule", "band_matrix",
            "Your k comes from `eca_kernel_size(channels)`. Here k should be the length of the given kernel: "
            "`len(kernel)`.",
            (("    place = torch.arange(", "    k = eca_kernel_size(channels)\n    place = torch.arange("),)),
    Mistake("band-rows-alike", "band_matrix",
            "Every row of your matrix is the same: the kernel does not move along. In row i it should be centred on "
            "column i.",
            ((INDEX, "(place - channels // 2 + k // 2).expand(channels, channels)"),)),
    Mistake("band-rows-start", "band_matrix",
            "Your kernel is at the beginning of every row. In row i it should be centred on column i.",
            ((INDEX, "place.expand(channels, channels)"),)),
    Mistake("band-inner-rows-only", "band_matrix",
            "The first and last rows of your matrix are zero: you fill only the rows in which the whole kernel fits. "
            "At the border a part of the kernel hangs over, but the part inside still counts.",
            ((BAND, f"{BAND} * ((place >= k // 2) & (place < channels - k // 2))[:, None]"),)),
    Mistake("band-diagonal-only", "band_matrix",
            "Only the diagonal of your matrix is filled, with the kernel's middle. The kernel's other numbers go "
            "beside its middle.",
            ((BAND, "kernel[k // 2] * (index == k // 2)"),)),
    Mistake("band-windows", "band_matrix",
            "Your result has shape (C, k): the kernel once for each channel. The exercise asks for a (C, C) matrix in "
            "which each row holds the kernel at its own place, and zeros elsewhere.",
            ((BAND, "kernel.expand(channels, k)"),)),
    Mistake("band-smaller", "band_matrix",
            "Your matrix lacks rows: you make a row only where the whole kernel fits. It needs C rows, one for each "
            "gate.",
            ((BAND, f"{BAND}[k // 2 : max(channels - k // 2, k // 2)]"),)),
    Mistake("band-wider", "band_matrix",
            "Your matrix has k - 1 columns too many, those of the padding. Leave out the weights that would be "
            "multiplied by padded zeros: the shape is (C, C).",
            ((INDEX, "torch.arange(channels + k - 1, device=kernel.device) - place[:, None]"),)),
    Mistake("band-sigmoid", "band_matrix",
            "Your matrix went through a sigmoid. The matrix should hold the kernel's numbers as they are. The "
            "sigmoid comes later, for the gates: sigmoid(W @ s).",
            ((BAND, f"torch.sigmoid({BAND})"),)),
    Mistake("band-softmax", "band_matrix",
            "Your rows are normalised to sum to 1. The matrix should hold the kernel's numbers as they are.",
            ((BAND, f"torch.softmax({BAND}, dim=1)"),)),
    Mistake("band-detached", "band_matrix",
            "The numbers are right, but no gradient reaches the kernel: `detach()`, `.data`, `.item()`, `.tolist()` or "
            "`torch.tensor(...)` cut the graph. Put the kernel's numbers in as tensors.",
            ((BAND, f"{BAND}.detach()"),)),
    Mistake("band-float32", "band_matrix",
            "The numbers are right, but the matrix is float32, whatever the kernel's dtype is. Leave out any "
            "`.float()`. Make the matrix with `kernel.new_zeros(C, C)`, which follows the kernel's dtype and device.",
            ((BAND, f"{BAND}.float()"),), grain="float32"),
    Mistake("band-even-allowed", "band_matrix",
            "A kernel of an even size is not refused. It has no middle, so none of its numbers belongs on the "
            "diagonal: raise a ValueError.",
            ((ODD_KERNEL, ""),)),
    Mistake("band-numpy", "band_matrix",
            "Your matrix is a NumPy array or a list. Return a torch tensor, so that a gradient can flow back to "
            "the kernel.",
            ((BAND, f"{BAND}.tolist()"),)),
    Mistake("band-circular-columns", "band_matrix",
            "You take the column index modulo `channels`, so weights beyond one edge come back on the other side. "
            "Leave out the weights that fall outside the matrix.",
            ((f"return {BAND}", """matrix = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for m in range(k):
            matrix[i, (i + m - k // 2) % channels] = kernel[m]
    return matrix"""),)),
    Mistake("band-negative-columns", "band_matrix",
            "A negative column counts from the end in Python: `W[0, -1]` is the last column, and raises no error. So "
            "the part that hangs over the left edge comes back on the right: test `0 <= column < channels`.",
            ((f"return {BAND}", """matrix = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for m in range(k):
            if i + m - k // 2 < channels:
                matrix[i, i + m - k // 2] = kernel[m]
    return matrix"""),)),
)

# Mutants of the reference (autograder.mutants) that lose no points, and why that is right.
ANY_MESSAGE = "Of these errors any message will do."
BY_ITSELF = "math.log2 raises a ValueError of its own below 1 channel."
OF_INDICES = "Indices are whole numbers: no gradient passes through them, and they lie between 0 and k - 1 already."

EQUIVALENT = {
    "eca_kernel_size 2: guard left out": BY_ITSELF,
    "eca_kernel_size 2: 1 -> 0": BY_ITSELF,
    "eca_kernel_size 3: printed, not raised": BY_ITSELF,
    "eca_kernel_size 4: int and abs exchanged": "Both cut off the fraction of the same distance from 0.",
    "eca_kernel_size 5: made an int": "It is one already.",
    "ECABlock 12: sigmoid in place": "What is changed in place is a tensor that forward has just made.",
    "ECABlock 13: 0 -> -1": "The axis has size 1: its first place is its last.",
    "band_matrix 1: kernel a view taken": "A kernel has one axis, and any vector can be viewed as itself.",
    "band_matrix 2: kernel detached": "Only its length is read.",
    "band_matrix 5: kernel detached": "Only its device is read.",
    "band_matrix 5: torch.arange(channels, device=kernel.... detached": OF_INDICES,
    "band_matrix 8: index.clamp(0, k - 1) detached": OF_INDICES,
    "band_matrix 8: clamp twice": OF_INDICES,
    "band_matrix 8: clamp in place": "The index is not read again.",
    "band_matrix 8: 0 -> -1": "kernel[-1] exists, and what is outside the band is replaced by 0 anyhow.",
    "band_matrix 8: float32 on the way": "The drawn numbers are exact in float32, and the matrix moves them without "
                                          "computing.",
    **{f"{line}: {what}": ANY_MESSAGE
       for line, number in (("eca_kernel_size 3", "channels"), ("ECABlock 7", "k"), ("band_matrix 4", "k"))
       for what in ("message without numbers", "no message", f"message without {number}")},
}

VARIANTS = (
    Variant("size-logarithm-with-base", "eca_kernel_size", """
        def eca_kernel_size(channels, gamma=2, b=1):
            if channels <= 0:
                raise ValueError(channels)
            t = int(abs((math.log(channels, 2) + b) / gamma))
            if t % 2 == 0:
                t += 1
            return t
        """),
    Variant("size-last-bit", "eca_kernel_size", """
        import numpy as np

        def eca_kernel_size(channels, gamma=2, b=1):
            if not channels >= 1:
                raise ValueError("no channels")
            return int(np.abs((np.log2(channels) + b) / gamma)) | 1
        """),
    Variant("size-halves", "eca_kernel_size", """
        def eca_kernel_size(channels, gamma=2, b=1):
            t = abs(math.log2(channels) + b) / abs(gamma)
            return 2 * math.floor(t / 2) + 1
        """),
    Variant("eca-published-order", "ECABlock", """
        class ECABlock(nn.Module):
            def __init__(self, channels, kernel_size=None):
                super().__init__()
                if kernel_size is None:
                    kernel_size = eca_kernel_size(channels)
                if not kernel_size % 2:
                    raise ValueError("even")
                self.pool = nn.AdaptiveAvgPool2d(1)
                self.conv = nn.Conv1d(1, 1, kernel_size, padding=(kernel_size - 1) // 2, bias=False)
                self.gate = nn.Sigmoid()

            def forward(self, x):
                y = self.pool(x).squeeze(-1).transpose(1, 2)
                y = self.gate(self.conv(y)).transpose(1, 2).unsqueeze(-1)
                return x * y.expand_as(x)
        """),
    Variant("eca-windows", "ECABlock", """
        class ECABlock(nn.Module):
            def __init__(self, channels, kernel_size=None):
                super().__init__()
                self.k = eca_kernel_size(channels) if kernel_size is None else kernel_size
                if self.k in range(0, 1000, 2):
                    raise ValueError
                self.kernel = nn.Parameter(torch.randn(1, 1, self.k))

            def forward(self, x):
                s = nn.functional.pad(x.flatten(2).mean(2), (self.k // 2, self.k // 2))
                windows = s.unfold(1, self.k, 1)
                gates = torch.sigmoid((windows * self.kernel).sum(-1))
                return torch.einsum("bchw,bc->bchw", x, gates)
        """),
    Variant("eca-flat-conv2d", "ECABlock", """
        class ECABlock(nn.Module):
            def __init__(self, channels, kernel_size=None):
                super().__init__()
                k = eca_kernel_size(channels) if kernel_size is None else kernel_size
                if k // 2 == k / 2:
                    raise ValueError(f"even: {k}")
                self.local = nn.Sequential(nn.Conv2d(1, 1, (k, 1), padding=(k // 2, 0), bias=False), nn.Sigmoid())

            def forward(self, x):
                s = x.mean(dim=3).mean(dim=2)
                return x * self.local(s[:, None, :, None]).permute(0, 2, 1, 3)
        """),
    Variant("band-loops", "band_matrix", """
        def band_matrix(kernel, channels):
            k = kernel.shape[0]
            if k % 2 != 1:
                raise ValueError("even kernel")
            matrix = kernel.new_zeros(channels, channels)
            for i in range(channels):
                for j in range(channels):
                    if 0 <= j - i + k // 2 < k:
                        matrix[i, j] = kernel[j - i + k // 2]
            return matrix
        """),
    Variant("band-diagonals", "band_matrix", """
        def band_matrix(kernel, channels):
            half, rest = divmod(kernel.numel(), 2)
            if rest == 0:
                raise ValueError(kernel.numel())
            matrix = torch.zeros(channels, channels, dtype=kernel.dtype, device=kernel.device)
            for offset in range(-half, half + 1):
                if abs(offset) < channels:
                    matrix = matrix + torch.diag(kernel[offset + half].expand(channels - abs(offset)), offset)
            return matrix
        """),
    Variant("band-convolved-identity", "band_matrix", """
        def band_matrix(kernel, channels):
            if len(kernel) % 2 == 0:
                raise ValueError("a kernel needs a middle")
            identity = torch.eye(channels, dtype=kernel.dtype, device=kernel.device)
            return nn.functional.conv1d(identity[:, None], kernel[None, None], padding=len(kernel) // 2)[:, 0].T
        """),
)
