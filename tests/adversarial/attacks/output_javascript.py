"""Saves outputs of JavaScript."""
# wins: page
# %% notebook
find(nb, "squeeze-check").outputs = [new_output("display_data", {"application/javascript": PWN}),
                                     new_output("execute_result", {"text/plain": "0.0"}, execution_count=1)]
