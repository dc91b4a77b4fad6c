"""What can be the cause of a wrong answer. Each file knows one kind of cause, and nothing of the others."""
