"""The report that lesson 00 draws is the one that a learner gets."""

from attention_lab.checking.known import recorded
from attention_lab.checking.verdict import report
from attention_lab.notebook.check import verdict_on
from autograder.lessons.course import files_of
from solutions.warmup.figures import report as drawing


def test_its_sentences_are_those_of_the_check(tmp_path):
    space = {"__name__": "learner"}
    exec("def global_average_pool(x):\n    return x.mean(dim=(1, 2))", space)
    said = report.text(verdict_on(space["global_average_pool"], files_of("00_warmup") / recorded.FOLDER))
    drawn = drawing()
    for line in ("0 of 2 points", "Your function averages over axes 1 and 2, the channels and the rows.",
                 "Axes are counted from 0, so H and W are 2 and 3.", "With shape (2, 3, 4, 5):",
                 "Expected shape (2, 3), got (2, 5).", "Wrong on 8 of 8 cases"):
        assert line in said and line in drawn, line
