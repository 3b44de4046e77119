#!/bin/sh
# The report's numbers beside scipy's and scikit-learn's: of the invented review, and of one that
# is typed here, with strata, controls, repeats, notes, undone verdicts and a second reviewer.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

table=$data/synthetic_user_hours.csv.gz
truth=$data/synthetic_truth.csv

beside() { # beside NAME REVIEW K...
    name=$1 review=$2
    shift 2
    count=$((count + 1))
    status=0
    /usr/bin/python3 "$srcdir/tests/parity/report_side_by_side.py" "$oddhours" "$table" "$review" \
        "$truth" "$@" >"$work/said" 2>&1 || status=$?
    case $status in
        0) echo "ok $count - $name" ;;
        77 | 127) echo "ok $count - $name # SKIP $(head -n 1 "$work/said")" ;;
        *) echo "not ok $count - $name" ;;
    esac
    sed 's/^/# /' "$work/said"
}

judge() { # judge WHO QUEUE VERDICTS: the letters again and again, z now and then
    {
        printf 'wait done\nreview\nwait idle\nqueue %s\nwait idle\n' "$2"
        i=0
        while [ "$i" -lt "$3" ]; do
            printf 'key t f o f t f f\nwait idle\n'
            [ $((i % 28)) -ne 0 ] || printf 'key z\nwait idle\nkey t\nnote seen by %s\nwait idle\n' "$1"
            i=$((i + 7))
        done
        printf 'export-review %s/review.json\nwait idle\nquit\n' "$work"
    } >"$work/script"
    rm -f "$work/review.json"
    "$oddhours" --script "$work/script" --screen 100x30 --reviews "$work/reviews.db" \
        --reviewer "$1" "$work/run" </dev/null
}

beside 'the invented review' "$data/synthetic_review.json" 1 50 700
"$oddhours" run "$table" -o "$work/run" -q
judge ana 'stratified lof k=1000 each=25 controls=5 repeats=5' 84
judge ben 'pooled k=40 blind seed=7 controls=9 repeats=9' 90
pass 'two reviews are typed' grep -q '"role":"repeat"' "$work/review.json"
beside 'a stratified and a pooled review of two' "$work/review.json" 40 1000
plan
