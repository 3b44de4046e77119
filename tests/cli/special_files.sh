#!/bin/sh
# Named pipes, devices and folders where a file is wanted: nothing waits for ever.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

table=$data/lanl_user_hours.csv
HOME=$work
export HOME
pipe=$work/pipe
mkfifo "$pipe"
echo 'wait done' >"$work/script"
# Standard input is nothing that could be waited for.
soon() { timeout 60 "$@" </dev/null; }

mkdir "$work/run"
cp "$data/lanl_user_hours.csv" "$work/run/run.json"
mkfifo "$work/run/run.odd"
for command in top describe; do
    ends "$command of a run that is a pipe" 2 'it is a pipe, not a file' \
        soon "$oddhours" $command "$work/run"
done
ends 'the explorer, too' 2 'it is a pipe, not a file' \
    soon "$oddhours" "$work/run" --screen 80x24 --script "$work/script"
ends 'a pipe as truth' 2 'it is a pipe, not a file' \
    soon "$oddhours" report "$table" -q --truth "$pipe" -o "$work/report.md" --trees 5 --epochs 1
mkfifo "$pipe.json"
ends 'a pipe as exported review' 2 'it is a pipe, not a file' \
    soon "$oddhours" report "$table" -q --reviews "$pipe.json" -o "$work/report.md" --trees 5 \
    --epochs 1
for option in config script; do
    ends "a pipe as $option" 2 'it is a pipe, not a file' \
        soon "$oddhours" "$table" --screen 80x24 --script "$work/script" "--$option" "$pipe"
    ends "a device as $option" 2 'it is a device, not a file' \
        soon "$oddhours" "$table" --screen 80x24 --script "$work/script" "--$option" /dev/zero
    ends "a folder as $option" 2 'it is a directory, not a file' \
        soon "$oddhours" "$table" --screen 80x24 --script "$work/script" "--$option" "$work"
done
pass 'but nothing is a script' \
    soon "$oddhours" "$table" --screen 80x24 --script /dev/null --config /dev/null
# ---- a thread that waits for ever ----
quits() { # the truth comes from a pipe that stays open and says nothing
    mkfifo "$work/silent"
    sleep 100 >"$work/silent" &
    keeper=$!
    timeout 60 "$oddhours" "$table" --screen 80x24 --script "$work/script" --no-cache \
        --truth /dev/stdin --trees 5 --epochs 1 --threads 1 <"$work/silent"
    ended=$?
    kill $keeper
    return $ended
}
pass 'the explorer ends all the same' quits

mkdir -p "$work/.local/share/oddhours"
mkfifo "$work/.local/share/oddhours/filters.json"
ends 'a pipe in place of the saved filters' 2 'it is a pipe, not a file' \
    soon "$oddhours" top "$table" -q --filter @night --trees 5 --epochs 1
mkdir "$work/out"
mkfifo "$work/out/scores.csv" "$work/out/lof.csv"
ends 'a pipe where a file of a run goes' 2 'is a pipe, not a file' \
    soon "$oddhours" run "$table" -q -o "$work/out" --trees 5 --epochs 1 --scores
plan
