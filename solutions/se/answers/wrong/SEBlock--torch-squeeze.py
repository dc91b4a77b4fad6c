# expect: is torch's method
class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        g = self.excitation(torch.squeeze(x))
        return x * g[:, :, None, None]
