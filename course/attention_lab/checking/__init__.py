"""The machinery behind a check, in five packages. Each imports only those before it:
form < facts < known < ask < verdict."""
