"""What is asked and what is answered: questions, observations, values and their bounds, packed one way."""
