#!/bin/sh
# As the instructor, in the clone: nobody else may enter it, and nbgrader's pages, for this account alone, are about the course in it.
set -eu
: "${HUB:=/opt/attention}"

chmod 700 .
ln -sfn "$HUB" .venv
mkdir -p work ~/.jupyter/jupyter_server_config.d
cp "$HUB/etc/jupyter/nbgrader_config.py" work/
echo "get_config().CourseDirectory.root = '$PWD'" > ~/.jupyter/nbgrader_config.py
# `jupyter server extension enable --user` refuses what is not in a file of the account yet, and ends with 0 (jupyter_server 2.21).
echo '{"ServerApp": {"jpserver_extensions": {"nbgrader.server_extensions.formgrader": true}}}' \
    > ~/.jupyter/jupyter_server_config.d/formgrader.json
