"""The TRUSTED side: puts hidden questions to a worker, compares, decides."""
