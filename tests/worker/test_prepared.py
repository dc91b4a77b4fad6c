"""What is imported while a question is answered, every worker would import anew: the process that they are forked
from has it."""

import os
import pickle
import subprocess
import sys

from autograder.lessons.course import lessons
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
             if not exercise.like for case in exercise.cases]
    assert {question.device for _, question, _ in asked} == {"cpu", "meta"}
    answered = subprocess.run([sys.executable, "-c", ANSWER], input=pickle.dumps(asked), cwd=ROOT, capture_output=True,
                              env={**os.environ, "MPLBACKEND": "Agg"})
    assert answered.returncode == 0, answered.stderr.decode()
    assert answered.stdout.split() == []


KITS = """
import ast, importlib, sys
from autograder.worker import main
main.prepare("cpu")
broken = sys.argv[1:]
for name in broken:
    sys.modules[name] = None
for topic in sys.stdin.read().split():
    kit = importlib.import_module(f"attention_lab.lessons.{topic}")
    listed = next(ast.literal_eval(node.value) for node in ast.parse(open(kit.__file__).read()).body
                  if isinstance(node, ast.Assign))
    print(topic, *sorted(set(listed) - set(kit.__all__)))
"""


def test_each_page_gets_all_names_of_its_kit_and_one_that_fails_takes_no_other_away():
    def missing(topics, *broken):
        ran = subprocess.run([sys.executable, "-c", KITS, *broken], input=" ".join(topics), cwd=ROOT, text=True,
                             capture_output=True, env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'course'}"})
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.splitlines()
    topics = [lesson.topic for lesson in lessons()]
    assert missing(topics) == topics
    assert missing(["grl"], "attention_lab.lessons.grl.stripes") == ["grl print_reach training_memory"]
