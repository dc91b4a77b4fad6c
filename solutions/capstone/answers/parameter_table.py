import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: comprehension-walrus
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    return [
        (name, (n := sum(p.numel() for p in net.parameters() if p.requires_grad)),
         round(n / 1_000_000, 2), round(n / 1_048_576, 2))
        for name, net in rows
    ]


# %% right: dict-no-dedup-by-hand
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


# %% right: generator
def parameter_table(rows):
    def count(m):
        return sum(p.numel() if p.requires_grad else 0 for p in m.parameters())

    def row(name, m):
        n = count(m)
        return name, n, round(n / 1e6, 2), round(n / 2**20, 2)

    return [row(*each) for each in rows]


# %% right: helper-generator
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


# %% right: loop-append
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    table = []
    for name, module in rows:
        count = sum(p.numel() for p in module.parameters() if p.requires_grad)
        table.append((name, count, round(count / 10**6, 2), round(count / 2**20, 2)))
    return table


# %% right: loop
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0
        for p in module.parameters():
            if p.requires_grad:
                n += p.numel()
        out.append((name, n, round(n / 10**6, 2), round(n / 2**20, 2)))
    return out


# %% right: map-filter-reduce
from functools import reduce
from operator import add, attrgetter


def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    def count(module):
        wanted = filter(attrgetter("requires_grad"), module.parameters())
        return reduce(add, map(torch.numel, wanted), 0)

    def row(pair):
        name, module = pair
        n = count(module)
        return (name, n) + tuple(round(n / unit, 2) for unit in (10 ** 6, 1 << 20))

    return list(map(row, rows))


# %% right: own-walk-by-id
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


# %% right: set-of-parameters
def parameter_table(rows):
    table = []
    for name, module in rows:
        unique = {p for p in module.parameters() if p.requires_grad}
        n = sum(p.nelement() for p in unique)
        table.append((name, n, round(n * 1e-6, 2), round(n / (1024 * 1024), 2)))
    return table


# %% wrong: 1024-times-1000, expect: 1024 * 1000
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0
        for p in module.parameters():
            if p.requires_grad:
                n += p.numel()
        out.append((name, n, round(n / 10**6, 2), round(n / (1024 * 1000), 2)))
    return out


# %% wrong: 2-30, edits, expect: Your last unit is 2**30
# - table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))
# + table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 30, 2)))


# %% wrong: a-dict, expect: You return a dict
def parameter_table(rows):
    out = {}
    for name, module in rows:
        n = 0
        for p in module.parameters():
            if p.requires_grad:
                n += p.numel()
        out[name] = (n, round(n / 10**6, 2), round(n / 2**20, 2))
    return out


# %% wrong: any-trainable-counts-all, expect: You count frozen parameters
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    table = []
    for name, m in rows:
        n = 0
        if any(p.requires_grad for p in m.parameters()):
            for p in m.parameters():
                n += p.numel()
        table.append((name, n, round(n / 1e6, 2), round(n / 2**20, 2)))
    return table


# %% wrong: break-at-frozen, expect: You stop at the first frozen parameter
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    table = []
    for name, m in rows:
        n = 0
        for p in m.parameters():
            if not p.requires_grad:
                break
            n += p.numel()
        table.append((name, n, round(n / 1e6, 2), round(n / 2**20, 2)))
    return table


# %% wrong: buffers-too, expect: state_dict
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0
        for p in module.state_dict().values():
            n += p.numel()
        out.append((name, n, round(n / 10**6, 2), round(n / 2**20, 2)))
    return out


# %% wrong: class-name, expect: Your first entry is the name of the module's class
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    table = []
    for _, module in rows:
        n = sum(p.numel() for p in module.parameters() if p.requires_grad)
        table.append((type(module).__name__, n, round(n / 1e6, 2), round(n / 2**20, 2)))
    return table


# %% wrong: conv-and-linear-only, expect: You count only convolutions and linear layers
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


