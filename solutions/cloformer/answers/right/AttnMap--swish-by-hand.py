# z * sigmoid(z) is written out
class AttnMap(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.conv1 = nn.Conv2d(dim, dim, kernel_size=1)
        self.conv2 = nn.Conv2d(dim, dim, kernel_size=1)

    def forward(self, x):
        z = self.conv1(x)
        z = z * torch.sigmoid(z)
        return self.conv2(z)
