"""Record the numbers that the lessons' predictions are compared with. With them, visitors of the site can compare their
own predictions, too.

    python -m docs.site.measure            all lessons, in half an hour
    python -m docs.site.measure 01_se      this one

The solved notebooks hold no predictions, and without a prediction a notebook does not show what was measured. So each
notebook runs again here, up to its last prediction, and predictions.json gets the numbers. (What an experiment measures
depends a little on the processor: run this on the machine that built the lessons.)
"""

from __future__ import annotations

import argparse
import json

import nbformat

from autograder.lessons.course import COURSE, NOTEBOOKS, Lesson, lessons
from builder import notebooks
from builder.run import beside, run
from docs.site.lesson import cells
from docs.site.predictions import RECORDED, compares, keyed, recorded

KIND = "application/vnd.attention-lab.measured+json"
TELL_TALE = f"""
import attention_lab.pictures, attention_lab.pictures.prediction
from attention_lab.pictures import ScorePlot
def tell(predicted, measured, unit):
    display({{"{KIND}": {{"unit": unit, "measured": {{name: float(value) for name, value in measured.items()}}}}}}, raw=True)
attention_lab.pictures.predict_then_run = attention_lab.pictures.prediction.predict_then_run = tell
ScorePlot.show = lambda plot, results, predicted: tell(
    predicted, {{arm: results.mean(arm, plot.measure) for arm in predicted}}, plot.label)
"""  # noqa: E501


def measure(lesson: Lesson) -> dict[str, dict]:
    """{a cell's key: its unit and measured numbers} for every prediction of a lesson."""
    notebook = nbformat.read(NOTEBOOKS / lesson.name / f"{lesson.name}.ipynb", as_version=4)
    others = beside(lesson.name, notebooks.read_source(lesson))  # which names the imports
    keys = {cell["id"]: key for cell, key in keyed(cells(lesson))}
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    asking = [place for place, cell in enumerate(notebook.cells) if compares(cell.source)]
    notebook.cells = notebook.cells[:asking[-1] + 1] if asking else []
    notebook.cells.insert(0, nbformat.v4.new_code_cell(TELL_TALE))
    run(notebook, COURSE / lesson.name, others, experiments=True)
    return {keys[cell.id]: output["data"][KIND] for cell in notebook.cells
            for output in cell.outputs if KIND in output.get("data", {})}


def main() -> None:
    names = {lesson.name: lesson for lesson in lessons()}
    parser = argparse.ArgumentParser(prog="python -m docs.site.measure", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help=", ".join(names))
    chosen = parser.parse_args().lessons or list(names)
    if unknown := sorted({*chosen} - {*names}):
        parser.error(f"no lesson {', '.join(unknown)}; there are {', '.join(names)}")
    for name in chosen:
        measured = measure(names[name])
        found = recorded() | {name: measured}
        RECORDED.write_text(json.dumps(dict(sorted(found.items())), indent=1, ensure_ascii=False) + "\n",
                            encoding="utf-8")
        print(f"{name}: {len(found[name])} predictions", flush=True)


if __name__ == "__main__":
    main()
