# expect: You count the `weight` of each layer, and leave out biases and parameters
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    table = []
    for name, net in rows:
        weights = {m.weight for m in net.modules()
                   if isinstance(getattr(m, "weight", None), nn.Parameter)}
        n = sum(x.numel() for x in weights if x.requires_grad)
        table.append((name, n, round(n / 1e6, 2), round(n / 2**20, 2)))
    return table
