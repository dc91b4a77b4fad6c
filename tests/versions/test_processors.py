"""What is recorded holds on other processors too: other instructions, other kernels of torch, other numbers of threads.

Each variation is a new process, because torch chooses its kernels when it is loaded. Nightly: `-k` chooses one.
"""

import os
import subprocess
import sys

import pytest

from autograder.lessons.course import lessons
from tests.conftest import ROOT

VARIATIONS = {
    "no-vector-instructions": {"ATEN_CPU_CAPABILITY": "default"},
    "avx2": {"ATEN_CPU_CAPABILITY": "avx2"},
    "onednn-avx2": {"ONEDNN_MAX_CPU_ISA": "AVX2"},
    "onednn-sse41": {"ONEDNN_MAX_CPU_ISA": "SSE41"},
    "mkl-compatible": {"MKL_CBWR": "COMPATIBLE"},
    "mkl-avx2": {"MKL_ENABLE_INSTRUCTIONS": "AVX2"},
    "mkl-sse42": {"MKL_ENABLE_INSTRUCTIONS": "SSE4_2"},
    "one-thread": {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
    "two-threads": {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"},
    "old-everywhere": {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "MKL_CBWR": "COMPATIBLE"},
}
pytestmark = pytest.mark.nightly
# The mistakes that are nothing but a coarser dtype; some answers of the bank.
TELLING = "half] or float32 or made-anew or squeeze--"
NAMES = [lesson.name for lesson in lessons()]


@pytest.mark.parametrize("variation", VARIATIONS)
def test_recorded_checks_hold_on_another_processor(variation):
    """With each variation some lessons are recorded, all of which takes an hour;
    what tells most is asked of all lessons."""
    dealt = NAMES[list(VARIATIONS).index(variation)::len(VARIATIONS)]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
               "-k", f"{TELLING} or recorded_checks and ({' or '.join(dealt)})",
               "tests/course/test_built.py", "tests/course/test_recorded_checks.py",
               "tests/lessons/test_catalogue.py"]
    environment = {**os.environ, **VARIATIONS[variation], "SUITE": "nightly"}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, f"with {VARIATIONS[variation]}:\n{ran.stdout[-8000:]}{ran.stderr[-2000:]}"
