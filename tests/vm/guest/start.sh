#!/bin/sh
# The script that the rig runs; the cases themselves are a directory beside it.
exec /root/guest/main.sh "$@"
