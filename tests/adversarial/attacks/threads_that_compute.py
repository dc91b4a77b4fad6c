"""Spreads its computing over threads that go on when the answer has been given."""
# wins: harm
# %% first
import threading

import torch


def compute():
    while True:
        torch.ones(500, 500) @ torch.ones(500, 500)


threads = [threading.Thread(target=compute, daemon=False) for _ in range(4)]
for thread in threads:
    thread.start()
