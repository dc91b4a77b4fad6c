def parameter_table(rows):
    def count(m):
        return sum(p.numel() if p.requires_grad else 0 for p in m.parameters())

    def row(name, m):
        n = count(m)
        return name, n, round(n / 1e6, 2), round(n / 2**20, 2)

    return [row(*each) for each in rows]
