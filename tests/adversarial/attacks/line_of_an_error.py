"""Fails in a line whose source, variables and shapes are shown, with HTML in the line and in the file's name."""
# wins: page
# %% squeeze
def squeeze(x):
    return x @ x.mean("</pre><img src=x onerror=window.pwned=1>")  # <script>window.pwned=1</script>
# %% Excitation
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        raise KeyError("<img src=x onerror=window.pwned=1>")
