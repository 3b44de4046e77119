#!/bin/sh
# How fast raw logs are counted: the excerpt again and again, each time later, to LINES lines.
# usage: prep.sh [LINES [DIRECTORY]]      (15000000 lines, 990 MB, in $TMPDIR or /tmp)
# ODDHOURS_BUILDDIR says where the program is. The log is kept for the next time.
set -eu
source=${ODDHOURS_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
oddhours=${ODDHOURS_BUILDDIR:-$source/build}/oddhours
lines=${1:-15000000}
log=${2:-${TMPDIR:-/tmp}}/oddhours-bench-$lines.txt

if [ ! -s "$log" ]; then
    gzip -dc "$source/data/lanl_auth_50000.txt.gz" | awk -v n="$lines" '
        { c = index($0, ","); t[NR] = substr($0, 1, c - 1); r[NR] = substr($0, c) }
        END { while (i < n) {
                  for (k = 1; k <= NR && i < n; k++) { print t[k] + shift r[k]; i++ }
                  shift += t[NR] } }' >"$log.part"
    mv "$log.part" "$log"
fi
cat "$log" >/dev/null # into the page cache

measure() { # measure NAME COMMAND...
    name=$1
    shift
    for turn in 1 2 3; do
        /usr/bin/time -f "%e %U %S %M" -o "$log.time" "$@" >/dev/null
        awk -v n="$lines" -v name="$name" -v turn="$turn" '{
            printf "%-18s %d  %6.2f s  %5.2f million lines/s  processor %5.2f s  peak %d MiB\n",
                   name, turn, $1, n / $1 / 1e6, $2 + $3, $4 / 1024 }' "$log.time"
    done
}

for threads in 1 2; do
    measure "plain, $threads thread(s)" "$oddhours" prep -q --threads "$threads" "$log" -o -
done
gzip -1c "$log" >"$log.gz"
measure 'gzip alone' gzip -dc "$log.gz"
measure '.gz' "$oddhours" prep -q "$log.gz" -o -
rm -f "$log.gz" "$log.time"
