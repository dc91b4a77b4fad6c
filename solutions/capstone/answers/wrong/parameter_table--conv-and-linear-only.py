# expect: You count convolutions and linear layers alone
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    table = []
    for name, net in rows:
        kept = set()
        for m in net.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                kept |= set(m.parameters())
        n = sum(p.numel() for p in kept if p.requires_grad)
        table.append((name, n, round(n / 1e6, 2), round(n / 2**20, 2)))
    return table
