def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    return [
        (name, (n := sum(p.numel() for p in net.parameters() if p.requires_grad)),
         round(n / 1_000_000, 2), round(n / 1_048_576, 2))
        for name, net in rows
    ]
