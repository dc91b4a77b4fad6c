"""The whole way of a check: record a reference's answers, save them, load them, judge an answer by them."""

import importlib.util
import sys
from textwrap import dedent
from types import ModuleType

from attention_lab.checking.known import recorded
from attention_lab.checking.verdict import judging, report, verdict
from attention_lab.notebook.check import asker
from autograder import recording
from autograder.lessons.catalogue import Mistake

IMPORTS = "import math\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"


class Way:
    """One exercise, recorded below `folder`. reference: a module, or the source of one (torch, nn and F are imported
    for it)."""

    def __init__(self, folder, reference: ModuleType | str, name: str, *cases, uses=(),
                 mistakes: tuple[Mistake, ...] = (), shares: dict[str, int] | None = None):
        self.reference = _module(folder / "reference.py", reference) if isinstance(reference, str) else reference
        self.name, self.path = name, folder / recorded.FOLDER
        self.path.mkdir(exist_ok=True)
        exercise = recording.record_exercise(name, cases, 10.0, self.reference, mistakes, uses)
        exercise.shares = shares or {}
        (self.path / f"{name}{recorded.SUFFIX}").write_bytes(recorded.to_bytes(exercise, "seams", "Seams"))

    def namespace(self, answer: str) -> dict:
        """The notebook's global names once the reference's cells and then the answer's were run."""
        return recording.run_source(dedent(answer), self.reference, "answer")

    def judge(self, answer: str, secret: bool = False) -> verdict.Verdict:
        names = self.namespace(answer)
        exercise = recorded.load(self.path, self.name)
        return judging.judge(exercise, asker(names[self.name], names), secret)

    def right(self, answer: str) -> verdict.Verdict:
        judged = self.judge(answer)
        assert judged.points == judged.max_points and all(c.outcome == "passed" for c in judged.checks), report.text(
            judged
        )
        return judged

    def wrong(self, answer: str, *telling: str, never: tuple[str, ...] = ()) -> verdict.Verdict:
        """The answer loses points, and the report holds each of the `telling` parts and none of the others."""
        judged = self.judge(answer)
        said = report.text(judged)
        assert judged.points < judged.max_points, said
        for part in telling:
            assert part in said, f"{part!r} is not in:\n{said}"
        for part in never:
            assert part not in said, f"{part!r} is in:\n{said}"
        return judged


def _module(path, source: str) -> ModuleType:
    path.write_text(IMPORTS + dedent(source) + "\n")
    spec = importlib.util.spec_from_file_location(f"reference_{path.parent.name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where inspect looks for the source of a class
    spec.loader.exec_module(module)
    return module
