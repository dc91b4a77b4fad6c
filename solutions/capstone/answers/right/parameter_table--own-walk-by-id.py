def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    result = []
    for name, root in rows:
        seen = {}
        stack = [root]
        while stack:
            module = stack.pop()
            for p in module._parameters.values():
                if p is not None and p.requires_grad:
                    seen[id(p)] = p
            stack.extend(module.children())
        n = sum(p.numel() for p in seen.values())
        result += [(name, n, round(n / 1e6, 2), round(n / 2 ** 20, 2))]
    return result
