"""A class of attackers and one honest pupil, graded by nbgrader's own commands as we set them up, and looked at from
outside meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from autograder.judge.judge import Judge
from autograder.submission import notebook
from tests.classroom.course import OURS, Course
from tests.classroom.pupils import FULL, LESSON, NAMES, Pupil, notebook_of

from .harness import ENVIRONMENT, World, honest_pupil
from .outcomes import twin_of
from .tables import Attack
from .traces import Watch

# So short that the attacks on them take a few seconds each. All of them count a submission's own time, so that nothing
# depends on how busy the machine is. A name that is gone is an error.
LIMITS = {"QUESTION_CPU": 1.5, "QUESTION_WALL": 3.0, "NOTEBOOK_CPU": 8.0, "NOTEBOOK_OWN": 10.0}
# No machine is called busy here: what meets a limit on a busy one gets no mark at all, which is no attack's doing.
SETTINGS = OURS + """
from autograder.judge import judge
from autograder.sandbox import budget, limits
assert budget.BUSY
budget.BUSY = float("inf")
for name, value in {limits!r}.items():
    assert isinstance(getattr(limits, name), float), name
    setattr(limits, name, value)
assert judge.class_seed
judge.class_seed = lambda _: {seed!r}
"""
HANGING = 3600.0  # seconds after which a command of nbgrader is taken to hang


class AttackedCourse(Course):
    """The course with every attacker's submission, in a world of planted secrets."""

    def __init__(self, folder: Path, world: World):
        super().__init__(folder, settings=SETTINGS.format(seed=world.secrets["seed"], limits=LIMITS))
        self.world = world
        world.gradebook = folder / "gradebook.db"
        world.other = folder / "submitted/ada" / LESSON / f"{LESSON}.ipynb"
        self.watch = Watch((str(world.scratch), world.token), world.scratch)

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, ENVIRONMENT: self.world.secrets["environment"],
                "TMPDIR": str(self.world.scratch)}

    def nbgrader(self, *arguments: str) -> subprocess.CompletedProcess:
        """As Course does it, but a command that hangs is ended and has no returncode of 0."""
        process = subprocess.Popen([sys.executable, "-m", "nbgrader", *arguments], cwd=self.folder,
                                   env=self.environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            printed, _ = process.communicate(timeout=HANGING)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            printed = process.communicate()[0] + "\nIt hung, and was ended."
        finally:
            if process.poll() is None:  # the tests were interrupted
                os.killpg(process.pid, 9)
        return subprocess.CompletedProcess(process.args, process.returncode, printed, printed)

    def points(self, student: str) -> dict[str, float | None]:
        """By exercise, as the gradebook holds them; None where there is no score.
        KeyError for a student without a submission."""
        with self.gradebook() as gradebook:
            grades = {grade.name: grade for grade in gradebook.find_submission_notebook(LESSON, LESSON, student).grades}
            slots = notebook.lesson(LESSON).exercises
            assert set(grades) == {slot.check_id for slot in slots}, (student, set(grades))
            return {slot.name: grades[slot.check_id].auto_score for slot in slots}

    def gradebook_bytes(self) -> bytes:
        return (self.folder / "gradebook.db").read_bytes()

    def written_for(self, student: str) -> str:
        """Everything in the folders of a student's graded notebook and feedback."""
        folders = [self.autograded(student).parent, self.feedback(student).parent]
        assert all(folder.is_dir() for folder in folders), folders
        return "\n".join(path.read_text(errors="replace") for folder in folders for path in folder.rglob("*")
                         if path.is_file())


def honest_points(judge: Judge, attacks: list[Attack]) -> dict[str, dict[str, float]]:
    """What the answers are worth without the tricks, by the twin's name and exercise."""
    found: dict[str, dict[str, float]] = {}
    # it judges at all
    assert judge.grade(notebook_of(Pupil("ada", "everything right", FULL)), LESSON).points == sum(FULL)
    for attack in attacks:
        if (twin := twin_of(attack)) not in found:
            result = judge.grade(notebook_of(honest_pupil(attack)), LESSON)
            assert result.error is None, result.error
            found[twin] = {name: result.verdicts[name].points for name in NAMES}
    return found


def attacked(folder: Path, world: World, attacks: list[Attack]) -> tuple[AttackedCourse,
                                                                         list[subprocess.CompletedProcess]]:
    """The course after `autograde` and `generate_feedback`, and how these commands ended."""
    course = AttackedCourse(folder, world)
    course.release()
    course.collect([world.ada, *map(world.pupil, attacks)])
    for attack in attacks:
        world.furnish(attack, folder / "submitted" / attack.name / LESSON)
    with course.watch:
        commands = [course.nbgrader("autograde", LESSON), course.nbgrader("generate_feedback", LESSON)]
    return course, commands
