import numpy as np
import torch
import torch.nn as nn


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
