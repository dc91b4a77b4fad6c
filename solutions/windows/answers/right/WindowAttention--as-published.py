import torch
import torch.nn as nn


class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.num_heads = num_heads
        self.window_size = window_size
        self.shift = shift
        self.shift_size = [w // 2 for w in window_size]
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv, image_size):
        H, W = image_size
        B, L, C = qkv.shape
        qkv = qkv.reshape(B, H, W, C)
        mask = None
        if self.shift:
            qkv = torch.roll(qkv, shifts=(-self.shift_size[0], -self.shift_size[1]), dims=(1, 2))
            mask = shifted_window_mask((H, W), self.window_size, self.shift_size).to(qkv.device, qkv.dtype)
        qkv = window_partition(qkv, self.window_size)
        qkv = qkv.reshape(-1, self.window_size[0] * self.window_size[1], C)
        B_, N, _ = qkv.shape
        qkv = qkv.reshape(B_, N, 3, self.num_heads, -1).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        table = relative_coords_table(self.window_size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.window_size).to(qkv.device)
        x = cosine_attention(q, k, v, lambda a: self.transform(a, table, index, mask))
        x = x.transpose(1, 2).reshape(B_, N, C // 3)
        x = x.reshape(-1, *self.window_size, C // 3)
        x = window_reverse(x, self.window_size, (H, W))
        if self.shift:
            x = torch.roll(x, shifts=(self.shift_size[0], self.shift_size[1]), dims=(1, 2))
        return x.reshape(B, L, C // 3)
