"""What learners write for `conv_output_size`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "size-counted": """
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    last = size + 2 * padding - dilation * (kernel_size - 1)
    starts = len(range(0, last, stride))
    if starts == 0:
        raise ValueError("the kernel does not fit")
    return starts
""",
    "int-of-all": """
# int() of the whole formula: where it cuts another number than // does, the result is below 1 anyway
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    out = int((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1)
    if out < 1:
        raise ValueError("too small")
    return out
""",
}

HINTS = {"`dilation`": 1, "; raise ": 3}

MISTAKES = (
    Mistake("size-dilation-times-kernel",
            "You use dilation * kernel_size as the span of the kernel. Between k taps there are k - 1 steps: "
            "dilation * (kernel_size - 1) + 1.", {"dilation * (kernel_size - 1) + 1": "dilation * kernel_size"}),
    Mistake("size-reach-one-short",
            "Your kernel's span is one too small: k taps with k - 1 steps between them cover dilation * (kernel_size "
            "- 1) + 1 positions. The last + 1 is missing.",
            {"dilation * (kernel_size - 1) + 1": "dilation * (kernel_size - 1)"}, hint=1),
    Mistake("size-reach-one-long",
            "Your kernel's span is one too large: with a kernel of 1 it must be 1. The right span is dilation * "
            "(kernel_size - 1) + 1.", {"dilation * (kernel_size - 1) + 1": "dilation * (kernel_size - 1) + 2"}, hint=1),
    Mistake("size-padding-once", "You add the padding once. Add it at both ends: 2 * padding.",
            {"(size + 2 * padding - reach) // stride + 1": "(size + padding - reach) // stride + 1"}),
    Mistake("size-padding-subtracted", "You subtract the padding. It makes the map longer: size + 2 * padding.",
            {"(size + 2 * padding - reach) // stride + 1": "(size - 2 * padding - reach) // stride + 1"}),
    Mistake("size-stride-multiplied", "You multiply by the stride. A larger stride gives fewer positions: divide.",
            {"(size + 2 * padding - reach) // stride + 1": "(size + 2 * padding - reach) * stride + 1"}),
    Mistake("size-no-plus-one",
            "One position is missing, because you count only the steps of the kernel. The kernel also has a position "
            "before its first step, so add 1 after the division.",
            {"(size + 2 * padding - reach) // stride + 1": "(size + 2 * padding - reach) // stride"}),
    Mistake("size-plus-one-divided", "The + 1 is divided by the stride too. Divide first, with //, then add 1.",
            {"(size + 2 * padding - reach) // stride + 1": "(size + 2 * padding - reach + 1) // stride"}),
    Mistake("size-rounded-up",
            "You round up. The kernel does not take a last step that would leave the map: round down, with //.",
            {"(size + 2 * padding - reach) // stride + 1": "-(-(size + 2 * padding - reach) // stride) + 1"}, hint=2),
    Mistake("size-rounded",
            "You round to the nearest whole number. Round down, with //: the kernel does not take a last step that "
            "would leave the map.",
            {"(size + 2 * padding - reach) // stride + 1": "round((size + 2 * padding - reach) / stride) + 1"}, hint=2),
    Mistake("size-truncated",
            "`int(...)` cuts the fraction off, so it rounds a negative number up. A kernel that does not fit at all "
            "can then get a size of 1. Divide with //, which rounds down.",
            {"(size + 2 * padding - reach) // stride + 1": "int((size + 2 * padding - reach) / stride) + 1"}, hint=2),
    Mistake("size-undilated-formula-dilated-once",
            "You multiply the padding by the dilation. Only the kernel is stretched; the padding counts as it is.",
            {"(size + 2 * padding - reach) // stride + 1": "(size + 2 * padding * dilation - reach) // stride + 1"}),
    Mistake("size-always-same",
            "You return `size` (divided by the stride), as if the padding always made up for the kernel. That holds "
            "only if 2 * padding equals dilation * (kernel_size - 1). Use the padding and the kernel's span in your "
            "formula.", {"(size + 2 * padding - reach) // stride + 1": "size // stride"}),
    Mistake("size-no-error",
            "A result below 1 is returned as if it were a size. Raise a ValueError: the kernel fits nowhere.",
            {"""if result < 1:
        raise ValueError(f"a kernel that spans {reach} does not fit into {size} with padding {padding}")
    """: ""}, hint=3),
    Mistake("size-one-refused",
            "Your ValueError refuses too much: a result of 1 is allowed, because the kernel then fits once. Raise it "
            "only if the result is below 1.", {"if result < 1:": "if result <= 1:"}),
)

WRONG = (
    Wrong("slash",
          {"int((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1)":
               "(size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1"}, of="int-of-all",
          says="int 5, got the float 5.0"),
)

EQUIVALENT = (
    "5: message without numbers", "5: no message", "5: message without reach", "5: message without size",
    "5: message without padding", "6: made an int",
)
