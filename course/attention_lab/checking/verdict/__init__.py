"""From answers to points, a recognised mistake and a report."""
