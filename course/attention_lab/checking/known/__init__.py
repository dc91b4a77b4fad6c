"""What is known of the right answer: recorded cases, weights and where they belong, fingerprints of mistakes."""
