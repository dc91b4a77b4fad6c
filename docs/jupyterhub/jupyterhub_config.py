# On this hub, everybody with an account on this machine gets a server of their own, which runs as that account.
c = get_config()  # noqa: F821  traitlets gives it

c.Authenticator.allow_all = True
# By default, a terminal starts a login shell, and a login shell forgets where the hub's Python and its commands are.
c.Spawner.args = ["--ServerApp.terminado_settings={'shell_command': ['/bin/bash']}"]
c.Spawner.http_timeout = 180  # if a whole class logs in within a minute, the servers start slowly
# The hub listens only on this machine. It needs a web server here, which speaks HTTPS to everybody else.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
