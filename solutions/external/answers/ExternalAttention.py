import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: einsum-with-weights
# both products with einsum
class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits = torch.einsum("bnc,sc->bns", x, self.mk.weight)
        weights = double_normalize(logits)
        return torch.einsum("bns,cs->bnc", weights, self.mv.weight)


# %% right: matmul-with-weights
# layers only hold the weights, @ does the products
class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        alpha = x @ self.mk.weight.t()
        alpha = double_normalize(alpha)
        return alpha @ self.mv.weight.t()


# %% right: own-normalize-method
# normalization written again in a method of its own, F.linear for the products


class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.dim, self.memory_size = dim, memory_size
        self.mk = nn.Linear(in_features=dim, out_features=memory_size, bias=False)
        self.mv = nn.Linear(in_features=memory_size, out_features=dim, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.linear(x, self.mk.weight)
        a = self.normalize(a)
        return F.linear(a, self.mv.weight)

    @staticmethod
    def normalize(a):
        a = a.softmax(dim=-2)
        return a / (1e-9 + a.sum(dim=-1, keepdim=True))


# %% right: parameters
class ExternalAttention(nn.Module):
    def __init__(self, dim, memory_size=64):
        super().__init__()
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)

    def forward(self, x):
        logits = x @ self.mk.weight.T
        a = torch.exp(logits - torch.logsumexp(logits, dim=1, keepdim=True))
        a = a / (a.sum(dim=2, keepdim=True) + 1e-9)
        return torch.matmul(a, self.mv.weight.T)


# %% right: rows-of-parameters
# two bare parameters, keys and values, both with a row for each slot
class ExternalAttention(nn.Module):
    def __init__(self, dim, memory_size=64):
        super().__init__()
        self.keys = nn.Parameter(torch.randn(memory_size, dim))
        self.values = nn.Parameter(torch.randn(memory_size, dim))

    def forward(self, x):
        return double_normalize(x @ self.keys.T) @ self.values


# %% right: steps
class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64):
        super().__init__()
        self.memory_size = memory_size
        self.mk = nn.Linear(in_features=dim, out_features=memory_size, bias=False)
        self.mv = nn.Linear(in_features=memory_size, out_features=dim, bias=False)

    def forward(self, x):
        B, N, C = x.shape
        logits = self.mk(x)
        assert logits.shape == (B, N, self.memory_size)
        attention = torch.softmax(logits, dim=1)
        attention = attention / (attention.sum(dim=-1, keepdim=True) + 1e-9)
        return self.mv(attention)


# %% right: three-calls
# the plain way: mk, double_normalize, mv
class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.mv(double_normalize(self.mk(x)))


# %% wrong: bias, edits, expect: bias
# - self.mk = nn.Linear(dim, memory_size, bias=False)
# - self.mv = nn.Linear(memory_size, dim, bias=False)
# + self.mk = nn.Linear(dim, memory_size)
# + self.mv = nn.Linear(memory_size, dim)


# %% wrong: dropout-in-training, edits, expect: no dropout
# - self.mv = nn.Linear(memory_size, dim, bias=False)
# + self.mv = nn.Linear(memory_size, dim, bias=False)
# + self.drop = nn.Dropout(0.1)
#
# - return self.mv(double_normalize(self.mk(x)))
# + return self.mv(self.drop(double_normalize(self.mk(x))))


# %% wrong: images-share-the-sums, edits, expect: All images of the batch are treated as one long list of tokens
# - return self.mv(double_normalize(self.mk(x)))
# + B, N, C = x.shape
# + tokens = x.reshape(1, B * N, C)
# + weights = double_normalize(self.mk(tokens))
# + return self.mv(weights).reshape(B, N, C)


# %% wrong: in-and-out-exchanged, edits, expect: from dim to memory_size
# - self.mk = nn.Linear(dim, memory_size, bias=False)
# - self.mv = nn.Linear(memory_size, dim, bias=False)
# + self.mk = nn.Linear(memory_size, dim, bias=False)
# + self.mv = nn.Linear(dim, memory_size, bias=False)


# %% wrong: memory-not-learned, edits, expect: Gradients of `mk.weight`
# - self.mv = nn.Linear(memory_size, dim, bias=False)
# + self.mv = nn.Linear(memory_size, dim, bias=False)
# + for p in self.parameters():
# +     p.requires_grad = False


# %% wrong: memory-size-fixed, edits, expect: The argument `memory_size` has no effect
# - self.mk = nn.Linear(dim, memory_size, bias=False)
# - self.mv = nn.Linear(memory_size, dim, bias=False)
# + self.mk = nn.Linear(dim, 64, bias=False)
# + self.mv = nn.Linear(64, dim, bias=False)


