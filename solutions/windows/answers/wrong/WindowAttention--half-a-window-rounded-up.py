# expect: Your shift is too large, such as w // 2 rounded up
class WindowAttention(nn.Module):
    def __init__(self, num_heads: int, window_size: tuple[int, int], shift: bool = False) -> None:
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        wh, ww = self.window_size
        sh, sw = (wh + 1) // 2, (ww + 1) // 2
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = None
        x = qkv.unflatten(1, image_size)
        if self.shift:
            mask = shifted_window_mask(image_size, self.window_size, (sh, sw)).to(qkv.device)
            x = x.roll((-sh, -sw), dims=(1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        x = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        x = x.transpose(1, 2).flatten(2).unflatten(1, (wh, ww))
        x = window_reverse(x, self.window_size, image_size)
        if self.shift:
            x = x.roll((sh, sw), dims=(1, 2))
        return x.flatten(1, 2)
