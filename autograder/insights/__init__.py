"""What a class got wrong in a lesson: from the verdicts that grading has kept to a page and a table."""
