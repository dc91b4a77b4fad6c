"""Reads what somebody else handed in."""
# wins: secret
# %% first
import re

for found in re.findall(r"planted-[0-9a-f]{32}", attempt(lambda: open(OTHER).read()) or ""):
    tell(found)
