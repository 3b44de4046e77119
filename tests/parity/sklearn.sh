#!/bin/sh
# Our Isolation Forest and LOF beside scikit-learn's, bit by bit, for several tables and threads.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

beside() { # beside NAME TABLE OPTION...
    name=$1
    shift
    count=$((count + 1))
    status=0
    /usr/bin/python3 "$srcdir/tests/parity/sklearn_side_by_side.py" "$oddhours" "$@" \
        >"$work/said" 2>&1 || status=$?
    case $status in
        0) echo "ok $count - $name" ;;
        77 | 127) echo "ok $count - $name # SKIP $(head -n 1 "$work/said")" ;;
        *) echo "not ok $count - $name" ;;
    esac
    sed 's/^/# /' "$work/said"
}

gzip -dc "$data/synthetic_user_hours.csv.gz" | head -n 6001 >"$work/synthetic.csv"
beside 'the real hour, whole' "$data/lanl_user_hours.csv" --threads 1
beside 'six thousand synthetic rows, of which LOF draws two thousand' "$work/synthetic.csv" \
    --lof-sample 2000 --threads 3
beside 'two features, another seed, few neighbours' "$work/synthetic.csv" \
    --features dst_hosts,src_hosts --lof-sample 900 --neighbors 5 --seed 7

plan
