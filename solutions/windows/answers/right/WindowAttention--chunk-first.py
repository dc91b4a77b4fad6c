# q, k and v are chunked before the windows, a helper makes the heads of each
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.heads = num_heads
        self.window = tuple(window_size)
        self.steps = tuple(side // 2 for side in self.window) if shift else None
        self.transform = AffineTransform(num_heads)

    def to_heads(self, tokens, image_size):
        B, _, C = tokens.shape
        grid = tokens.reshape(B, *image_size, C)
        if self.steps is not None:
            grid = torch.roll(grid, shifts=[-s for s in self.steps], dims=[1, 2])
        cells = window_partition(grid, self.window)
        cells = cells.reshape(cells.shape[0], -1, self.heads, C // self.heads)
        return cells.transpose(1, 2)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        q, k, v = (self.to_heads(part, image_size) for part in qkv.chunk(3, dim=-1))
        table = relative_coords_table(self.window, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window).to(qkv.device)
        mask = None
        if self.steps is not None:
            mask = shifted_window_mask(image_size, self.window, self.steps).to(device=qkv.device, dtype=qkv.dtype)

        def logits(cosine):
            return self.transform(cosine, table, index, mask)

        y = cosine_attention(q, k, v, logits).transpose(1, 2)
        y = window_reverse(y.reshape(y.shape[0], *self.window, -1), self.window, image_size)
        if self.steps is not None:
            y = torch.roll(y, shifts=self.steps, dims=(1, 2))
        return y.reshape(qkv.shape[0], -1, qkv.shape[2] // 3)
