"""A student's feedback page: one file that needs no other file, no network and no script."""
