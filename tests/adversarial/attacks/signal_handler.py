"""Sets a timer whose handler raises exceptions into whatever code is running then."""
# wins: harm
# %% first
import signal


def interrupt(*_):
    raise KeyboardInterrupt


attempt(signal.signal, signal.SIGALRM, interrupt)
attempt(signal.setitimer, signal.ITIMER_REAL, 0.02, 0.02)
