#!/bin/sh
# Starts a part: launch.sh PIDFILE COMMAND... Writes its pid and time of start, then becomes the command.
# Supervisor's own record dies with it; by these files the next `up` finds what it left running.
set -eu
file=$1
shift
# Field 22 is the start in clock ticks: with it, a pid that was given to somebody else is not mistaken for ours.
echo "$$ $(cut -d ' ' -f 22 "/proc/$$/stat")" >"$file"
exec "$@"
