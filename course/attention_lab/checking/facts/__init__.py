"""How two tensors differ: facts, and the one place where facts become words."""
