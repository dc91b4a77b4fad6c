"""Searches its own memory for secrets that were there before it was started."""
# wins: secret
# %% first
import re


def search(pid):
    wanted = re.compile(b"planted" + rb"-[0-9a-f]{32}")
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            begin, end = (int(part, 16) for part in line.split()[0].split("-"))
            if (
                " rw" in line
                and end - begin < 1 << 26
                and ("heap" in line or "stack" in line or line.split()[-1] == "0")
            ):
                memory.seek(begin)
                for found in set(wanted.findall(attempt(memory.read, end - begin) or b"")):
                    tell(found.decode())


attempt(search, "self")
