#!/bin/sh
# How oddhours grows: with the rows, and with the share of rows that repeat an earlier one.
#
# usage: growth.sh [-n RUNS] [-d DIR] [SIZE:REPEATS...]
#   -n RUNS   runs of each; the best of each stage counts (2)
#   -d DIR    where tables go ($TMPDIR or /tmp); each is removed after its runs
#   SIZE:REPEATS   rows, and "own" (what the generator gives) or 0, 90 or 99 per cent of repeats
set -eu
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/bench/measure.sh"

runs=2 directory=${TMPDIR:-/tmp}
while getopts n:d: option; do
    case $option in
        n) runs=$OPTARG ;;
        d) directory=$OPTARG ;;
        *) die 'see the head of this file' ;;
    esac
done
shift $((OPTIND - 1))
if [ $# -eq 0 ]; then
    set -- 1000000:own 5000000:own 10000000:own 42866142:own \
        1000000:0 1000000:90 1000000:99 5000000:0 5000000:90 5000000:99
fi
result=$directory/oddhours-bench-growth
trap 'rm -rf "$result".*' EXIT

machine
echo
awk 'BEGIN { printf "%9s %4s %6s %6s %7s %7s %7s %7s %7s %7s %7s %8s %7s\n", "rows", "rep.", "read",
    "scale", "iforest", "autoenc", "lof", "ensem", "write", "all", "proc.", "MiB", "B/row" }'
for wanted in "$@"; do
    rows=${wanted%:*} repeats=${wanted#*:}
    bytes=60
    [ "$repeats" != 0 ] || bytes=200
    if ! room "$rows" $bytes; then
        printf '%9d %4s left out: disk or memory are short\n' "$rows" "$repeats"
        continue
    fi
    input=$(table "$rows" "$repeats")
    run=1
    while [ $run -le "$runs" ]; do
        measure "$input" "$result.$run"
        run=$((run + 1))
    done
    rm "$input"
    fastest "$result" "$runs"
    awk -F'\t' -v rows="$rows" -v repeats="$repeats" '
        { t[$1] = $2 }
        END { printf "%9d %4s %6.2f %6.2f %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f %7.2f %8d %7.1f\n",
                  rows, repeats, t["read"], t["scale"], t["iforest fit"] + t["iforest score"],
                  t["autoencoder fit"] + t["autoencoder score"], t["lof fit"] + t["lof score"],
                  t["ensemble"], t["write"], t["all"], t["processor"], t["peak MiB"],
                  t["peak MiB"] * 1048576 / rows }' "$result.stages"
done
load
