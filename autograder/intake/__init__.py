"""The way in for strangers' files."""
