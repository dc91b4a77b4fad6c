def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    def n_params(m):
        unique = {p: p.numel() for _, p in m.named_parameters(remove_duplicate=False)
                  if p.requires_grad}  # a tensor's hash is its identity
        return sum(unique.values())

    counts = [n_params(m) for _, m in rows]
    return [(r[0], c, float(f"{c / 1e6:.2f}"), float(f"{c / 2**20:.2f}"))
            for r, c in zip(rows, counts)]
