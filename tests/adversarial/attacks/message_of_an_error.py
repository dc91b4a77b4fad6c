"""Raises an error whose message is HTML that runs."""
# wins: page
# %% squeeze
def squeeze(x):
    raise RuntimeError("<img src=x onerror=window.pwned=1><script>window.pwned=1</script> `</code><svg "
                       "onload=window.pwned=1>`")
