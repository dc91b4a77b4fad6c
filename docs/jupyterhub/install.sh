#!/bin/sh
# As root, in the instructor's clone: one environment for the hub, its learners and the instructor, and the folder through which
# lessons go out and work comes back. HUB and EXCHANGE name other places. Which versions: here, and nowhere else.
set -eu
umask 022
: "${HUB:=/opt/attention}" "${EXCHANGE:=/srv/nbgrader/exchange}"

# The system's own Python: learners could not run one that lies in somebody's home.
/usr/bin/python3 -m venv "$HUB"
"$HUB/bin/pip" install -q 'pip>=25.1'
"$HUB/bin/pip" install -q -c constraints.txt ./course --group grade jupyterhub==6.1.1
npm install --silent --global --prefix "$HUB" configurable-http-proxy@5.3.0

# The commands of docs/instructors/jupyterhub.md, in the clone that they are typed in; it has this environment as .venv.
printf '#!/bin/sh\nPYTHONPATH=.:course exec "%s/bin/python" -m autograder "$@"\n' "$HUB" > "$HUB/bin/autograder"
chmod +x "$HUB/bin/autograder"

# The pages of the instructor are for the instructor: instructor.sh brings them back for one account.
"$HUB/bin/jupyter" server extension disable --sys-prefix nbgrader.server_extensions.formgrader
"$HUB/bin/jupyter" labextension disable --level=sys_prefix @jupyter/nbgrader:formgrader @jupyter/nbgrader:create-assignment

# Everybody may put something there, and nobody may remove what is somebody else's.
mkdir -p "$EXCHANGE"
chmod 1777 "$EXCHANGE"
# But the course's own folder there belongs to the instructor, who owns this clone. Its owner decides what learners fetch.
[ -e "$EXCHANGE/attention" ] || { mkdir "$EXCHANGE/attention"; chown "$(stat -c %u:%g .)" "$EXCHANGE/attention"; }
sed "s|/srv/nbgrader/exchange|$EXCHANGE|" docs/jupyterhub/nbgrader_config.py > "$HUB/etc/jupyter/nbgrader_config.py"
