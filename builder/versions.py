"""The table in docs/versions.md, made from docs/versions.toml. It shows which versions have been tried, and where."""

from __future__ import annotations

import tomllib
from typing import Any

from autograder.lessons.course import ROOT

ROWS = ROOT / "docs/versions.toml"
TRIED = {"tested": "**tested**", "sample": "by sampling", "reading": "by reading", "not": "not tried"}


def rows() -> list[dict[str, Any]]:
    """The rows of the file, in its order."""
    return tomllib.loads(ROWS.read_text(encoding="utf-8"))["row"]


def table() -> str:
    """Returns all rows. Those that are tested come first, and those that nobody has tried come last."""
    lines = ["| tried | for | Python | torch | build | system | front end | what that means |",
             "|---|---|---|---|---|---|---|---|"]
    for row in sorted(rows(), key=lambda row: list(TRIED).index(row["tried"])):
        evidence = [f"`{name}`" for name in row.get("by", [])] + ([f"read on {row['on']}"] if "on" in row else [])
        says = "; ".join(filter(None, [row["says"], ", ".join(evidence)]))
        lines.append("| " + " | ".join([TRIED[row["tried"]],
                                        *(row[key] for key in ("use", "python", "torch", "build", "system", "front")),
                                         says]) + " |")
    return "\n".join(lines)
