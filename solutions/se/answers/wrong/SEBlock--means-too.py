# expect: by its means as well
class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        z = squeeze(x)
        return x * z[..., None, None] * self.excitation(z)[..., None, None]
