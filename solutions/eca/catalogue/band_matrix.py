"""What learners write for `band_matrix`."""

from autograder.lessons.catalogue import Mistake, Wrong

RIGHT = {
    "band-loops": """
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
""",
    "band-diagonals": """
def band_matrix(kernel, channels):
    half, rest = divmod(kernel.numel(), 2)
    if rest == 0:
        raise ValueError(kernel.numel())
    matrix = torch.zeros(channels, channels, dtype=kernel.dtype, device=kernel.device)
    for offset in range(-half, half + 1):
        if abs(offset) < channels:
            matrix = matrix + torch.diag(kernel[offset + half].expand(channels - abs(offset)), offset)
    return matrix
""",
}

HINTS = {"cuts the graph": 2, "float32": 1, "; raise ": 3}

MISTAKES = (
    Mistake("band-circular",
            "Your band wraps around: weights beyond one edge come back on the other side. There should be zeros "
            "outside the band.",
            {"torch.where(inside, kernel[index.clamp(0, k - 1)], 0)":
                 "torch.stack([sum(kernel[m] * (place == (i + m - k // 2) % channels) for m in range(k)) for i in "
                 "range(channels)])"}),
    Mistake("band-not-centred",
            "Your band begins at the diagonal: the kernel's first number stands there. The kernel's middle should "
            "stand there: kernel[j - i + k // 2].", {"place - place[:, None] + k // 2": "place - place[:, None]"}),
    Mistake("band-one-too-far",
            "Your band lies one place too far to the left. The kernel's middle, kernel[k // 2], belongs on the "
            "diagonal. For k = 3, that is kernel[1].",
            {"place - place[:, None] + k // 2": "place - place[:, None] + k // 2 + 1"}),
    Mistake("band-one-short",
            "Your band lies one place too far to the right. The kernel's middle, kernel[k // 2], belongs on the "
            "diagonal. For k = 3, that is kernel[1].",
            {"place - place[:, None] + k // 2": "place - place[:, None] + k // 2 - 1"}),
    Mistake("band-ends-repeated",
            "Outside the band your matrix repeats the kernel's first and last number, because you clamp the index. "
            "Set every number outside the band to 0.",
            {"torch.where(inside, kernel[index.clamp(0, k - 1)], 0)": "kernel[index.clamp(0, k - 1)]"}, hint=2),
    Mistake("band-negative-index",
            "A negative index counts from the end in Python: `kernel[-1]` is the last number, and raises no error. "
            "So your matrix has numbers where zeros belong: test whether 0 <= index < k.",
            {"torch.where(inside, kernel[index.clamp(0, k - 1)], 0)":
                 "torch.where((index >= -k) & (index < k), kernel[index.clamp(-k, k - 1)], 0)"}, hint=2),
    Mistake("band-lower-end-not-asked",
            "You test whether the index is below k, but not whether it is at least 0. In Python a negative index "
            "counts from the end: `kernel[-1]` is the last number. If the index is too far below 0, it raises an "
            "IndexError. Check `0 <= index < k`.",
            {"torch.where(inside, kernel[index.clamp(0, k - 1)], 0)":
                 "torch.stack([torch.stack([kernel[j - i + k // 2] if j - i + k // 2 < k else kernel.new_zeros(()) "
                 "for j in range(channels)]) for i in range(channels)])"}, hint=2),
    Mistake("band-neither-end-asked",
            "You use the index j - i + k // 2 everywhere. Far from the diagonal the kernel has no such index. Test "
            "`0 <= index < k` first, and put 0 into the matrix if the test fails. (Below 0, Python would count from "
            "the end.)",
            {"torch.where(inside, kernel[index.clamp(0, k - 1)], 0)":
                 "torch.stack([torch.stack([kernel[j - i + k // 2] for j in range(channels)]) for i in "
                 "range(channels)])"}, hint=2),
    Mistake("band-cut-at-the-wrong-end",
            "In the first rows you cut off the kernel's end. Cut off its beginning, which hangs over the left edge.",
            {"torch.where(inside, kernel[index.clamp(0, k - 1)], 0)":
                 "torch.stack([torch.cat([kernel.new_zeros(max(0, i - k // 2)), kernel[:min(channels, i + k // 2 + "
                 "1) - max(0, i - k // 2)], kernel.new_zeros(max(0, channels - (i + k // 2 + 1)))]) for i in "
                 "range(channels)])"}),
    Mistake("band-size-by-the-rule",
            "Your k comes from `eca_kernel_size(channels)`. Here k should be the length of the given kernel: "
            "`len(kernel)`.",
            {"    place = torch.arange(": """    k = eca_kernel_size(channels)
    place = torch.arange("""}),
    Mistake("band-rows-alike",
            "Every row of your matrix is the same: the kernel does not move along. In row i it should be centred on "
            "column i.",
            {"place - place[:, None] + k // 2": "(place - channels // 2 + k // 2).expand(channels, channels)"}),
    Mistake("band-rows-start",
            "Your kernel is at the beginning of every row. In row i it should be centred on column i.",
            {"place - place[:, None] + k // 2": "place.expand(channels, channels)"}),
    Mistake("band-inner-rows-only",
            "The first and last rows of your matrix are zero: you fill only the rows in which the whole kernel fits. "
            "At the border a part of the kernel hangs over, but the part inside still counts.",
            {"torch.where(inside, kernel[index.clamp(0, k - 1)], 0)":
                 "torch.where(inside, kernel[index.clamp(0, k - 1)], 0) * ((place >= k // 2) & (place < channels - "
                 "k // 2))[:, None]"}, hint=3),
    Mistake("band-diagonal-only",
            "Only the diagonal of your matrix is filled, with the kernel's middle. The kernel's other numbers go "
            "beside its middle.",
            {"torch.where(inside, kernel[index.clamp(0, k - 1)], 0)": "kernel[k // 2] * (index == k // 2)"}, hint=3),
    Mistake("band-windows",
            "Your result has shape (C, k): the kernel once for each channel. The exercise asks for a (C, C) matrix "
            "in which each row holds the kernel at its own place, and zeros elsewhere.",
            {"torch.where(inside, kernel[index.clamp(0, k - 1)], 0)": "kernel.expand(channels, k)"}, hint=1),
    Mistake("band-smaller",
            "Your matrix lacks rows: you make a row only where the whole kernel fits. It needs C rows, one for each "
            "gate.",
            {"torch.where(inside, kernel[index.clamp(0, k - 1)], 0)":
                 "torch.where(inside, kernel[index.clamp(0, k - 1)], 0)[k // 2 : max(channels - k // 2, k // 2)]"},
            hint=1),
    Mistake("band-wider",
            "Your matrix has k - 1 columns too many, those of the padding. Leave out the weights that would be "
            "multiplied by padded zeros: the shape is (C, C).",
            {"place - place[:, None] + k // 2":
                 "torch.arange(channels + k - 1, device=kernel.device) - place[:, None]"}, hint=1),
    Mistake("band-numpy",
            "Your matrix is a NumPy array or a list. Return a torch tensor, so that a gradient can flow back to the "
            "kernel.",
            {"torch.where(inside, kernel[index.clamp(0, k - 1)], 0)":
                 "torch.where(inside, kernel[index.clamp(0, k - 1)], 0).tolist()"}, hint=1),
    Mistake("band-circular-columns",
            "You take the column index modulo `channels`, so weights beyond one edge come back on the other side. "
            "Leave out the weights that fall outside the matrix.",
            {"return torch.where(inside, kernel[index.clamp(0, k - 1)], 0)":
                 """matrix = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for m in range(k):
            matrix[i, (i + m - k // 2) % channels] = kernel[m]
    return matrix"""}),
    Mistake("band-negative-columns",
            "A negative column counts from the end in Python: `W[0, -1]` is the last column, and raises no error. So "
            "the part that hangs over the left edge comes back on the right: test `0 <= column < channels`.",
            {"return torch.where(inside, kernel[index.clamp(0, k - 1)], 0)":
                 """matrix = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for m in range(k):
            if i + m - k // 2 < channels:
                matrix[i, i + m - k // 2] = kernel[m]
    return matrix"""}, hint=2),
)

WRONG = (
    Wrong("circulant", """
# torch.roll goes around
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    row = torch.zeros(max(channels, k)).to(kernel)
    row = torch.cat([kernel, row[k:]])
    return torch.stack([torch.roll(row, i - k // 2) for i in range(channels)])[:, :channels]
"""),
    Wrong("negative-index", """
# negative indices count from the end
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for j in range(channels):
            m = j - i + k // 2
            if -k <= m < k:
                W[i, j] = kernel[m]
    return W
""", mistake="band-negative-index"),
)

EQUIVALENT = (
    "1: kernel a view taken", "2: kernel detached", "4: message without numbers", "4: no message",
    "4: message without k", "5: kernel detached", "5: torch.arange(channels, device=kernel.... detached",
    "8: index.clamp(0, k - 1) detached", "8: clamp twice", "8: clamp in place", "8: 0 -> -1", "8: float32 on the way",
)
