# no rolls of the data: an order of the tokens, and argsort for the way back
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.window_size = window_size
        self.shift_size = (window_size[0] // 2, window_size[1] // 2) if shift else (0, 0)
        self.shift = shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        H, W = image_size
        N = self.window_size[0] * self.window_size[1]
        B, L, C3 = qkv.shape
        numbers = torch.arange(H * W, device=qkv.device).reshape(1, H, W, 1)
        numbers = numbers.roll((-self.shift_size[0], -self.shift_size[1]), dims=(1, 2))
        order = window_partition(numbers, self.window_size).flatten()
        x = qkv.index_select(1, order).reshape(B * L // N, N, 3, self.num_heads, C3 // 3 // self.num_heads)
        q, k, v = [t.transpose(1, 2) for t in x.unbind(2)]
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, self.shift_size).to(qkv.device) if self.shift else None
        out = cosine_attention(q, k, v, lambda c: self.transform(c, table, index, mask))
        out = out.permute(0, 2, 1, 3).reshape(B, L, C3 // 3)
        return out[:, order.argsort()]
