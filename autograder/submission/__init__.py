"""From any file that was handed in to the cells that are run."""
