# expect: You leave out BatchNorms
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    def count(net):
        found = {}
        for m in net.modules():
            if isinstance(m, nn.BatchNorm2d):
                continue
            for p in m.parameters(recurse=False):
                if p.requires_grad:
                    found[id(p)] = p.numel()
        return sum(found.values())

    out = []
    for name, net in rows:
        c = count(net)
        out.append((name, c, round(c / 1e6, 2), round(c / 2 ** 20, 2)))
    return out
