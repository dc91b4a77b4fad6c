# expect: Your maximum over the channels starts at 0
class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError(kernel_size)
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x):
        best = torch.zeros_like(x[:, :1])
        for channel in x.unbind(1):
            best = torch.maximum(best, channel[:, None])
        return torch.sigmoid(self.bn(self.conv(torch.cat([best, x.mean(1, keepdim=True)], 1))))
