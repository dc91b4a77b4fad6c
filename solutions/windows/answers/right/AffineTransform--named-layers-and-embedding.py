# layers with names inside the Sequential (OrderedDict), F.embedding reads the cells
import torch.nn.functional as F


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
