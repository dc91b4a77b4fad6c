class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        for divisor in (compress, reduction):
            if dim // divisor == 0:
                raise ValueError(f"dim {dim} // {divisor} leaves no channel")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        as_image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(as_image)))
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(F.adaptive_avg_pool2d(y, 1)))))
        return (gate * y).flatten(2).transpose(1, 2)
