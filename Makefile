# make lab     set everything up, copy the lessons to my/ and open JupyterLab there (PORT=8888, BROWSER=no for no browser)
# make reset LESSON=01_se   start a lesson afresh; your old copy is kept in my/old/
# make quick   a minute of computing after each small change: ruff, mypy, and the tests that notice most at little cost
# make test    set everything up and run what a change is most likely to break (what else is tested: make nightly)
# make nightly everything, one folder of tests/ after the other (PART="judge corruption": only these; PART=notebooks: the solved ones)
# make affected   what to build and to test for what has changed since the last commit on main
# make class   a whole class through nbgrader, in a course of its own below work/class
# make handout   the library for learners, without a solution, in work/library, and the graders for instructors in work/graders
# make build   build every lesson from its source (LESSON=01_se: one); nothing is trained
# make measure LESSON=01_se   run a lesson's experiments again, and keep what they measure (KEEP=1: keep the old numbers)
# make gpu     all that needs a CUDA device, in ten minutes at most; the report is work/gpu.json
# make site    build the course's web pages from the built lessons, below work/site
PYTHON ?= python3
PORT ?= 8888
BROWSER ?= yes
LESSON ?=
PART ?= notebooks $(sort $(patsubst tests/%/,%,$(dir $(wildcard tests/*/test_*.py))))
KEEP ?=

# A process of tests that crashes ends the run: pytest-xdist would start another one, and then wait for ever.
NO_RESTART := --max-worker-restart 0
GROUPED := --dist loadgroup --no-loadscope-reorder $(NO_RESTART)

# Relative, because the folder may have a blank in its name.
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: .venv/lab .venv/grade .venv/site .venv/test lab reset quick test notebooks nightly affected class handout build measure site gpu browser database seccomp

lab: .venv/lab
	$(BIN)/python -m attention_lab.lab --port=$(PORT) $(if $(filter no,$(BROWSER)),--no-browser)

reset: .venv/lab
	$(BIN)/python -m attention_lab.workspace reset course my $(LESSON)

# One process: every other one would first import torch and nbgrader and collect the tests, which takes ten seconds.
quick: .venv/test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -m quick -p no:nbval -p no:anyio

# Six processes, on two cores: much of the time a test waits for a worker, a browser or a limit.
test: .venv/test browser seccomp
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 6 $(GROUPED)
	$(MAKE) notebooks

notebooks: .venv/test
	$(BIN)/python -m tests.notebooks
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 3 --dist loadfile $(NO_RESTART) -p no:cacheprovider --nbval --nbval-cell-timeout=600 work/nbval

nightly: .venv/test browser database seccomp
	$(MAKE) -k $(addprefix nightly-,$(PART))

nightly-notebooks:
	SUITE=nightly CI=true $(MAKE) notebooks

nightly-%:
	SUITE=nightly CI=true $(BIN)/python -m pytest -n 3 $(GROUPED) tests/$*

affected: .venv/test
	@$(BIN)/python -m tests.affected

class: .venv/grade
	$(BIN)/python -m tests.classroom.demonstration

handout: .venv/lab
	rm -rf work/library work/graders
	$(PIP) wheel -q --no-deps -w work/library ./course
	$(PIP) wheel -q --no-deps -w work/graders ./installed
	@ls work/library work/graders

build: .venv/test
	$(BIN)/python -m builder $(LESSON)

measure: .venv/test
	$(BIN)/python -m builder --measure $(LESSON) $(if $(KEEP),--keep)

site: .venv/site
	$(BIN)/python -m docs.site

gpu: .venv/test
	$(BIN)/python -m tests.gpu

# Tools from apt, where apt may be used; tests that miss one say so (and fail in CI).
browser:
	@{ command -v chromium && command -v chromedriver; } > /dev/null || { command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ] && \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-driver > /dev/null; } || \
		echo "No Chromium with chromedriver, and no way to install it here: the browser tests will be left out."

database:
	@{ command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; } > /dev/null 2>&1 || { command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ] && \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql > /dev/null; } || \
		echo "No PostgreSQL server, and no way to install it here: the test of a gradebook on a server will be left out."

seccomp:
	@$(PYTHON) -c "import ctypes.util, sys; sys.exit(not ctypes.util.find_library('seccomp'))" || { command -v apt-get > /dev/null && [ "$$(id -u)" = 0 ] && \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libseccomp2 > /dev/null; } || \
		echo "No libseccomp, and no way to install it here: the tests of that wall will be left out."

# What is installed already is not installed again; what does not work any more is made anew.
.venv/lab .venv/grade .venv/site .venv/test:
	@$(PYTHON) builder/set_up.py $(@F)