# %% wrong: count-in-thousands-rounded, edits, expect: You round the count to thousands
# - table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))
# + table.append((name, round(count, -3), round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))


# %% wrong: count-rounded-first, edits, expect: You round the count to thousands before you divide it
# - count = sum((p.numel() for p in module.parameters() if p.requires_grad))
# - table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))
# + n = sum((p.numel() for p in module.parameters() if p.requires_grad))
# + k = round(n, -3)
# + table.append((name, n, round(k / 1000000.0, 2), round(k / 2 ** 20, 2)))


# %% wrong: counts-cached-by-name, expect: If two rows have the same name, the second gets the count of the first
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    counts = {}
    table = []
    for name, net in rows:
        if name not in counts:
            counts[name] = sum(p.numel() for p in net.parameters() if p.requires_grad)
        n = counts[name]
        table.append((name, n, round(n / 1e6, 2), round(n / 2**20, 2)))
    return table


# %% wrong: dedupe-equal-values, edits, expect: You count parameters with equal numbers only once, such as the weights of two new norms
# - count = sum((p.numel() for p in module.parameters() if p.requires_grad))
# + kept = []
# + for p in module.parameters():
# +     if p.requires_grad and (not any((p.shape == q.shape and torch.equal(p, q) for q in kept))):
# +         kept.append(p)
# + count = sum((p.numel() for p in kept))


# %% wrong: exhausted-generator, edits, expect: Your last two entries are 0, because a generator is used up after its first `sum`
# - count = sum((p.numel() for p in module.parameters() if p.requires_grad))
# - table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))
# + sizes = (p.numel() for p in module.parameters() if p.requires_grad)
# + table.append((name, sum(sizes), round(sum(sizes) / 1000000.0, 2), round(sum(sizes) / 2 ** 20, 2)))


# %% wrong: first-two-sides, edits, expect: You multiply the lengths of the first two axes, so you leave out the height and width of kernels
# - count = sum((p.numel() for p in module.parameters() if p.requires_grad))
# - table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))
# + n = 0
# + for p in module.parameters():
# +     if p.requires_grad:
# +         size = 1
# +         for side in p.shape[:2]:
# +             size *= side
# +         n += size
# + table.append((name, n, round(n / 1000000.0, 2), round(n / 2 ** 20, 2)))


# %% wrong: flat-list, edits, expect: Your list holds the entries of all rows, one after the other
# - count = sum((p.numel() for p in module.parameters() if p.requires_grad))
# - table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))
# + n = sum((p.numel() for p in module.parameters() if p.requires_grad))
# + table += (name, n, round(n / 1000000.0, 2), round(n / 2 ** 20, 2))


# %% wrong: float-count, expect: expected the int 7500, got the float 7500.0
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0.0
        for p in module.parameters():
            if p.requires_grad:
                n += p.numel()
        out.append((name, n, round(n / 10**6, 2), round(n / 2**20, 2)))
    return out


# %% wrong: floor-division, edits, expect: Your last two entries are whole numbers
# - table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))
# + table.append((name, count, round(count // 10 ** 6, 2), round(count // 2 ** 20, 2)))


# %% wrong: frozen-too, expect: frozen parameters
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0
        for p in module.parameters():
            n += p.numel()
        out.append((name, n, round(n / 10**6, 2), round(n / 2**20, 2)))
    return out


# %% wrong: grad-is-not-none, edits, expect: Every count is 0
# - count = sum((p.numel() for p in module.parameters() if p.requires_grad))
# + count = sum((p.numel() for p in module.parameters() if p.grad is not None))


# %% wrong: layer-all-or-nothing, edits, expect: You decide for several parameters at once whether they count
# - count = sum((p.numel() for p in module.parameters() if p.requires_grad))
# + count = sum({id(p): p.numel() for m in module.modules() for p in m.parameters(recurse=False) if all((q.requires_grad for q in m.parameters(recurse=False)))}.values())


