#!/bin/sh
# Run this as root, in the instructor's clone. It makes one environment for the hub, its learners and the instructor. It also makes
# the exchange, the folder through which lessons go out and work comes back. To use other places, set HUB and EXCHANGE.
# Only this file sets the versions of the hub and of its proxy.
set -eu
umask 022
: "${HUB:=/opt/attention}" "${EXCHANGE:=/srv/nbgrader/exchange}"

# This takes the system's own Python, because learners could not run a Python in somebody's home folder.
/usr/bin/python3 -m venv "$HUB"
"$HUB/bin/pip" install -q 'pip>=25.1'
"$HUB/bin/pip" install -q -c constraints.txt ./course --group grade jupyterhub==6.1.1
npm install --silent --global --prefix "$HUB" configurable-http-proxy@5.3.0

# This makes the command `autograder` that docs/instructors/jupyterhub.md uses. It works in the clone in which it is typed, because
# the clone's .venv is this environment.
printf '#!/bin/sh\nPYTHONPATH=.:course exec "%s/bin/python" -m autograder "$@"\n' "$HUB" > "$HUB/bin/autograder"
chmod +x "$HUB/bin/autograder"

# The instructor's pages are only for the instructor, so they are switched off here. instructor.sh switches them on for one account.
"$HUB/bin/jupyter" server extension disable --sys-prefix nbgrader.server_extensions.formgrader
"$HUB/bin/jupyter" labextension disable --level=sys_prefix @jupyter/nbgrader:formgrader @jupyter/nbgrader:create-assignment

# Everybody may put files into the exchange, but nobody may remove another account's files.
mkdir -p "$EXCHANGE"
chmod 1777 "$EXCHANGE"
# But the course's own folder there belongs to the instructor, who owns this clone. Whoever owns that folder decides what learners fetch.
[ -e "$EXCHANGE/attention" ] || { mkdir "$EXCHANGE/attention"; chown "$(stat -c %u:%g .)" "$EXCHANGE/attention"; }
sed "s|/srv/nbgrader/exchange|$EXCHANGE|" docs/jupyterhub/nbgrader_config.py > "$HUB/etc/jupyter/nbgrader_config.py"
