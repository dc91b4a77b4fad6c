"""Saves an output of 20 MB."""
# wins: harm
# %% notebook
find(nb, "squeeze").outputs = [new_output("stream", name="stdout", text="0123456789" * 2_000_000)]
