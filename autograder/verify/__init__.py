"""Tests whether the card that a learner's capstone wrote agrees with their notebooks."""