# %% wrong: leaf-modules-only, edits, expect: You leave out parameters that belong directly to a module with children
# - count = sum((p.numel() for p in module.parameters() if p.requires_grad))
# + count = sum({id(p): p.numel() for m in module.modules() if not list(m.children()) for p in m.parameters() if p.requires_grad}.values())


# %% wrong: n-never-reset, expect: You never set your count back to 0, so each row holds the sum of all rows so far
def parameter_table(rows):
    out = []
    n = 0
    for name, module in rows:
        for p in module.parameters():
            if p.requires_grad:
                n += p.numel()
        out.append((name, n, round(n / 10**6, 2), round(n / 2**20, 2)))
    return out


# %% wrong: nbytes, edits, expect: You count bytes, eight for each float64 number
# - count = sum((p.numel() for p in module.parameters() if p.requires_grad))
# + count = sum((p.nbytes for p in module.parameters() if p.requires_grad))


# %% wrong: no-norms, expect: You leave out BatchNorms
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


# %% wrong: not-rounded, expect: not rounded
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0
        for p in module.parameters():
            if p.requires_grad:
                n += p.numel()
        out.append((name, n, n / 10**6, n / 2**20))
    return out


# %% wrong: recurse-false, expect: You count only the module's own parameters and not its children's
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    return [(k, (n := sum(p.numel() for p in m.parameters(recurse=False) if p.requires_grad)),
             round(n / 1e6, 2), round(n / 2**20, 2)) for k, m in rows]


# %% wrong: return-inside, expect: one row
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0
        for p in module.parameters():
            if p.requires_grad:
                n += p.numel()
        out.append((name, n, round(n / 10**6, 2), round(n / 2**20, 2)))
        return out


# %% wrong: rounded-up, edits, expect: You round up
# - table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))
# + import math
# + table.append((name, count, math.ceil(count / 10 ** 4) / 100, math.ceil(count * 100 / 2 ** 20) / 100))


# %% wrong: shared-twice, expect: shared parameter once for each
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0
        for _, p in module.named_parameters(remove_duplicate=False):
            if p.requires_grad:
                n += p.numel()
        out.append((name, n, round(n / 10**6, 2), round(n / 2**20, 2)))
    return out


# %% wrong: significant-digits, edits, expect: You keep two significant digits
# - count = sum((p.numel() for p in module.parameters() if p.requires_grad))
# - table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))
# + n = sum((p.numel() for p in module.parameters() if p.requires_grad))
# + table.append((name, n, float(f'{n / 1000000.0:.2g}'), float(f'{n / 2 ** 20:.2g}')))


# %% wrong: strings, expect: Your last two entries are strings
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0
        for p in module.parameters():
            if p.requires_grad:
                n += p.numel()
        out.append((name, n, f"{n / 10**6:.2f}", f"{n / 2**20:.2f}"))
    return out


# %% wrong: unit-10e6, edits, expect: 10e6 is ten million
# - count = sum((p.numel() for p in module.parameters() if p.requires_grad))
# - table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))
# + n = sum((p.numel() for p in module.parameters() if p.requires_grad))
# + table.append((name, n, round(n / 10000000.0, 2), round(n / 2 ** 20, 2)))


# %% wrong: units-from-all, edits, expect: The count is right, but your last two entries include frozen parameters
# - count = sum((p.numel() for p in module.parameters() if p.requires_grad))
# - table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))
# + everything = sum((p.numel() for p in module.parameters()))
# + trainable = sum((p.numel() for p in module.parameters() if p.requires_grad))
# + table.append((name, trainable, round(everything / 1000000.0, 2), round(everything / 2 ** 20, 2)))


# %% wrong: weight-attribute-only, expect: You count the `weight` of each layer, and leave out biases and parameters
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


# %% wrong: xor-for-power, edits, expect: In Python `^` is the exclusive or
# - count = sum((p.numel() for p in module.parameters() if p.requires_grad))
# - table.append((name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))
# + n = sum((p.numel() for p in module.parameters() if p.requires_grad))
# + table.append((name, n, round(n / 10 ** 6, 2), round(n / (2 ^ 20), 2)))
