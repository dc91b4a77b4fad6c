# The hub: everybody with an account on this machine, each with a server of their own that runs as themselves.
c = get_config()  # noqa: F821  traitlets gives it

c.Authenticator.allow_all = True
# A login shell, a terminal's default, forgets where the hub's Python and its commands are.
c.Spawner.args = ["--ServerApp.terminado_settings={'shell_command': ['/bin/bash']}"]
c.Spawner.http_timeout = 180  # a class that logs in at the same minute has slow servers
# for a web server on the same machine, which speaks HTTPS to the others
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
