"""What is imported while a question is answered, every worker would import anew: the process that they are forked
from has it."""

import os
import pickle
import subprocess
import sys

from tests.conftest import ROOT
from tests.hidden import graders

LESSON = "01_se"
ANSWER = """
import pickle, sys
from attention_lab.checking.ask.observe import observe
from autograder.worker import main
from solutions.se import reference
asked = pickle.load(sys.stdin.buffer)
main.prepare("cpu")
before = set(sys.modules)
for name, question, tensors in asked:
    observe(getattr(reference, name), question, tensors, vars(reference))
import matplotlib.pyplot as plt
plt.figure()
print(*sorted(set(sys.modules) - before))
"""


def test_an_answer_and_a_figure_import_nothing():
    asked = [(exercise.name, case.question, case.tensors) for exercise in graders(LESSON).exercises
             for case in exercise.cases]
    assert {question.device for _, question, _ in asked} == {"cpu", "meta"}
    answered = subprocess.run([sys.executable, "-c", ANSWER], input=pickle.dumps(asked), cwd=ROOT, capture_output=True,
                              env={**os.environ, "MPLBACKEND": "Agg"})
    assert answered.returncode == 0, answered.stderr.decode()
    assert answered.stdout.split() == []
