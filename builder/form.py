"""What a page's cells should be like, so that they can be read: said by the build, and held by a test."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from builder import cells

LONGEST_LINE, MOST_WORDS, LEAST_ALT = 96, 260, 20
WORDS, HINTS = (70, 200), (2, 3)  # before an exercise's stub; below its check


def complaints(notebook: NotebookNode) -> list[str]:
    """Returns a sentence for each cell that is hard to read; empty if there is none.

    Code has at most 96 characters a line, prose is at most a screen, folds close, and a figure has a text for those who
    do not see it. An exercise has 70 to 200 words before its stub, two or three folded hints below its check, and a row
    in the table of parts in the first cell.
    """
    worth = sum(cell.metadata.nbgrader.points for cell in notebook.cells if cells.exercise_of(cell))
    found = [f"the first cell says {says[0]}, and its exercises have {worth:g} points" for says in
             re.finditer(r"\b([\d.]+) points? · difficulty", notebook.cells[0].source) if float(says[1]) != worth]
    for place, cell in enumerate(notebook.cells):
        begin = f"the cell that begins {cell.source.partition(chr(10))[0][:60]!r}"
        if cell.cell_type == "code":
            if (longest := max(map(len, cell.source.split("\n")))) > LONGEST_LINE:
                found.append(f"{begin}: a line of {longest} characters, at most {LONGEST_LINE}")
        else:
            unfolded = re.sub(r"<details>.*?</details>", "", cell.source, flags=re.DOTALL)
            if (words := len(unfolded.split())) > MOST_WORDS:
                found.append(f"{begin}: {words} words, at most {MOST_WORDS}")
            if cell.source.count("<details>") != cell.source.count("</details>"):
                found.append(f"{begin}: close each fold")
            found += [f"{path} needs a text of more than {LEAST_ALT} characters for those who do not see it"
                      for alt, path in re.findall(r"!\[(.*?)\]\((.*?)\)", cell.source) if len(alt) <= LEAST_ALT]
        if cell.metadata.get("nbgrader", {}).get("grade"):
            name = cells.exercise_of(cell)
            if not re.search(rf"-{name}\)|`{name}`", notebook.cells[0].source):
                found.append(f"the table of parts in the first cell does not name {name}")
            before, below = (notebook.cells[at].source if at < len(notebook.cells) else "" for at in (place - 2,
                                                                                                   place + 1))
            words = len(re.sub(r"!\[.*?\]\(.*?\)|```.*?```", "", before, flags=re.DOTALL).split())
            if not WORDS[0] <= words <= WORDS[1]:
                found.append(f"{words} words before the stub of {cell.source}, not {WORDS[0]} to {WORDS[1]}")
            if not HINTS[0] <= (hints := below.count("<summary>Hint")) <= HINTS[1]:
                found.append(f"{hints} hints below {cell.source}, not {HINTS[0]} to {HINTS[1]}")
    return found
