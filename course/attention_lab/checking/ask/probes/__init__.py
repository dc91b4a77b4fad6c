"""Checks that few lessons need. Each has one file, which defines how the call is watched, what an observation records
about it, and how the records are compared.

A new check needs such a file, its fields in `protocol`, the context manager in `observe`, and the module in
`differences.PROBES`.
"""
