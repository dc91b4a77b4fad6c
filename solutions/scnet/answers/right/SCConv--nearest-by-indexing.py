# special: Up without F.interpolate: the nearest cell is looked up with an index per row and column
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, s, 1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x):
        means = self.k2(x)
        (H, W), (h, w) = x.shape[2:], means.shape[2:]
        # as torch does it: scale in float32, rounded down, never past the last cell
        rows = (torch.arange(H, dtype=torch.float32, device=x.device)
                * torch.tensor(h / H, dtype=torch.float32)).floor().long().clamp(max=h - 1)
        cols = (torch.arange(W, dtype=torch.float32, device=x.device)
                * torch.tensor(w / W, dtype=torch.float32)).floor().long().clamp(max=w - 1)
        up = means[:, :, rows[:, None], cols[None, :]]
        return self.k4(torch.sigmoid(x + up) * self.k3(x))