# %% wrong: mk-with-bias, edits, expect: mk has a bias
# - self.mk = nn.Linear(dim, memory_size, bias=False)
# + self.mk = nn.Linear(dim, memory_size)


# %% wrong: mv-starts-tied-to-mk, edits, expect: Right on other inputs
# - self.mv = nn.Linear(memory_size, dim, bias=False)
# + self.mv = nn.Linear(memory_size, dim, bias=False)
# + self.mv.weight.data = self.mk.weight.data.t()


# %% wrong: mv-with-bias, edits, expect: mv has a bias
# - self.mv = nn.Linear(memory_size, dim, bias=False)
# + self.mv = nn.Linear(memory_size, dim)


# %% wrong: new-layers-in-every-call, edits, expect: Your module has no parameters at all
# - self.mk = nn.Linear(dim, memory_size, bias=False)
# - self.mv = nn.Linear(memory_size, dim, bias=False)
# + self.dim, self.memory_size = (dim, memory_size)
#
# - return self.mv(double_normalize(self.mk(x)))
# + mk = nn.Linear(self.dim, self.memory_size, bias=False)
# + mv = nn.Linear(self.memory_size, self.dim, bias=False)
# + return mv(double_normalize(mk(x)))


# %% wrong: normalization-forgotten, edits, expect: Your logits go straight into mv
# - return self.mv(double_normalize(self.mk(x)))
# + return self.mv(self.mk(x))


# %% wrong: normalized-along-the-wrong-axes, edits, expect: The two axes have changed places
# - return self.mv(double_normalize(self.mk(x)))
# + attn = self.mk(x).transpose(1, 2)
# + attn = double_normalize(attn).transpose(1, 2)
# + return self.mv(attn)


# %% wrong: one-softmax-over-slots, edits, expect: You take one softmax over the slots
# - return self.mv(double_normalize(self.mk(x)))
# + return self.mv(F.softmax(self.mk(x), dim=-1))


# %% wrong: only-the-first-image, edits, expect: All images of the batch use the weights of the first one
# - return self.mv(double_normalize(self.mk(x)))
# + weights = double_normalize(self.mk(x[:1]))
# + return self.mv(weights).expand_as(x)


# %% wrong: other-eps, edits, expect: it is right to about six digits only
# - return self.mv(double_normalize(self.mk(x)))
# + return self.mv(double_normalize(self.mk(x), eps=1e-05))


# %% wrong: query-layer, edits, expect: The parameters are not the ones that the exercise asks for
# - super().__init__()
# + super().__init__()
# + self.query = nn.Linear(dim, dim, bias=False)
#
# - return self.mv(double_normalize(self.mk(x)))
# + return self.mv(double_normalize(self.mk(self.query(x))))


# %% wrong: relu-on-logits, edits, expect: Your logits go through a ReLU before double_normalize
# - return self.mv(double_normalize(self.mk(x)))
# + return self.mv(double_normalize(F.relu(self.mk(x))))


# %% wrong: residual, edits, expect: You add x to the result
# - return self.mv(double_normalize(self.mk(x)))
# + return x + self.mv(double_normalize(self.mk(x)))


# %% wrong: result-in-the-default-dtype, edits, expect: its dtype is torch.float
# - return self.mv(double_normalize(self.mk(x)))
# + out = torch.zeros(x.shape)
# + for b in range(len(x)):
# +     out[b] = self.mv(double_normalize(self.mk(x[b:b + 1])))[0]
# + return out


# %% wrong: scaled-logits, edits, expect: as transformers do
# - self.mv = nn.Linear(memory_size, dim, bias=False)
# + self.mv = nn.Linear(memory_size, dim, bias=False)
# + self.scale = dim ** (-0.5)
#
# - return self.mv(double_normalize(self.mk(x)))
# + return self.mv(double_normalize(self.mk(x) * self.scale))


# %% wrong: sqrt, edits, expect: sqrt(dim)
# - super().__init__()
# + super().__init__()
# + self.scale = dim ** (-0.5)
#
# - return self.mv(double_normalize(self.mk(x)))
# + attn = double_normalize(self.mk(x) * self.scale)
# + return self.mv(attn)


# %% wrong: values-are-the-keys, edits, expect: Keys and values are the same matrix
# - return self.mv(double_normalize(self.mk(x)))
# + weights = double_normalize(self.mk(x))
# + return weights @ self.mk.weight
