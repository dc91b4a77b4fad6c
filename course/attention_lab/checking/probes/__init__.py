"""Checks that few lessons need, with one file for each: what watches the call, what an observation holds about it, and
how that is compared.

A new check needs such a file, its fields in `protocol`, the context manager in `observe`, and the module in
`differences.PROBES`.
"""
