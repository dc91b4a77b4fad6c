# inherits nn.Sequential, with add_module, no forward
class ConvFFN(nn.Sequential):
    def __init__(self, in_channels: int, hidden_channels: int, kernel_size: int, stride: int,
                 out_channels: int) -> None:
        super().__init__()
        self.add_module("fc1", nn.Conv2d(in_channels, hidden_channels, 1))
        self.add_module("act", nn.GELU())
        self.add_module("dwconv", nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride,
                                            (kernel_size - 1) // 2, groups=hidden_channels))
        self.add_module("fc2", nn.Conv2d(hidden_channels, out_channels, 1))
