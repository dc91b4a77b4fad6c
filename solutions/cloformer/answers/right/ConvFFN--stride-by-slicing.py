# the convolution runs at stride 1 with dwconv's weights, then every stride-th position is kept
class ConvFFN(nn.Module):
    def __init__(self, in_channels: int, hidden_channels: int, kernel_size: int, stride: int,
                 out_channels: int) -> None:
        super().__init__()
        self.stride = stride
        self.pad = kernel_size // 2
        self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1)
        self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride,
                                padding=self.pad, groups=hidden_channels)
        self.fc2 = nn.Conv2d(hidden_channels, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = F.gelu(self.fc1(x))
        h = F.conv2d(h, self.dwconv.weight, self.dwconv.bias, padding=self.pad, groups=h.shape[1])
        return self.fc2(h[:, :, ::self.stride, ::self.stride])
