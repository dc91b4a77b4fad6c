# These are nbgrader's settings for everybody on the hub. install.sh puts this file where all accounts find it.
# instructor.sh copies it into work/, where nbgrader reads it after the course's own settings.
c = get_config()  # noqa: F821  traitlets gives it

c.CourseDirectory.course_id = "attention"
c.Exchange.root = "/srv/nbgrader/exchange"
