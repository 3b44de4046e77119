#!/bin/sh
# oddhours prep against pandas with the study's rules, row for row.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

python=
for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import pandas' 2>/dev/null; then
        python=$candidate
        break
    fi
done

# A log of more hours: the excerpt again and again, each time some minutes later.
repeat() {
    gzip -dc "$data/lanl_auth_50000.txt.gz" | awk -v every="$1" -v times="$2" '
        NR % every == 0 { c = index($0, ","); t[++n] = substr($0, 1, c - 1); r[n] = substr($0, c) }
        END { for (i = 0; i < times; i++)
                  for (k = 1; k <= n; k++) print t[k] + 700 * i r[k] }'
}

# equal NAME LOG [--block LINES]
equal() {
    name=$1 log=$2
    shift 2
    if [ -z "$python" ]; then
        skip "$name" 'pandas is not installed'
        return
    fi
    "$oddhours" prep -q "$log" -o "$work/table.csv" "$@"
    pass "$name" "$python" "$srcdir/tests/parity/pandas_prep.py" "$log" "$work/table.csv" "$@"
}

repeat 10 40 >"$work/eight-hours"
equal 'the excerpt' "$data/lanl_auth_50000.txt.gz"
equal 'the excerpt in blocks' "$data/lanl_auth_50000.txt.gz" --block 7000
equal 'eight hours' "$work/eight-hours"
equal 'eight hours in blocks, each hour cut in several' "$work/eight-hours" --block 6500
equal 'a block as long as the log' "$work/eight-hours" --block 200000
plan
