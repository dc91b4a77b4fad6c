# convolutions as F.unfold and einsum, GELU by erf, sigmoid by tanh
import torch.nn.functional as F


class LocalConvBlock(nn.Module):
    def __init__(self, dim, compress=4, reduction=18):
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"{dim} channels are too few to be divided by {divisor}")
        hidden, squeezed = dim // compress, dim // reduction
        self.conv1 = nn.Conv2d(dim, hidden, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(hidden, dim, kernel_size=3, padding=1)
        self.fc1 = nn.Linear(dim, squeezed)
        self.fc2 = nn.Linear(squeezed, dim)

    def forward(self, x, image_size):
        B, L, C = x.shape
        H, W = image_size
        img = x.permute(0, 2, 1).reshape(B, C, H, W)
        y = self.by_patches(img, self.conv1)
        y = 0.5 * y * (1 + torch.erf(y / 2 ** 0.5))
        y = self.by_patches(y.reshape(B, -1, H, W), self.conv2)  # (B, C, L)
        g = self.fc1(y.sum(dim=2) / L).clamp(min=0)
        g = 0.5 * (1 + torch.tanh(self.fc2(g) / 2))
        return torch.einsum("bcl,bc->blc", y, g)

    @staticmethod
    def by_patches(image, conv):
        patches = F.unfold(image, 3, padding=1)
        return torch.einsum("bpl,op->bol", patches, conv.weight.flatten(1)) + conv.bias[:, None]
