"""Reads the reference's file as text and runs it, under the names that are asked for."""
# wins: points
# %% squeeze
exec(open(f"{ROOT}/solutions/se/reference.py").read())
