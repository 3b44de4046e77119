#!/bin/sh
# Saved runs: run.odd in a directory, and the explorer's cache.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

table=$work/table.csv
cp "$data/lanl_user_hours.csv" "$table"
HOME=$work
XDG_CACHE_HOME=$work/cache
export HOME XDG_CACHE_HOME
mkdir "$XDG_CACHE_HOME"

# ---- a directory ----
"$oddhours" run "$table" -o "$work/out" -q --trees 30 --epochs 2
pass 'run keeps run.odd' test -s "$work/out/run.odd"
"$oddhours" top "$table" -q -n 200 --trees 30 --epochs 2 >"$work/fresh.csv"
"$oddhours" top "$work/out" -q -n 200 >"$work/saved.csv"
pass 'top of the directory is top of the file, to the last digit' \
    cmp "$work/fresh.csv" "$work/saved.csv"
for by in iforest autoencoder lof; do
    "$oddhours" top "$table" -q -n 50 --by $by --trees 30 --epochs 2 >"$work/a"
    "$oddhours" top "$work/out" -q -n 50 --by $by >"$work/b"
    pass "and by $by" cmp "$work/a" "$work/b"
done
ends 'the same parameters may be repeated' 0 'row_id' \
    "$oddhours" top "$work/out" -q --trees 30 --epochs 2
ends 'other parameters are refused' 2 'made with other parameters' \
    "$oddhours" top "$work/out" -q --trees 31
mkdir "$work/empty"
ends 'a directory without a run' 2 'without a finished run' "$oddhours" top "$work/empty"
"$oddhours" describe "$table" -q | grep -vE '^(file|rows) ' >"$work/a"
"$oddhours" describe "$work/out" -q | grep -vE '^(file|rows) ' >"$work/b"
pass 'describe of the directory is describe of the file' cmp "$work/a" "$work/b"
ends 'as JSON, too' 0 '"run_bytes"' "$oddhours" describe "$work/out" -q --json
ends 'describe of a directory without a run' 2 'without a finished run' \
    "$oddhours" describe "$work/empty"
cp -r "$work/out" "$work/bad"
printf 'x' | dd of="$work/bad/run.odd" bs=1 seek=9999 conv=notrunc 2>/dev/null
ends 'a damaged run is refused' 2 'is damaged' "$oddhours" top "$work/bad" -q
: >"$work/bad/run.odd"
ends 'describe refuses it, too' 2 'is not a saved run' "$oddhours" describe "$work/bad" -q
ends 'an empty one, too' 2 'is not a saved run' "$oddhours" top "$work/bad" -q
cp "$srcdir/tests/cli/saved_by_1_0.odd" "$work/bad/run.odd"
ends 'a run that oddhours 1.0 saved is refused: who made it' 2 \
    'was saved by oddhours 1.0, too old' "$oddhours" top "$work/bad" -q
ends 'and what to do' 2 'run the file itself again (.*bad/run.odd)' "$oddhours" describe "$work/bad" -q
echo 'wait done' >"$work/wait"
ends 'the explorer says so, too' 2 'was saved by oddhours 1.0' \
    "$oddhours" "$work/bad" --screen 80x24 --script "$work/wait"

# ---- a directory made of a raw log, looked at from elsewhere ----
gzip -dc "$data/lanl_auth_50000.txt.gz" >"$work/auth.txt"
(cd "$work" && "$oddhours" run auth.txt -o of_log -q --models iforest --trees 5)
printf 'wait idle\ntop\nlines\nwait idle\nscreenshot %s\n' "$work/shot" >"$work/lines.odds"
lines_of_log() {
    rm -f "$work/shot"
    (cd / && "$oddhours" "$work/of_log" --screen=100x12 --script="$work/lines.odds")
}
lines_of_log
pass 'its lines are there' grep -q ' lines; result, source > destination' "$work/shot"
printf '9000,U1,U1,C1,C1,?,?,LogOn,Success\n' >>"$work/auth.txt"
ends 'not when the log has changed' 1 'has changed since it was counted' lines_of_log
rm "$work/auth.txt"
ends 'nor when it is gone' 1 "cannot open 'auth.txt' again" lines_of_log

