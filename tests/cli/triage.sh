#!/bin/sh
# Triage on synthetic tables with hard negatives, and own past on tables without incidents: what
# docs/TRIAGE.md says of five seeds, of one. tests/bench/triage/run.sh is the whole study.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

bench=$builddir/tests/bench/triage

# first WORLD: the measures of triage (fields: rules.h), and those of the better of two rules
for world in office plant; do
    "$bench/$world" --seed 1 --truth "$work/truth.csv" --hard "$work/hard.csv" -o "$work/$world.csv"
    "$bench/triage" --only triage,excess,student "$work/$world.csv" "$work/truth.csv" \
        "$work/hard.csv" >"$work/$world.tsv"
    measures() { awk -F'\t' -v column="$1" '
        { if ($1 == "triage") triage = $column; else if ($column > rule) rule = $column }
        END { print triage, rule }' "$work/$world.tsv"; }
    closes() { # closes COLUMN PERFECT: half of what the better rule leaves open
        measures "$1" | awk -v perfect="$2" '{ exit !(2 * $1 >= $2 + perfect) }'
    }
    pass "$world: half of the gap in planted rows of 100 is closed" closes 4 100
    pass "$world: half of the gap in incidents in 500 rows is closed" closes 9 60
    pass "$world: what an account met before stays out of the first hundred" \
        awk -F'\t' '$1 == "triage" { exit !($14 <= 3) }' "$work/$world.tsv"
done

# ---- calibration: no incidents, no hard negatives ----
"$bench/office" --seed 1 --calm --truth "$work/none.csv" -o "$work/calm.csv"
"$bench/triage" --clean --only own "$work/calm.csv" "$work/none.csv" >"$work/calm.tsv"
pass 'of people, machines and services 1 in 100 and 1 in 1,000 are near that' \
    awk -F'\t' '$3 > 20000 { n++; for (i = 4; i <= 5; i++) if ($i < 1 / 5 || $i > 3) exit 1 }
        END { exit n != 3 }' "$work/calm.tsv"
pass 'and 1 in 10,000 is no more than three times as common' \
    awk -F'\t' '$6 > 3 { exit 1 }' "$work/calm.tsv"
plan
