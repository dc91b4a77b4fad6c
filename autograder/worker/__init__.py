"""The UNTRUSTED side: the code that runs in a learner's process. It is sent there as text, and imports nothing from the
repository except attention_lab."""
