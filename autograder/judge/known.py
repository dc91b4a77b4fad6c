"""Known mistakes. Each is asked about a hidden case only when a learner's answer is compared with its own."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from attention_lab.checking.known.fingerprint import WIDTH, Fingerprint
from attention_lab.checking.known.recorded import RecordedCase, RecordedExercise, RecordedMistake
from autograder import recording
from autograder.judge import private
from autograder.judge.depends import unchanged
from autograder.lessons.catalogue import Mistake
from autograder.lessons.topics import Topic, topic

OFTEN = 3  # visible cases


class MistakeAnswers:
    """What the known mistakes of one exercise have answered so far.

    Answers are kept in a file beside the hidden questions, which several processes share. If two of them write at the
    same time, the answers of one are lost, and are asked for again.

    questions: the file of the hidden questions. If it is not there, answers are not kept either.
    """

    def __init__(self, topic: str, exercise: RecordedExercise, questions: Path | None):
        self.topic, self.exercise, self.questions = topic, exercise, questions or Path()
        self.path = self.questions.with_suffix(f".{exercise.name}.json") if questions else Path()
        self.fingerprints: dict[str, dict[int, Fingerprint]] = {}
        self.read_at = 0  # the time of the file that was read last
        self.new = False

    def answer(self, mistake: Mistake, number: int) -> Fingerprint:
        """Returns the fingerprint of what a mistake answers to the case of this number."""
        if number not in self.fingerprints.get(mistake.id, {}):
            self._read()  # another process may have asked meanwhile
        its = self.fingerprints.setdefault(mistake.id, {})
        if number not in its:
            case, reference = self.exercise.cases[number], topic(self.topic).reference
            its[number], self.new = recording.answered(mistake, reference, self.exercise, case), True
        return its[number]

    def _read(self) -> None:
        with suppress(OSError, ValueError, TypeError):
            if (changed_at := self.path.stat().st_mtime_ns) == self.read_at:
                return
            self.read_at = changed_at
            for name, its in json.loads(self.path.read_text()).items():
                known = self.fingerprints.setdefault(name, {})
                for number in its.keys() - set(map(str, known)):
                    digest, rows = its[number]
                    known[int(number)] = digest, torch.tensor(rows, dtype=torch.float64).reshape(-1, WIDTH)

    def mistakes(self) -> list[RecordedMistake]:
        """Returns the known mistakes of the exercise."""
        return [self.recorded(mistake) for mistake in topic(self.topic).mistakes
                if mistake.exercise == self.exercise.name]

    def recorded(self, mistake: Mistake) -> RecordedMistake:
        return RecordedMistake(mistake.id, mistake.sentence, Fingerprints(mistake, self), mistake.grain)

    def keep(self) -> None:
        """Writes new answers to the file."""
        if not self.new or not self.questions.is_file() or not unchanged():
            return
        self._read()
        plain = {name: {number: (digest, rows.tolist()) for number, (digest, rows) in its.items()}
                 for name, its in self.fingerprints.items()}
        with suppress(OSError), private.replacing(self.path) as beside:
            beside.write_text(json.dumps(plain))
        self.new = False


class Fingerprints(Sequence[Fingerprint]):
    """A known mistake's fingerprints by the number of the case."""

    def __init__(self, mistake: Mistake, answers: MistakeAnswers):
        self.mistake, self.answers = mistake, answers

    def __len__(self) -> int:
        return len(self.answers.exercise.cases)

    def __getitem__(self, number: Any) -> Any:
        return self.answers.answer(self.mistake, number)


def unseen(exercise: RecordedExercise, visible: RecordedExercise | None, files: Topic) -> list[str]:
    """Returns the known mistakes that give the right answer to every case of `exercise`, by the chance of its numbers.

    A mistake that shows in several visible cases shows in hidden ones too. So only the others are asked, first about
    the cases that are most like those in which they show, and then about those in which others have shown.

    visible: the learner's exercise with the answers of its mistakes; None if there is none yet.
    """
    shown = {} if visible is None else {
        mistake.id: [_words(case) for i, case in enumerate(visible.cases)
                     if visible.is_wrong(i, mistake.fingerprints[i])]
        for mistake in visible.mistakes}
    words, telling = [_words(case) for case in exercise.cases], [0] * len(exercise.cases)

    def likely(mistake: Mistake, i: int) -> tuple[float, int]:
        return max((len(words[i] & its) for its in shown.get(mistake.id, [])), default=0), telling[i]

    def shows(mistake: Mistake) -> bool:
        for i in sorted(range(len(exercise.cases)), key=lambda i: likely(mistake, i), reverse=True):
            if exercise.is_wrong(i, recording.answered(mistake, files.reference, exercise, exercise.cases[i])):
                telling[i] += 1
                return True
        return False

    return [mistake.id for mistake in files.mistakes if mistake.exercise == exercise.name
            and len(shown.get(mistake.id, [])) < OFTEN and not shows(mistake)]


def _words(case: RecordedCase) -> set[str]:
    """Returns the words that say what is special about a case."""
    return {case.check, *re.findall(r"[a-z_]+", case.label.partition("(")[0])}
