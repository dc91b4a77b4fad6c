"""Breaks json in the worker, so that no answer can be written."""
# wins: harm
# %% squeeze
import json


def squeeze(x):
    json.dumps = json.loads = None
    json.JSONEncoder.encode = json.JSONDecoder.decode = None
    return x
