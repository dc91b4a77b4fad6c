# a loop over images, each with its own call of the transform; own attention with sdpa
import torch.nn.functional as F


class WindowAttention(nn.Module):
    def __init__(self, num_heads, window_size, shift=False):
        super().__init__()
        self.n, self.size, self.moves = num_heads, window_size, bool(shift)
        self.transform = AffineTransform(num_heads)

    def one(self, picture, table, index, mask, step):
        H, W, C3 = picture.shape
        cut = window_partition(picture.roll((-step[0], -step[1]), (0, 1))[None], self.size)
        q, k, v = (part.reshape(len(cut), -1, self.n, C3 // 3 // self.n).permute(0, 2, 1, 3)
                   for part in cut.split(C3 // 3, dim=-1))
        cosines = torch.einsum("bhid,bhjd->bhij", F.normalize(q, dim=-1), F.normalize(k, dim=-1))
        logits = self.transform(cosines, table, index, mask)
        out = F.scaled_dot_product_attention(q * 0, k * 0, v, attn_mask=logits.to(q.dtype))
        out = out.permute(0, 2, 1, 3).reshape(*cut.shape[:3], C3 // 3)
        back = window_reverse(out, self.size, (H, W))[0].roll(tuple(step), (0, 1))
        return back.reshape(H * W, -1)

    def forward(self, qkv, image_size):
        step = (self.size[0] // 2, self.size[1] // 2) if self.moves else (0, 0)
        table = relative_coords_table(self.size, dtype=qkv.dtype).to(qkv.device)
        index = relative_position_index(self.size).to(qkv.device)
        mask = None
        if self.moves:
            mask = shifted_window_mask(image_size, self.size, step).to(qkv.device)
        pictures = qkv.reshape(len(qkv), *image_size, -1)
        return torch.stack([self.one(p, table, index, mask, step) for p in pictures])
