"""What learners write for `parameter_table`."""

from autograder.lessons.catalogue import Mistake, Wrong

TABLE_WHOLE_DECIDES = ("You decide for several parameters at once whether they count. Check each one by itself: "
                       "p.requires_grad.")
TABLE_WEIGHT_OF_EACH_ONCE = ("You count the `weight` of each layer, and leave out biases and parameters with other "
                             "names. Count them too.")

RIGHT = {
    "table-by-identity": """
def parameter_table(rows):
    result = []
    for name, module in rows:
        sizes = {}
        for _, p in module.named_parameters(remove_duplicate=False):
            if p.requires_grad:
                sizes[id(p)] = p.numel()
        n = sum(sizes.values())
        result.append((name, n, round(n / 1e6, 2), round(n / 1024 ** 2, 2)))
    return result
""",
    "loop": """
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0
        for p in module.parameters():
            if p.requires_grad:
                n += p.numel()
        out.append((name, n, round(n / 10**6, 2), round(n / 2**20, 2)))
    return out
""",
}

MISTAKES = (
    Mistake("table-buffers",
            "You count buffers too, such as the running mean of a BatchNorm. They are not trained: count "
            "`parameters()`.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for p in module.parameters() if p.requires_grad) + sum(b.numel() for b in "
                 "module.buffers())"}),
    Mistake("table-state-dict",
            "You count everything in the state_dict: buffers, frozen parameters, and shared parameters twice. Count "
            "only the parameters that are trained.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(t.numel() for t in module.state_dict().values())"}),
    Mistake("table-frozen", "You count frozen parameters too. Count only those with requires_grad.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for p in module.parameters())"}, hint=2),
    Mistake("table-frozen-alone", "You count only the frozen parameters. Count only those with requires_grad.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for p in module.parameters() if not p.requires_grad)"}),
    Mistake("table-shared-twice",
            "You count a shared parameter once for each of its names. It is one tensor, so count it once, as "
            "`parameters()` does.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for _, p in module.named_parameters(remove_duplicate=False) if p.requires_grad)"}),
    Mistake("table-nested-twice",
            "You go through all modules and count everything inside each of them, so a layer in a Sequential counts "
            "twice. Go through module.parameters(), which yields each parameter once.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for m in module.modules() for p in m.parameters() if p.requires_grad)"}),
    Mistake("table-by-shape",
            "You count only one parameter of each shape. If two parameters have the same shape, count both, unless "
            "they are the same tensor.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum({p.shape: p.numel() for p in module.parameters() if p.requires_grad}.values())"}),
    Mistake("table-weights-alone", "You count only the weights. Count the biases too.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for n, p in module.named_parameters() if p.requires_grad and n.endswith('weight'))"}),
    Mistake("table-matrices-alone",
            "You count only parameters with two or more axes. Biases and the weights of norms have one axis: count "
            "them too.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for p in module.parameters() if p.requires_grad and p.ndim > 1)"}),
    Mistake("table-tensors-counted", "You count tensors. Count the numbers in each of them: p.numel().",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(1 for p in module.parameters() if p.requires_grad)"}, hint=1),
    Mistake("table-first-axis",
            "You count the length of each parameter's first axis. p.numel() is the number of all its entries.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(len(p) for p in module.parameters() if p.requires_grad)"}, hint=1),
    Mistake("table-direct-children",
            "You count only the parameters of the module's children, so a single layer counts as 0. Go through "
            "module.parameters().",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for c in module.children() for p in c.parameters() if p.requires_grad)"}),
    Mistake("table-not-rounded", "The units are not rounded. Round them to two decimals.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, count / 10 ** 6, count / 2 ** 20)"}),
    Mistake("table-second-not-rounded", "The last number is not rounded. Round it to two decimals too.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 10 ** 6, 2), count / 2 ** 20)"}),
    Mistake("table-one-digit", "You round to one decimal. Round to two.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 10 ** 6, 1), round(count / 2 ** 20, 1))"}),
    Mistake("table-three-digits", "You round to three decimals. Round to two.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 10 ** 6, 3), round(count / 2 ** 20, 3))"}),
    Mistake("table-cut-off", "You cut the last digits off. Round instead: 1.987 is 1.99, not 1.98.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, int(count / 10 ** 4) / 100, int(100 * count / 2 ** 20) / 100)"}),
    Mistake("table-1024-thousand", "Your last unit is 1024 * 1000. It should be 2**20, which is 1024 * 1024.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 10 ** 6, 2), round(count / (1024 * 1000), 2))"}),
    Mistake("table-2-to-the-10", "Your last unit is 2**10. It should be 2**20.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 10, 2))"}),
    Mistake("table-floored-millions",
            "You divide with `//`, which drops everything after the point. Divide with `/`, then round to two "
            "decimals.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count // 10 ** 6, 2), round(count / 2 ** 20, 2))"}),
    Mistake("table-thousands", "You count in thousands. The unit should be 10**6.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 10 ** 3, 2), round(count / 2 ** 20, 2))"}),
    Mistake("table-millions-twice",
            "Both of your units are 10**6. The last one should be 2**20, which some tables call M as well.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 10 ** 6, 2), round(count / 10 ** 6, 2))"}),
    Mistake("table-2-to-the-20-twice", "Both of your units are 2**20. The first one should be 10**6.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 2 ** 20, 2), round(count / 2 ** 20, 2))"}),
    Mistake("table-units-exchanged",
            "The units have changed places. The third entry should be in units of 10**6, and the last one in units "
            "of 2**20.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 2 ** 20, 2), round(count / 10 ** 6, 2))"}),
    Mistake("table-bytes",
            "Your last number counts bytes, four for each parameter. It should count parameters, in units of 2**20.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 10 ** 6, 2), round(4 * count / 2 ** 20, 2))"}),
    Mistake("table-rounded-twice",
            "You compute the last number from the third one, which is rounded already. Start from the exact count.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 10 ** 6, 2), round(round(count / 10 ** 6, 2) * 10 ** 6 / 2 ** 20, 2))"}),
    Mistake("table-rounded-count",
            "You round the count to millions. The second entry should be the exact number, an int.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count / 10 ** 6, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))"}),
    Mistake("table-texts",
            "Your last two entries are strings. They should be numbers: use `round`, and leave the formatting to "
            "whoever prints them.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 '(name, count, f"{count / 10 ** 6:.2f}", f"{count / 2 ** 20:.2f}")'}),
    Mistake("table-count-first", "Your count comes before the name. The name should come first.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(count, name, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))"}),
    Mistake("table-no-name", "The name is missing. A row should be (name, count, in 10**6, in 2**20).",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))"}, hint=2),
    Mistake("table-name-twice",
            "Each of your rows holds a tuple in a tuple. A row should be one flat tuple of four: (name, count, in "
            "10**6, in 2**20).",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, (count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2)))"}, hint=2),
    Mistake("table-dictionary",
            "You return a dict. Return a list with one tuple for each row, in the order of `rows`.",
            {"return table": "return {name: rest for name, *rest in table}"}, hint=2),
    Mistake("table-dictionary-inside",
            "You collect the rows in a dict, so only one of two rows with the same name is left. Collect them in a "
            "list.", {"return table": "return list({row[0]: row for row in table}.values())"}, hint=2),
    Mistake("table-sorted-by-size", "You sort the rows by size. Keep the order of `rows`.",
            {"return table": "return sorted(table, key=lambda row: row[1])"}),
    Mistake("table-sorted-by-name", "You sort the rows by name. Keep the order of `rows`.",
            {"return table": "return sorted(table)"}),
    Mistake("table-backwards", "Your rows are in reverse order. Keep the order of `rows`.",
            {"return table": "return table[::-1]"}),
    Mistake("table-total", "You add a row with the total. Return only one row for each module.",
            {"return table": """total = sum(row[1] for row in table)
    return [*table, ('total', total, round(total / 10 ** 6, 2), round(total / 2 ** 20, 2))]"""}),
    Mistake("table-empty-rows-left-out",
            "You leave out modules without parameters. They should have a row too: 0, 0.0, 0.0.",
            {"return table": "return [row for row in table if row[1]]"}),
    Mistake("table-running-total",
            "You never set your count back to 0, so each row holds the sum of all rows so far. Start each row's "
            "count at 0.",
            {"table = []": "table, count = [], 0",
             "count = sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "count += sum(p.numel() for p in module.parameters() if p.requires_grad)"}, hint=2),
    Mistake("table-return-too-early",
            "Your `return` is inside the loop, so your table has one row. Return after the loop.",
            {"return table": "    return table"}),
    Mistake("table-last-row", "You return the last row alone. Collect the rows in a list.",
            {"return table": "return table[-1:]"}, hint=2),
    Mistake("table-nothing-returned", "Your function returns nothing: `return` the table.",
            {"return table": "return None"}),
    Mistake("table-nothing-counts",
            "Every count is 0: your condition holds for no parameter. `p.grad` is None before a backward pass, and "
            "the tensors of a state_dict are detached. Test p.requires_grad for each p of module.parameters().",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for p in module.parameters() if p.grad is not None)"}),
    Mistake("table-whole-units",
            "Your last two entries are whole numbers. Divide with `/`, and keep two decimals: round(x, 2).",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 10 ** 6), round(count / 2 ** 20))"}),
    Mistake("table-rounded-up", "You round up: 0.0602 is 0.06, not 0.07. Use round(x, 2).",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, -(-count // 10 ** 4) / 100, -(-100 * count // 2 ** 20) / 100)"}),
    Mistake("table-2-to-the-30", "Your last unit is 2**30. It should be 2**20.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 30, 2))"}),
    Mistake("table-ten-million", "10e6 is ten million. A million is 1e6, or 10**6.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 10e6, 2), round(count / 2 ** 20, 2))"}),
    Mistake("table-xor", "In Python `^` is the exclusive or: 2 ^ 20 is 22. A power is 2**20.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count / 10 ** 6, 2), round(count / (2 ^ 20), 2))"}),
    Mistake("table-count-in-thousands",
            "You round the count to thousands. The second entry should be the exact number.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, round(count, -3), round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))"}),
    Mistake("table-units-of-thousands",
            "You round the count to thousands before you divide it. Divide the exact count, and round once.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(round(count, -3) / 10 ** 6, 2), round(round(count, -3) / 2 ** 20, 2))"}),
    Mistake("table-rounded-parts",
            "You round the millions of each parameter and add them up. Add first, and round once.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(sum(round(p.numel() / 10 ** 6, 2) for p in module.parameters() if "
                 "p.requires_grad), 2), round(count / 2 ** 20, 2))"}),
    Mistake("table-significant-digits",
            "You keep two significant digits. Keep two digits after the point: round(x, 2).",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 '(name, count, float(f"{count / 10 ** 6:.2g}"), float(f"{count / 2 ** 20:.2g}"))'}),
    Mistake("table-all-bytes",
            "You count bytes, eight for each float64 number. Count the numbers themselves: p.numel().",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.nbytes for p in module.parameters() if p.requires_grad)"}, hint=1),
    Mistake("table-units-of-all",
            "The count is right, but your last two entries include frozen parameters. Compute both of them from the "
            "count.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(sum(p.numel() for p in module.parameters()) / 10 ** 6, 2), "
                 "round(sum(p.numel() for p in module.parameters()) / 2 ** 20, 2))"}),
    Mistake("table-units-zero",
            "Your last two entries are 0, because a generator is used up after its first `sum`. Keep the count in a "
            "variable, and divide that.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))": "(name, count, 0.0, 0.0)"}),
    Mistake("table-frozen-stops", "You stop at the first frozen parameter. Leave it out, and go on with the next one.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for p in takewhile(lambda p: p.requires_grad, module.parameters()))",
             "table = []": """from itertools import takewhile
    table = []"""}, hint=2),
    Mistake("table-whole-decides", TABLE_WHOLE_DECIDES,
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for p in module.parameters()) * all(p.requires_grad for p in module.parameters())"},
            hint=2),
    Mistake("table-first-decides", TABLE_WHOLE_DECIDES,
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for p in module.parameters()) * next((p.requires_grad for p in "
                 "module.parameters()), False)"}, hint=2),
    Mistake("table-layer-decides", TABLE_WHOLE_DECIDES,
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum({p: p.numel() for m in module.modules() for p in m.parameters(recurse=False) if "
                 "all(q.requires_grad for q in m.parameters(recurse=False))}.values())"}, hint=2),
    Mistake("table-leaves-alone",
            "You leave out parameters that belong directly to a module with children. `module.parameters()` finds "
            "all of them.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum({p: p.numel() for m in module.modules() for p in m.parameters(recurse=False) if "
                 "p.requires_grad and not list(m.children())}.values())"}),
    Mistake("table-no-children",
            "You count only the module's own parameters and not its children's. Keep the default, recurse=True.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for p in module.parameters(recurse=False) if p.requires_grad)"}),
    Mistake("table-by-value",
            "You count parameters with equal numbers only once, such as the weights of two new norms. Count both, "
            "unless they are the same tensor.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum({(p.shape, tuple(p.flatten().tolist())): p.numel() for p in module.parameters() if "
                 "p.requires_grad}.values())"}),
    Mistake("table-weight-of-each-once", TABLE_WEIGHT_OF_EACH_ONCE,
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(w.numel() for w in {getattr(m, 'weight', None) for m in module.modules()} if w is not None "
                 "and w.requires_grad)"}),
    Mistake("table-weight-of-each", TABLE_WEIGHT_OF_EACH_ONCE,
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(m.weight.numel() for m in module.modules() if hasattr(m, 'weight') and m.weight.requires_grad)"}),
    Mistake("table-no-norms", "You leave out BatchNorms. Their weights and biases are trained as well: count them.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum({p: p.numel() for m in module.modules() for p in m.parameters(recurse=False) if "
                 "p.requires_grad and not isinstance(m, nn.BatchNorm2d)}.values())"}),
    Mistake("table-some-layers",
            "You count only convolutions and linear layers. Count every parameter, whatever layer it belongs to.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum({p: p.numel() for m in module.modules() if isinstance(m, (nn.Conv2d, nn.Linear)) for p in "
                 "m.parameters() if p.requires_grad}.values())"}),
    Mistake("table-two-axes",
            "You multiply the lengths of the first two axes, so you leave out the height and width of kernels. "
            "p.numel() counts all axes.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.shape[:2].numel() for p in module.parameters() if p.requires_grad)"}, hint=1),
    Mistake("table-seen-across-rows",
            "A row leaves out what an earlier row has counted, because you use one set of seen parameters for all "
            "rows. Each row should count everything in its module.",
            {"table = []": "table, seen = [], set()",
             "sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum(p.numel() for p in module.parameters() if p.requires_grad and not (p in seen or seen.add(p)))"}),
    Mistake("table-a-tensor",
            "Your number of parameters is a tensor. It should be an int: `numel()` returns one, and so does "
            "`.item()`.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "torch.tensor(sum(p.numel() for p in module.parameters() if p.requires_grad))",
             "(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(name, count, round(count.item() / 10 ** 6, 2), round(count.item() / 2 ** 20, 2))"}, hint=1),
    Mistake("table-by-name",
            "You store the counts under the name. If two rows have the same name, the second gets the count of the "
            "first. Count each row's own module.",
            {"table = []": "table, counts = [], {}",
             "count = sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "count = counts.setdefault(name, sum(p.numel() for p in module.parameters() if p.requires_grad))"},
            hint=2),
    Mistake("table-class-name",
            "Your first entry is the name of the module's class. It should be the name that `rows` gives to the "
            "module.",
            {"(name, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))":
                 "(type(module).__name__, count, round(count / 10 ** 6, 2), round(count / 2 ** 20, 2))"}),
    Mistake("table-flat",
            "Your list holds the entries of all rows, one after the other. Append one tuple for each row.",
            {"return table": "return [entry for row in table for entry in row]"}, hint=2),
    Mistake("table-by-address",
            "You count each address of memory once. On the device meta, all tensors have the address 0: tell them "
            "apart by `id`, or leave it to `parameters()`.",
            {"sum(p.numel() for p in module.parameters() if p.requires_grad)":
                 "sum({p.data_ptr(): p.numel() for p in module.parameters() if p.requires_grad}.values())"}),
)

WRONG = (
    Wrong("float-count", {" 0": " 0.0"}, of="loop", says="expected the int 7500, got the float 7500.0"),
)

EQUIVALENT = (
    "4: each once",
)
