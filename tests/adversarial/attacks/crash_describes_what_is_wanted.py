"""Replaces attention_lab.checking.ask.crash.describe by something that no frame can hold."""
# wins: harm
# %% first
import attention_lab.checking.ask.crash

nonsense = {"type": "\ud800" * 100_000, "message": {}, "numbers": list(range(10**6)), "line": object()}
attention_lab.checking.ask.crash.describe = lambda *arguments: nonsense
# %% squeeze
def squeeze(x):
    raise KeyboardInterrupt
