# expect: W) with `reshape` or `view` alone
class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"{dim} channels are too few to be divided by {divisor}")
        hidden, squeezed = dim // compress, dim // reduction
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.act = nn.GELU()
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(dim, squeezed)
        self.fc2 = nn.Linear(squeezed, dim)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.permute(0, 2, 1).reshape(B, C, H, W)
        img = self.conv2(self.act(self.conv1(img)))
        g = self.pool(img).reshape(B, C)
        g = self.fc2(torch.relu(self.fc1(g))).sigmoid()
        out = img * g[:, :, None, None]
        return out.reshape(B, L, C)
