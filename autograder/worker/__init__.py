"""The UNTRUSTED side: what runs in a learner's process. Sent there as text;
imports nothing of the repository but attention_lab."""
