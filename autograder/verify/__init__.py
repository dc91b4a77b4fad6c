"""Whether the card that a learner's capstone writes is true of their notebooks."""
