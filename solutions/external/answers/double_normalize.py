import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: bmm-with-ones
# the row sums as a product with a matrix of ones
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    b, n, s = logits.shape
    att = torch.softmax(logits, 1)
    sums = torch.bmm(att, att.new_ones(b, s, s))
    return att.div(sums + eps)


# %% right: einsum-reciprocal
# einsum sums the slots and multiplies with the reciprocal


def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    p = F.log_softmax(logits, dim=-2).exp()
    inverse = 1.0 / (torch.einsum("bns->bn", p) + eps)
    return torch.einsum("bns,bn->bns", p, inverse)


# %% right: exp-of-logsumexp
# shares as exp(logits - ln Z), with logsumexp
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    log_z = torch.logsumexp(logits, dim=1, keepdim=True)
    shares = (logits - log_z).exp()
    return shares / shares.sum(-1, keepdim=True).add(eps)


# %% right: exp
def double_normalize(logits, eps=1e-9):
    # softmax over the tokens by hand, with the maximum for safety
    e = torch.exp(logits - logits.amax(dim=1, keepdim=True))
    shares = e / e.sum(dim=1, keepdim=True)
    rows = shares.sum(dim=2)
    return shares / (rows[:, :, None] + eps)


# %% right: explicit-exp
# explicit exp, the maximum of each column subtracted first
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    top, _ = logits.max(dim=1, keepdim=True)
    e = torch.exp(logits - top)
    shares = e / e.sum(dim=1, keepdim=True)
    total = shares.sum(dim=2, keepdim=True)
    return shares / (total + eps)


# %% right: loop-over-images
# a loop over the images, results stacked


def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    results = []
    for image in logits:
        share = F.softmax(image, dim=0)
        results.append(share / (share.sum(dim=1)[:, None] + eps))
    return torch.stack(results)


# %% right: nn-softmax
def double_normalize(logits, eps=1e-9):
    softmax = nn.Softmax(dim=1)
    attn = softmax(logits)
    total = torch.sum(attn, dim=2, keepdim=True)
    return attn / (total + eps)


# %% right: permuted-Softmax-module
# permuted to (B, S, N), nn.Softmax over the last axis, permuted back
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    by_slot = logits.permute(0, 2, 1).contiguous()
    by_slot = nn.Softmax(dim=-1)(by_slot)
    by_slot = by_slot / (eps + by_slot.sum(dim=1, keepdim=True))
    return by_slot.permute(0, 2, 1)


# %% right: softmax-and-division
# the plain way: a softmax, a sum, a division
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    shares = logits.softmax(dim=1)
    return shares / (shares.sum(dim=2, keepdim=True) + eps)


# %% right: transposed
def double_normalize(logits, eps=1e-9):
    # slots first, as in the paper's code
    a = logits.transpose(1, 2)
    a = F.softmax(a, dim=-1)
    a = a / (eps + a.sum(dim=1, keepdim=True))
    return a.transpose(1, 2)


# %% wrong: L2-norm, expect: You divide by the length of the row
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    shares = logits.softmax(dim=1)
    return shares / (shares.norm(dim=2, keepdim=True) + eps)


# %% wrong: all-images-in-one-softmax, expect: Your softmax runs over the tokens of all images together
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    B, N, S = logits.shape
    a = logits.reshape(B * N, S).softmax(dim=0)
    a = a / (a.sum(dim=1, keepdim=True) + eps)
    return a.reshape(B, N, S)


# %% wrong: always-float32, edits, expect: its dtype is torch.float
# - shares = torch.softmax(logits, dim=1)
# + shares = F.softmax(logits, dim=1, dtype=torch.float32)


# %% wrong: axes-swapped, expect: The two axes have changed places
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    att = F.softmax(logits, dim=2)
    return att / (att.sum(dim=1, keepdim=True) + eps)


# %% wrong: dim-minus-one, expect: Both steps run over the slots
def double_normalize(logits, eps=1e-9):
    attn = torch.softmax(logits, dim=-1)
    return attn / (attn.sum(dim=-1, keepdim=True) + eps)


# %% wrong: eps-as-a-minimum-F-normalize, expect: Your denominator is the sum or eps
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    # the shares are positive, so their L1 norm is their sum
    return F.normalize(logits.softmax(dim=1), p=1, dim=2, eps=eps)


# %% wrong: eps-forgotten, expect: The argument `eps` is missing from your denominator
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    shares = logits.softmax(dim=1)
    return shares / shares.sum(dim=2, keepdim=True)


