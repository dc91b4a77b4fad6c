"""Grades submissions. Run from the repository, never installed. Trusted and untrusted code are in different folders:
`worker` is untrusted, `judge` is trusted, and `sandbox` keeps the two apart."""
