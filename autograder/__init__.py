"""Grades submissions. Run from the repository, never installed. The wall between the two sides shows in the folders:
`worker` is untrusted, `judge` is trusted, `sandbox` stands between them."""
