"""What a learner calls in a lesson.

How check(SEBlock) works
========================

The course's authors have run the reference and every known mistake on the visible cases. They keep the inputs,
weights, outputs and gradients, what each sub-module received and returned, and a fingerprint of each mistake's
answers. check loads the reference's weights into the learner's module (known/weights.py) and runs it on the same
cases (observe.py). differences.py and compare.py find out how the answers differ, the explainers name causes, writer.py
words the verdict, verdict.py counts the points, and report.py draws the report. No code of the reference is on the
learner's machine.
"""
