import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: as-published
import numpy as np


class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.logit_scale = nn.Parameter(torch.log(10 * torch.ones((num_heads, 1, 1))), requires_grad=True)
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512, bias=True), nn.ReLU(inplace=True), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        B_, H, N1, N2 = attn.shape
        attn = attn * torch.clamp(self.logit_scale, max=float(np.log(100.0))).exp()
        bias_table = self.cpb_mlp(table).view(-1, self.num_heads)
        bias = bias_table[index.view(-1)].view(N1, N2, -1)
        bias = 16 * torch.sigmoid(bias.permute(2, 0, 1).contiguous())
        attn = attn + bias.unsqueeze(0)
        if mask is not None:
            nW = mask.shape[0]
            attn = attn.view(B_ // nW, nW, H, N1, N2) + mask.unsqueeze(1).unsqueeze(0)
            attn = attn.view(-1, H, N1, N2)
        return attn


# %% right: gathered
class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(math.log(10) * torch.ones(num_heads)[:, None, None])
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        scale = torch.minimum(self.logit_scale, torch.full_like(self.logit_scale, math.log(100))).exp()
        cells = self.cpb_mlp(table.reshape(-1, 2)).T  # (heads, cells)
        bias = torch.stack([head[index] for head in cells])
        out = scale * attn + torch.sigmoid(bias) * 16
        if mask is None:
            return out
        images = out.shape[0] // mask.shape[0]
        return out + torch.cat([mask] * images)[:, None]


# %% right: loop-over-heads-and-images
# loops over heads, and over images for the mask
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        layers = [nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False)]
        self.cpb_mlp = nn.Sequential(*layers)
        self.logit_scale = nn.Parameter(torch.empty(num_heads, 1, 1).fill_(math.log(10)))

    def forward(self, attn, table, index, mask=None):
        values = 16 * self.cpb_mlp(table).sigmoid()[0].flatten(0, 1)      # sigmoid before reading: same thing
        heads = []
        for head in range(attn.shape[1]):
            s = self.logit_scale[head, 0, 0].clamp(max=math.log(100)).exp()
            heads.append(attn[:, head] * s + values[:, head][index])
        logits = torch.stack(heads, dim=1)
        if mask is None:
            return logits
        return torch.cat([image + mask[:, None] for image in logits.split(len(mask))])


# %% right: named-layers-and-embedding
# layers with names inside the Sequential (OrderedDict), F.embedding reads the cells


from collections import OrderedDict


class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.log(10 * torch.ones(num_heads, 1, 1)))
        self.cpb_mlp = nn.Sequential(OrderedDict([
            ("first", nn.Linear(2, 512, bias=True)),
            ("relu", nn.ReLU(inplace=True)),
            ("second", nn.Linear(512, num_heads, bias=False)),
        ]))

    def forward(self, attn, table, index, mask=None):
        scale = torch.exp(torch.clamp(self.logit_scale, max=math.log(1. / 0.01)))
        cells = self.cpb_mlp(table).view(-1, self.logit_scale.shape[0])
        bias = F.embedding(index, cells).permute(2, 0, 1).contiguous()
        attn = attn * scale + (16 * torch.sigmoid(bias)).unsqueeze(0)
        if mask is None:
            return attn
        Bn, h, N1, N2 = attn.shape
        nW = mask.shape[0]
        attn = attn.reshape(Bn // nW, nW, h, N1, N2) + mask.unsqueeze(1).unsqueeze(0)
        return attn.reshape(Bn, h, N1, N2)


# %% right: repeat-of-the-mask-gather
# the mask is repeated for every image; gather, minimum, own sigmoid helper
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.h = num_heads
        self.logit_scale = nn.Parameter(math.log(10.0) * torch.ones(self.h, 1, 1))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, self.h, bias=False))

    def scale(self):
        ceiling = torch.full_like(self.logit_scale, math.log(100.0))
        return torch.minimum(self.logit_scale, ceiling).exp()

    def bias(self, table, index):
        per_head = self.cpb_mlp(table.reshape(-1, 2)).t()                 # h, cells
        wanted = index.reshape(1, -1).expand(self.h, -1)
        return 16.0 * per_head.gather(1, wanted).reshape(self.h, *index.shape).sigmoid()

    def forward(self, attn, table, index, mask=None):
        result = self.scale() * attn + self.bias(table, index)
        if mask is not None:
            images = attn.shape[0] // mask.shape[0]
            result = result + mask.repeat(images, 1, 1).unsqueeze(1)
        return result


# %% wrong: N1-taken-for-N2, expect: is invalid for input of size
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index.flatten()].reshape(attn.shape[2], attn.shape[2], -1).permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: cells-column-by-column, expect: row by row
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).transpose(1, 2).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: changes-attn-in-place, expect: Input `attn`
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn.mul_(scale).add_(bias)
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: clamp-at-100-before-exp, expect: log 100
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=100).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: clamp-from-below, expect: You clamp from below
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(min=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: clamps-the-parameter-itself, expect: wrong with scales on both sides of the largest
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        self.logit_scale.data.clamp_(max=math.log(100))
        scale = self.logit_scale.exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: everything-in-float32, expect: makes a tensor float32
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = (attn * scale + bias).float()
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: factor-16-missing, expect: your bias lies between
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: gelu, expect: cpb_mlp has a GELU
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.GELU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: heads-by-reshape-instead-of-permute, expect: You bring the heads to the front with `reshape` or `view`
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].reshape(-1, *index.shape))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: hidden-size-256, expect: The hidden width of your cpb_mlp is not 512
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 256),
            nn.ReLU(),
            nn.Linear(256, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: log10-for-log, expect: undoes only the natural logarithm
class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log10(10)))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        scale = self.logit_scale.clamp(max=math.log10(100)).exp()
        bias = self.cpb_mlp(table).flatten(0, 2)[index].permute(2, 0, 1)
        logits = attn * scale + 16 * torch.sigmoid(bias)
        if mask is not None:
            logits = (logits.unflatten(0, (-1, len(mask))) + mask[:, None]).flatten(0, 1)
        return logits


