"""Checks that few lessons need, a file each: what watches the call, what an observation holds of it, and how that is
compared.

A new one is such a file, its fields in `protocol`, the context manager in `observe` and the module in
`differences.PROBES`.
"""
