#!/bin/sh
# The triage study: every candidate of a first list on every labelled table, several seeds.
#
# usage: tests/bench/triage/run.sh BUILD DIR [SEEDS]      (make triage)
# Makes the tables in DIR (some 2 GB for five seeds), runs the detectors on them, and writes
# DIR/measures.tsv, DIR/calibration.tsv and DIR/summary.md, which docs/TRIAGE.md quotes.
# gen_lanl.py wants python3 with numpy; without it those tables are left out.
set -eu
build=$1 dir=$2 seeds=${3:-5}
here=$(dirname "$0")
mkdir -p "$dir"
python=
for one in python3 /usr/bin/python3; do
    if "$one" -c 'import numpy' 2>/dev/null; then python=$one; break; fi
done

# measure NAME SEED: the candidates on DIR/NAME_SEED.csv
measure() {
    table=$dir/$1_$2
    hard=-
    [ -e "$table.hard.csv" ] && hard=$table.hard.csv
    "$build/oddhours" run "$table.csv" -o "$table.run" --scores --format=csv -q 2>/dev/null
    "$build/tests/bench/triage/triage" "$table.csv" "$table.truth.csv" "$hard" \
        "$table.run/scores.csv" | sed "s/^/$1	$2	/" >>"$dir/measures.tsv"
    rm -r "$table.run"
    "$build/tests/bench/triage/triage" --clean --only own "$table.csv" "$table.truth.csv" |
        sed "s/^/$1	$2	/" >>"$dir/calibration.tsv"
}

rm -f "$dir/measures.tsv" "$dir/calibration.tsv"
seed=1
while [ "$seed" -le "$seeds" ]; do
    "$build/data/generate" --seed "$seed" --truth "$dir/generate_$seed.truth.csv" \
        -o "$dir/generate_$seed.csv"
    measure generate "$seed"
    for world in office plant; do
        "$build/tests/bench/triage/$world" --seed "$seed" --truth "$dir/${world}_$seed.truth.csv" \
            --hard "$dir/${world}_$seed.hard.csv" -o "$dir/${world}_$seed.csv"
        measure "$world" "$seed"
        "$build/tests/bench/triage/$world" --seed "$seed" --calm --truth "$dir/calm.truth.csv" \
            -o "$dir/calm.csv"
        "$build/tests/bench/triage/triage" --clean --only own "$dir/calm.csv" \
            "$dir/calm.truth.csv" | sed "s/^/$world, calm	$seed	/" >>"$dir/calibration.tsv"
    done
    if [ -n "$python" ]; then
        "$python" "$here/gen_lanl.py" --rows 1000000 --seed $((10 + seed)) \
            --out "$dir/lanl_$seed.csv" --labels "$dir/lanl_$seed.truth.csv" 2>/dev/null
        measure lanl "$seed"
    fi
    seed=$((seed + 1))
done
awk -f "$here/summary.awk" "$dir/measures.tsv" >"$dir/summary.md"
cat "$dir/summary.md"
