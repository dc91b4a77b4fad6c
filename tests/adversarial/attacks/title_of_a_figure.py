"""Answers with a text of HTML, where a tensor is asked for."""
# wins: page
# %% squeeze
def squeeze(x):
    raise AssertionError("</div></div><script>window.pwned=1</script><img src='x' onerror='window.pwned=1'>" * 3)
# %% SEBlock
def SEBlock(*_, **__):
    return "<img src=x onerror=window.pwned=1>"
