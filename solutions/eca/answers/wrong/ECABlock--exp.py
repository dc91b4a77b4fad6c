# expect: gives NaN for large scores
class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        k = eca_kernel_size(channels) if kernel_size is None else kernel_size
        if k % 2 == 0:
            raise ValueError(f"{k} is even")
        self.conv = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)

    def forward(self, x):
        y = x.mean((2, 3))
        y = self.conv(y.unsqueeze(1)).squeeze(1)
        return x * (y.exp() / (1 + y.exp()))[:, :, None, None]