# %% wrong: eps-hard-coded, expect: The argument `eps` has no effect
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    shares = logits.softmax(dim=1)
    return shares / (shares.sum(dim=2, keepdim=True) + 1e-9)


# %% wrong: eps-in-both-steps, edits, expect: You add eps in the first step too
# - shares = torch.softmax(logits, dim=1)
# + e = torch.exp(logits - logits.amax(dim=1, keepdim=True))
# + shares = e / (e.sum(dim=1, keepdim=True) + eps)


# %% wrong: eps-outside-the-parentheses, expect: Brackets are missing
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    shares = logits.softmax(dim=1)
    return shares / shares.sum(dim=2, keepdim=True) + eps


# %% wrong: exp-overflows, edits, expect: Your softmax gives NaN where the logits are large
# - shares = torch.softmax(logits, dim=1)
# + e = torch.exp(logits)
# + shares = e / e.sum(dim=1, keepdim=True)


# %% wrong: input-changed, edits, expect: Input `logits`
# - shares = torch.softmax(logits, dim=1)
# + logits -= logits.amax(dim=1, keepdim=True)
# + e = logits.exp()
# + shares = e / e.sum(dim=1, keepdim=True)


# %% wrong: keepdim-forgotten, expect: Your code stops with an error
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    shares = logits.softmax(dim=1)
    return shares / (shares.sum(dim=2) + eps)


# %% wrong: log-sums, expect: You subtract the logarithm of the summed exponentials from the logits
def double_normalize(logits, eps=1e-9):
    return torch.softmax(logits - logits.logsumexp(dim=1, keepdim=True), dim=2)


# %% wrong: logsumexp-form-without-eps, expect: eps
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    # section 5: one plain softmax of l - ln Z
    return (logits - logits.logsumexp(dim=1, keepdim=True)).softmax(dim=2)


# %% wrong: maximum-of-the-row-subtracted, edits, expect: You subtract the maximum of each token's row from the logits
# - shares = torch.softmax(logits, dim=1)
# + e = (logits - logits.max(dim=2, keepdim=True).values).exp()
# + shares = e / e.sum(dim=1, keepdim=True)


# %% wrong: mean-instead-of-sum, expect: You divide by the mean over the slots
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    shares = logits.softmax(dim=1)
    return shares / (shares.mean(dim=2, keepdim=True) + eps)


# %% wrong: no-eps, expect: `eps` is missing
def double_normalize(logits, eps=1e-9):
    attn = torch.softmax(logits, dim=1)
    return attn / torch.sum(attn, dim=2, keepdim=True)


# %% wrong: normalize, expect: whichever is larger
def double_normalize(logits, eps=1e-9):
    return F.normalize(torch.softmax(logits, dim=1), p=1, dim=2, eps=eps)


# %% wrong: one-maximum-for-everything, edits, expect: Your softmax gives NaN where the logits are large
# - shares = torch.softmax(logits, dim=1)
# + e = (logits - logits.max()).exp()
# + shares = e / e.sum(dim=1, keepdim=True)


# %% wrong: scaled-logits, edits, expect: You divide the logits by the root of the number of slots
# - shares = torch.softmax(logits, dim=1)
# + shares = (logits / logits.shape[2] ** 0.5).softmax(dim=1)


# %% wrong: second-step-missing, expect: second step is missing
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    return torch.softmax(logits, dim=1)


# %% wrong: second-step-over-tokens-again, expect: so the division does nothing
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    shares = logits.softmax(dim=1)
    return shares / (shares.sum(dim=1, keepdim=True) + eps)


# %% wrong: softmax-over-slots-only, expect: softmax over the slots
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    return logits.softmax(dim=2)


# %% wrong: softmax-over-the-batch, expect: Your softmax runs over the images of the batch (dim=0), so an image's weights depend on the other images
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    a = logits.softmax(dim=0)
    return a / (a.sum(dim=2, keepdim=True) + eps)


# %% wrong: sums-detached, expect: The numbers are right
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    shares = logits.softmax(dim=1)
    with torch.no_grad():
        total = shares.sum(dim=2, keepdim=True) + eps
    return shares / total


# %% wrong: swapped, expect: changed places
def double_normalize(logits, eps=1e-9):
    rows = logits.softmax(2)
    return rows / (rows.sum(1, keepdim=True) + eps)


# %% wrong: two-softmaxes-too, expect: Your second step is a softmax too
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    return logits.softmax(dim=1).softmax(dim=2)


# %% wrong: two-softmaxes, expect: Your second step is a softmax too
def double_normalize(logits, eps=1e-9):
    return F.softmax(F.softmax(logits, dim=1), dim=2)
