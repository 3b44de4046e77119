#!/bin/sh
# Runs a cmocka program. cmocka 1.1 writes a skipped test as "not ok N # SKIP name", which readers
# of TAP take for a failure; here it becomes the "ok N - name # SKIP" that it means.
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
"$@" >"$out"
status=$?
sed 's/^not ok \([0-9]*\) # SKIP \(.*\)/ok \1 - \2 # SKIP not possible here/' "$out"
exit $status
