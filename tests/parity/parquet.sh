#!/bin/sh
# The Parquet files that we write, read by other people's readers, beside the same as CSV.
# ODDHOURS_NODE_MODULES is a folder with some of the modules that parquet_readers.mjs names.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

modules=${ODDHOURS_NODE_MODULES:-}
quick="--trees 20 --epochs 1 --format=both --scores -q"

beside() { # beside NAME FOLDER
    count=$((count + 1))
    status=0
    if [ -z "$modules" ]; then
        echo "ok $count - $1 # SKIP ODDHOURS_NODE_MODULES names no folder with readers of Parquet"
        return
    fi
    node --max-old-space-size=6000 "$srcdir/tests/parity/parquet_readers.mjs" "$modules" \
        "$2"/*.parquet >"$work/said" 2>&1 || status=$?
    case $status in
        0) echo "ok $count - $1" ;;
        77 | 127) echo "ok $count - $1 # SKIP $modules has no reader of Parquet, or node is missing" ;;
        *) echo "not ok $count - $1" ;;
    esac
    sed 's/^/# /' "$work/said"
}

"$oddhours" run "$data/synthetic_user_hours.csv.gz" -o "$work/all" $quick \
    --models iforest,autoencoder,lof,ecod --lof-sample 20000
beside 'all files of a hundred thousand rows' "$work/all"

# Users that are missing, long, or no ASCII; times that are missing.
awk -F, -v OFS=, 'NR > 1 && NR % 7 == 0 { $2 = "" } NR > 1 && NR % 11 == 0 { $1 = "" }
    NR > 1 && NR % 13 == 0 { $2 = "\"\"\"x\"\" " NR % 5 "\xc3\xa9\xf0\x9f\x95\x93\"" }
    NR == 500 { x = "u"; for (i = 0; i < 12; i++) x = x x; $2 = x } { print }' \
    "$data/lanl_user_hours.csv" >"$work/odd.csv"
"$oddhours" run "$work/odd.csv" -o "$work/odd" $quick
beside 'odd texts' "$work/odd"

head -n 2 "$data/lanl_user_hours.csv" | cut -d, -f3- >"$work/one.csv"
"$oddhours" run "$work/one.csv" -o "$work/one" $quick
beside 'one row without time and user' "$work/one"

# A table of a log and a list.
mkdir "$work/more"
log=$data/lanl_auth_50000.txt.gz
for ending in csv parquet; do
    "$oddhours" prep -q "$log" -o "$work/more/table.$ending"
    "$oddhours" top "$data/lanl_user_hours.csv" --trees 20 --epochs 1 -q -n 400 \
        --format=$ending >"$work/more/top.$ending"
done
beside 'a table of a log, and a list' "$work/more"
plan
