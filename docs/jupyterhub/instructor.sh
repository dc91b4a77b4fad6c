#!/bin/sh
# Run this as the instructor, in the clone. It closes the clone to everybody else. It also switches on nbgrader's pages for this
# account alone, and they show the course in this clone.
set -eu
: "${HUB:=/opt/attention}"

chmod 700 .
ln -sfn "$HUB" .venv
mkdir -p work ~/.jupyter/jupyter_server_config.d
cp "$HUB/etc/jupyter/nbgrader_config.py" work/
echo "get_config().CourseDirectory.root = '$PWD'" > ~/.jupyter/nbgrader_config.py
# `jupyter server extension enable --user` refuses an extension until one of the account's files names it. It ends with exit
# status 0 even if it refuses (jupyter_server 2.21).
echo '{"ServerApp": {"jpserver_extensions": {"nbgrader.server_extensions.formgrader": true}}}' \
    > ~/.jupyter/jupyter_server_config.d/formgrader.json