# %% wrong: mask-as-a-factor, expect: You multiply by the mask
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) * (mask[:, None] == 0)
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: mask-for-one-image-only, expect: at non-singleton dimension 0
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits + mask[:, None]
        return logits


# %% wrong: mask-ignored, expect: The mask has no effect
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        return logits


# %% wrong: mask-of-the-first-window-for-all, expect: All your windows get the mask of the first one
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits + mask[0]
        return logits


# %% wrong: mask-scaled-as-well, expect: You add the mask before you multiply by the scale, so the mask is scaled too
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits * scale + bias


# %% wrong: no-clamp, expect: Your scale is not clamped
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: no-exp, expect: You multiply by the parameter itself
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100))
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: no-sigmoid, expect: You add cpb_mlp's output as it is
class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        attn = attn * self.logit_scale.clamp(max=math.log(100)).exp()
        attn = attn + self.cpb_mlp(table).reshape(-1, attn.shape[1])[index].permute(2, 0, 1)
        if mask is not None:
            attn = attn + mask.repeat(attn.shape[0] // mask.shape[0], 1, 1)[:, None]
        return attn


# %% wrong: not-clamped, expect: not clamped
class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        attn = attn * self.logit_scale.exp()
        bias = self.cpb_mlp(table).reshape(-1, attn.shape[1])[index].permute(2, 0, 1)
        attn = attn + 16 * bias.sigmoid()
        if mask is not None:
            attn = attn + mask.repeat(attn.shape[0] // mask.shape[0], 1, 1)[:, None]
        return attn


# %% wrong: one-scale-for-all-heads, expect: `logit_scale` has shape (1, 1, 1)
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((1, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: pair-read-as-j-i, expect: Your bias is transposed
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 1, 0))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: repeat-interleave, expect: you read the axis B * nW as (nW, B)
class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        attn = attn * self.logit_scale.clamp(max=math.log(100)).exp()
        bias = self.cpb_mlp(table).reshape(-1, attn.shape[1])[index].permute(2, 0, 1)
        attn = attn + 16 * torch.sigmoid(bias)
        if mask is not None:
            attn = attn + mask.repeat_interleave(attn.shape[0] // mask.shape[0], dim=0)[:, None]
        return attn


# %% wrong: repeat_interleave-of-the-mask, expect: The windows get the masks of other windows
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            mask = mask.repeat_interleave(attn.shape[0] // mask.shape[0], dim=0)
            logits = logits + mask[:, None]
        return logits


# %% wrong: scale-gets-no-gradient, expect: The numbers are right
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.detach().clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: scale-is-no-parameter, expect: Gradient of `logit_scale`: no gradient arrives
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.register_buffer("logit_scale", torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: second-linear-with-bias, expect: cpb_mlp's second layer has a bias
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: squeeze-loses-an-axis-of-one-head, expect: number of dimensions in the tensor input does not match
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).squeeze().flatten(0, 1)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: starts-at-10, expect: log 10
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), 10.0))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: starts-at-log10-base-ten, expect: should start at log 10
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log10(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (-1, mask.shape[0])) + mask[:, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: starts-at-ten, expect: starts at 10
class AffineTransform(nn.Module):
    def __init__(self, num_heads):
        super().__init__()
        self.logit_scale = nn.Parameter(10 * torch.ones(num_heads, 1, 1))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn, table, index, mask=None):
        attn = attn * self.logit_scale.clamp(max=math.log(100)).exp()
        bias = self.cpb_mlp(table).reshape(-1, attn.shape[1])[index].permute(2, 0, 1)
        attn = attn + 16 * torch.sigmoid(bias)
        if mask is not None:
            attn = attn + mask.repeat(attn.shape[0] // mask.shape[0], 1, 1)[:, None]
        return attn


# %% wrong: windows-outermost-in-the-split, expect: The windows get the masks of other windows
class AffineTransform(nn.Module):
    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(
            nn.Linear(2, 512),
            nn.ReLU(),
            nn.Linear(512, num_heads, bias=False),
        )

    def forward(
        self,
        attn: torch.Tensor,
        table: torch.Tensor,
        index: torch.Tensor,
        mask: torch.Tensor | None = None,
    ) -> torch.Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        flat = self.cpb_mlp(table).flatten(0, 2)
        bias = 16 * torch.sigmoid(flat[index].permute(2, 0, 1))
        logits = attn * scale + bias
        if mask is not None:
            logits = logits.unflatten(0, (mask.shape[0], -1)) + mask[:, None, None]
            logits = logits.flatten(0, 1)
        return logits


# %% wrong: bound-as-a-tensor, edits, expect: `tensor` makes a tensor without a dtype, so it is float32
# - scale = self.logit_scale.clamp(max=math.log(100)).exp()
# + scale = self.logit_scale.clamp(max=torch.log(torch.tensor(100.0))).exp()
