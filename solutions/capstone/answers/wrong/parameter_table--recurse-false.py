# expect: You count what the module itself holds, and nothing of its children
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    return [(k, (n := sum(p.numel() for p in m.parameters(recurse=False) if p.requires_grad)),
             round(n / 1e6, 2), round(n / 2**20, 2)) for k, m in rows]
