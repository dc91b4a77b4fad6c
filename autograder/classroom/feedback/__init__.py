"""A student's page of feedback: one file that needs no other, no network and no script."""
