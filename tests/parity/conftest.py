"""One line at the end of a run: cases passed and skipped, and the largest error of each system."""
from collections import Counter


def pytest_terminal_summary(terminalreporter):
    counts, largest = Counter(), {}
    for outcome in "passed", "failed", "skipped":
        for report in terminalreporter.getreports(outcome):
            properties = dict(report.user_properties)
            if "parity" not in properties:
                continue
            system, has_adapter = properties["parity"]
            counts[outcome if has_adapter else "not there"] += 1
            if "largest error" in properties:
                largest[system] = max(largest.get(system, 0.0), properties["largest error"])
    if counts:
        errors = ", ".join(f"{system} {error:.1e}" for system, error in sorted(largest.items())) or "none"
        terminalreporter.write_line(
            f"parity: {counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped by rule, "
            f"{counts['not there']} skipped as the lesson is not there yet; largest error: {errors}"
        )
