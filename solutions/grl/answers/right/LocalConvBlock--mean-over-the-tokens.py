# the gate works on tokens (B, L, dim), padding by F.pad, loop over images
import torch.nn.functional as F


class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        few, fewer = dim // compress, dim // reduction
        if not few:
            raise ValueError("dim=%d is smaller than compress=%d" % (dim, compress))
        if not fewer:
            raise ValueError("dim=%d is smaller than reduction=%d" % (dim, reduction))
        self.conv1 = nn.Conv2d(dim, few, 3, padding="same")
        self.conv2 = nn.Conv2d(few, dim, 3, padding="same")
        self.fc1 = nn.Linear(dim, fewer)
        self.fc2 = nn.Linear(fewer, dim)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        results = []
        for tokens in x:
            image = tokens.T.contiguous().view(-1, *image_size)
            y = self.conv2(F.gelu(self.conv1(image[None])))[0].flatten(1).T
            gate = torch.sigmoid(self.fc2(F.relu(self.fc1(y.mean(0)))))
            results.append(y * gate)
        return torch.stack(results)
