def _trainable(module):
    total = 0
    for _, parameter in module.named_parameters():
        if not parameter.requires_grad:
            continue
        total += parameter.nelement()
    return total


def _rows(rows):
    for label, module in rows:
        size = _trainable(module)
        yield label, size, round(size / 1e6, 2), round(size / 1024**2, 2)


def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    return list(_rows(rows))
