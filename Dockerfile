# The course and its grader in a container; docs/instructors/sandbox.md has the line to run it.
# Where that base can't be pulled, BASE names another: a Debian 12 with python3 and python3-venv.
ARG BASE=python:3.11-slim-bookworm
FROM ${BASE}

RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends libseccomp2 make && rm -rf /var/lib/apt/lists/*

WORKDIR /attention
# What is installed comes first, so that a changed page installs nothing anew.
COPY Makefile constraints.txt pyproject.toml ./
COPY builder/start.py builder/set_up.py builder/
COPY course/pyproject.toml course/hatch_build.py course/
COPY course/attention_lab course/attention_lab
RUN make .venv/grade
COPY . .
RUN useradd --create-home grader && mkdir -p work && chown grader work

# Not root: what a submission might break out of should be worth nothing. Who runs it as themselves (--user) has no home in here.
USER grader
ENV PATH=/attention/.venv/bin:$PATH HOME=/tmp
CMD ["autograder", "doctor"]