# ---- the cache of the explorer ----
cat >"$work/script" <<'EOF'
wait done
screenshot SHOT
log
screenshot LOG
EOF
explore() { # explore OPTION...: leaves the screens in $work/shot and $work/log
    sed "s|SHOT|$work/shot|; s|LOG|$work/log|" "$work/script" >"$work/now"
    "$oddhours" "$table" --screen 100x30 --script "$work/now" "$@"
}
kept() { find "$XDG_CACHE_HOME/oddhours" -name '*.odd' | wc -l | tr -d ' '; }

explore --trees 30 --epochs 2
pass 'the first time it is computed' grep -q 'finished in' "$work/shot"
same 'and kept' 1 "$(kept)"
explore --trees 30 --epochs 2
pass 'the second time it is shown' grep -q 'shown from a saved run' "$work/shot"
explore --trees 31 --epochs 2
pass 'other parameters are another run' grep -q 'finished in' "$work/shot"
same 'which is kept, too' 2 "$(kept)"
explore --trees 30 --epochs 2 --no-cache
pass '--no-cache computes' grep -q 'finished in' "$work/shot"
cp "$table" "$work/copy.csv"
touch -d '2001-01-01' "$work/copy.csv"
table=$work/copy.csv
explore --trees 30 --epochs 2
pass 'a copy of the file is known by its content' grep -q 'shown from a saved run' "$work/shot"
sed -i '$d' "$work/copy.csv"
explore --trees 30 --epochs 2
pass 'a changed file is not' grep -q 'finished in' "$work/shot"
for file in "$XDG_CACHE_HOME"/oddhours/*.odd; do
    printf 'x' | dd of="$file" bs=1 seek=777 conv=notrunc 2>/dev/null
done
explore --trees 30 --epochs 2
pass 'a damaged run in the cache is computed again' grep -q 'finished in' "$work/shot"
pass 'with a notice' grep -q 'cannot be used' "$work/log"
explore --trees 30 --epochs 2
pass 'and is whole again afterwards' grep -q 'shown from a saved run' "$work/shot"
for file in "$XDG_CACHE_HOME"/oddhours/*.odd; do
    cp "$srcdir/tests/cli/saved_by_1_0.odd" "$file"
done
explore --trees 30 --epochs 2
pass 'a run of oddhours 1.0 in the cache is computed again' grep -q 'finished in' "$work/shot"
pass 'which is said' grep -q 'was saved by oddhours 1.0' "$work/log"
explore --trees 30 --epochs 2
pass 'and kept anew' grep -q 'shown from a saved run' "$work/shot"

# ---- its size ----
old=$XDG_CACHE_HOME/oddhours/$(printf '%032d' 0)-$(printf '%016d' 0).odd
truncate -s 5G "$old" # a hole: it takes no disk
touch -d '2001-01-01' "$old"
explore --trees 32 --epochs 2
pass 'beyond 4 GiB the oldest run makes room' test ! -e "$old"
explore --trees 32 --epochs 2
pass 'and the new one is kept' grep -q 'shown from a saved run' "$work/shot"

# ---- several files as one input ----
header=$(head -n 1 "$table")
head -n 150 "$table" >"$work/part1.csv"
{ echo "$header"; tail -n +151 "$table"; } >"$work/part2.csv"
several() {
    sed "s|SHOT|$work/shot|; s|LOG|$work/log|" "$work/script" >"$work/now"
    "$oddhours" "$work/part2.csv" "$work/part1.csv" --screen 100x30 --script "$work/now" "$@"
}
several --trees 30 --epochs 2
pass 'several files are computed' grep -q 'finished in' "$work/shot"
pass 'and named' grep -q 'part1.csv and 1 more' "$work/shot"
several --trees 30 --epochs 2
pass 'the second time they are shown' grep -q 'shown from a saved run' "$work/shot"
echo >>"$work/part1.csv"
several --trees 30 --epochs 2
pass 'when one has changed they are computed' grep -q 'finished in' "$work/shot"
"$oddhours" run "$work/part1.csv" "$work/part2.csv" -o "$work/parts" -q --trees 30 --epochs 2
cat "$work/part1.csv" >"$work/whole.csv"
tail -n +2 "$work/part2.csv" >>"$work/whole.csv"
"$oddhours" top "$work/whole.csv" -q -n 200 --trees 30 --epochs 2 >"$work/fresh.csv"
"$oddhours" top "$work/parts" -q -n 200 >"$work/of_parts.csv"
pass 'a run of several files has the scores of one' cmp "$work/fresh.csv" "$work/of_parts.csv"
pass 'its card names them' grep -q '"files":' "$work/parts/run.json"

plan
