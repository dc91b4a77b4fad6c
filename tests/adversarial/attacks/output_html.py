"""Saves outputs of HTML that run."""
# wins: page
# %% notebook
find(nb, "squeeze").outputs = [new_output("display_data", {"text/html": f"<script>{PWN}</script>"})]
