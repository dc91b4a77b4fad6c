"""nbgrader for this course: `.venv/bin/nbgrader autograde 01_se` in this folder. All that it writes lies below work/.

`nbgrader autograde` ends with 0 where every submission was recorded, whatever state it was in; with 1 where one could
not be (the others are). Start JupyterLab in this folder for formgrader. A class's own settings (its gradebook on a
server, late penalties, ...) go to work/nbgrader_config.py, which is read last and is not under version control.
"""

import sys
from pathlib import Path

c = get_config()  # noqa: F821  traitlets gives it

root = Path(__file__).resolve().parent
sys.path[:0] = [path for path in (str(root), str(root / "course")) if path not in sys.path]

from autograder.classroom import nbgrader_plugin  # noqa: E402

work = root / "work"
(work / "exchange").mkdir(parents=True, exist_ok=True)

c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "attention"
c.CourseDirectory.db_url = f"sqlite:///{work / 'gradebook.db'}"
c.CourseDirectory.source_directory = "solutions/notebooks"
for step in ("release", "submitted", "autograded", "feedback", "source_with_tests", "solution"):
    setattr(c.CourseDirectory, f"{step}_directory", f"work/{step}")
c.ZipCollectApp.downloaded_directory = "work/downloaded"
c.Exchange.root = str(work / "exchange")

nbgrader_plugin.configure(c)

if (work / "nbgrader_config.py").exists():
    load_subconfig("nbgrader_config.py", path=str(work))  # noqa: F821
