#!/bin/sh
# What explain says of some rows beside scikit-learn's trees, scipy and pandas.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

beside() { # beside NAME TABLE
    count=$((count + 1))
    status=0
    /usr/bin/python3 "$srcdir/tests/parity/explain_side_by_side.py" "$oddhours" "$2" \
        >"$work/said" 2>&1 || status=$?
    case $status in
        0) echo "ok $count - $1" ;;
        77 | 127) echo "ok $count - $1 # SKIP $(head -n 1 "$work/said")" ;;
        *) echo "not ok $count - $1" ;;
    esac
    sed 's/^/# /' "$work/said"
}

gzip -dc "$data/synthetic_user_hours.csv.gz" | sed -n '1p;40000,52000p' >"$work/synthetic.csv"
beside 'the real hour, where every user has one' "$data/lanl_user_hours.csv"
beside 'a week of synthetic user-hours' "$work/synthetic.csv"
plan
