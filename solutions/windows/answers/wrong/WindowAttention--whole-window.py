# expect: Your shift is too large
class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads, self.window_size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        s = (self.window_size[0] - 1, self.window_size[1] - 1) if self.shift else (0, 0)
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        mask = shifted_window_mask(image_size, self.window_size, s).to(qkv) if self.shift else None
        x = qkv.reshape(qkv.shape[0], *image_size, -1).roll((-s[0], -s[1]), (1, 2))
        x = window_partition(x, self.window_size).flatten(1, 2)
        q, k, v = x.reshape(x.shape[0], x.shape[1], 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        y = cosine_attention(q, k, v, lambda c: self.transform(c, table, index, mask))
        y = y.transpose(1, 2).reshape(y.shape[0], *self.window_size, -1)
        y = window_reverse(y, self.window_size, image_size).roll(s, (1, 2))
        return y.flatten(1, 2)
