# both shifts follow from the height
import torch.nn.functional as F


class AnchoredStripeAttention(nn.Module):
    def __init__(
        self,
        num_heads: int,
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        shift: bool = False,
        down_factor: int = 1,
    ) -> None:
        super().__init__()
        self.num_heads, self.down_factor, self.shift = num_heads, down_factor, shift
        self.stripe_size, self.stripe_groups = stripe_size, stripe_groups
        self.transform_in = AffineTransform(num_heads)
        self.transform_out = AffineTransform(num_heads)

    def forward(self, qkv, anchor, image_size):
        B, L, C3 = qkv.shape
        C, h, d = C3 // 3, self.num_heads, self.down_factor
        H, W = image_size
        ss, sh = list(self.stripe_size), [0, 0]
        for i in range(2):
            g = self.stripe_groups[i]
            if g is not None:
                ss[i] = image_size[i] // g
            if self.shift and g != 1:
                sh[i] = ss[0] // 2
        N, A = ss[0] * ss[1], (ss[0] // d) * (ss[1] // d)
        table = relative_coords_table(ss, d, dtype=qkv.dtype).to(qkv.device)
        idx_a = relative_position_index(tuple(ss), d, True).to(qkv.device)
        idx_t = relative_position_index(tuple(ss), d, False).to(qkv.device)
        mask = None
        if sum(sh) > 0:
            mask = anchor_mask((H, W), tuple(ss), tuple(sh), d).to(qkv.device, qkv.dtype)

        x = torch.roll(qkv.reshape(B, H, W, C3), shifts=(-sh[0], -sh[1]), dims=(1, 2))
        t = window_partition(x, ss).reshape(-1, N, 3, h, C // h)
        q = t[:, :, 0].transpose(1, 2)
        k = t[:, :, 1].transpose(1, 2)
        v = t[:, :, 2].transpose(1, 2)
        an = torch.roll(anchor, shifts=(-(sh[0] // d), -(sh[1] // d)), dims=(1, 2))
        a = window_partition(an, (ss[0] // d, ss[1] // d)).reshape(-1, A, h, C // h).transpose(1, 2)

        q, k, an = F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1)
        m_d = self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)
        z = m_d.softmax(dim=-1) @ v
        m_e = self.transform_out(q @ an.mT, table, idx_t, mask)
        y = m_e.softmax(dim=-1) @ z

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)
