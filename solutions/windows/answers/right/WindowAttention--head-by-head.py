# partial instead of a lambda, q, k and v cut into windows one by one
from functools import partial


class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.heads, self.size, self.shift = num_heads, window_size, shift
        self.transform = AffineTransform(num_heads)

    def split(self, part, image_size, by):
        grid = part.reshape(part.shape[0], *image_size, -1)
        grid = torch.roll(grid, (-by[0], -by[1]), (1, 2))
        windows = window_partition(grid, self.size)
        tokens = windows.reshape(len(windows), -1, self.heads, part.shape[2] // self.heads)
        return tokens.transpose(1, 2)

    def forward(self, qkv, image_size):
        by = (self.size[0] // 2, self.size[1] // 2) if self.shift else (0, 0)
        q, k, v = (self.split(part, image_size, by) for part in qkv.chunk(3, dim=2))
        arguments = {
            "table": relative_coords_table(self.size, dtype=qkv.dtype).to(qkv.device),
            "index": relative_position_index(self.size).to(qkv.device),
            "mask": shifted_window_mask(image_size, self.size, by).to(qkv.device) if self.shift else None,
        }
        y = cosine_attention(q, k, v, partial(self.transform, **arguments))
        y = torch.cat([y[:, head] for head in range(self.heads)], dim=-1)
        y = window_reverse(y.reshape(len(y), *self.size, -1), self.size, image_size)
        return torch.roll(y, by, (1, 2)).reshape(qkv.shape[0], qkv.shape[1], -1)
