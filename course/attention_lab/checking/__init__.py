"""The machinery behind a check, in five rooms. Each imports only those before it:
form < facts < known < ask < verdict."""
