#!/bin/sh
# Signals at any moment of a run: it ends as the signal says, and what lies there is whole; stopped
# and continued it goes on to the same bytes. ODDHOURS_SIGNAL_ROUNDS says how often (`make soak`:
# 300), ODDHOURS_SIGNAL_SEED with which moments.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

rounds=${ODDHOURS_SIGNAL_ROUNDS:-16}
HOME=$work
export HOME
if ! env --default-signal=INT true 2>/dev/null; then
    skip 'signals at any moment of a run' 'env cannot set signals to their default here'
    plan
    exit 0
fi
head -n 1500 "$data/lanl_user_hours.csv" >"$work/table.csv"

# run_into DIR: replaces this shell, so that a signal meets the program itself
run_into() {
    exec env --default-signal=INT,HUP,TERM "$oddhours" run "$work/table.csv" -q -o "$1" --scores --format=both \
        --trees 30 --epochs 2 --threads 2
}
now() { date +%s.%N; }
start=$(now)
(run_into "$work/right")
took=$(awk -v a="$start" -v b="$(now)" 'BEGIN { print b - a }')

# what_is_wrong DIR STATUS NUMBER: after a run that a signal of that number met (0: it was to end)
what_is_wrong() {
    [ "$2" -eq 0 ] || [ "$2" -eq $((128 + $3)) ] || [ "$2" -eq 130 ] || echo "exit status $2"
    [ "$2" -ne 0 ] || [ -e "$1/run.json" ] || echo 'no run.json'
    for file in "$1"/*.csv "$1"/*.parquet; do
        [ ! -e "$file" ] || cmp "$work/right/${file##*/}" "$file" 2>&1
    done
    # run.json is written last: a signal after it finds all there
    [ ! -e "$1/run.json" ] || [ "$(cd "$1" && echo *.csv *.parquet)" = "$(cd "$work/right" && echo *.csv *.parquet)" ] ||
        echo 'run.json, but a file is missing'
    find "$1" -name '*.[0-9]*-[0-9]*' 2>/dev/null
}

# The moments: the number of a signal, and when, to the end of a run and a little beyond; of those
# that stop it the first comes early.
awk -v seed="${ODDHOURS_SIGNAL_SEED:-1}" -v rounds="$rounds" -v took="$took" 'BEGIN {
    srand(seed)
    split("15 2 1 19", signals)
    for (i = 0; i < rounds; i++) print signals[i % 4 + 1], (i == 3 ? 0.2 : rand() * 1.1) * took
}' >"$work/moments"
# state_of PID: T when it has stopped, Z when it has ended: whichever comes
state_of() {
    state=R
    while [ "$state" != T ] && [ "$state" != Z ]; do
        state=$(sed 's/.*) \(.\).*/\1/' "/proc/$1/stat" 2>/dev/null) || state=Z
    done
    echo "$state"
}

wrong=
cut=0 stopped=0
while read -r signal moment; do
    (run_into "$work/out") >/dev/null 2>&1 &
    pid=$!
    sleep "$moment"
    kill -"$signal" $pid 2>/dev/null || true
    if [ "$signal" -eq 19 ]; then
        [ "$(state_of $pid)" != T ] || stopped=$((stopped + 1))
        kill -18 $pid 2>/dev/null || true
        signal=0
    fi
    status=0
    wait $pid 2>/dev/null || status=$?
    [ "$status" -eq 0 ] || cut=$((cut + 1))
    found=$(what_is_wrong "$work/out" $status "$signal")
    [ -z "$found" ] || wrong="$wrong signal $signal after $moment s: $found;"
    rm -rf "$work/out"
done <"$work/moments"
echo "# $rounds runs, $cut ended by a signal, $stopped stopped and continued"
same 'each ends as the signal says, with whole files' '' "$wrong"
pass 'signals came in time' test "$cut" -gt 0
pass 'those that stop it, too' test "$stopped" -gt 0
plan
