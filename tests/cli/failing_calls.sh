#!/bin/sh
# Every system call of a run, of a list and of a review session fails once: each time the work is
# done and right, or there is a sentence and exit status 1, and what lies there is whole.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

library=$work/fail_calls.so
table=$work/table.csv
HOME=$work
export HOME
head -n 300 "$data/lanl_user_hours.csv" >"$table"
most=${ODDHOURS_FAILING_CALLS:-12} # of each kind; the rest is skipped evenly

if [ -n "${ODDHOURS_SANITIZED:-}" ]; then
    skip 'system calls that fail' 'a sanitizer has its own of them'
    plan
    exit 0
fi
if ! cc -shared -fPIC -O1 -o "$library" "$srcdir/tests/unit/fail_calls.c" -ldl 2>"$work/cc"; then
    skip 'system calls that fail' 'no compiler for the library that makes them fail'
    plan
    exit 0
fi
printf 'wait done\ntop\ntrue-positive\nwait idle\n' >"$work/script"

# What is done in $now, the folder of an attempt; with the library when $preload names it.
do_run() {
    timeout 60 env LD_PRELOAD="$preload" "$oddhours" run "$table" -q -o out --scores --format=both --trees 3 \
        --epochs 1 --threads 2
}
do_top() { timeout 60 env LD_PRELOAD="$preload" "$oddhours" top "$work/saved" -q -n 20 >top; }
do_review() {
    timeout 60 env LD_PRELOAD="$preload" "$oddhours" "$work/saved" --screen 100x30 \
        --script "$work/script" --no-config --reviews r.db --reviewer ana
}

# Whether what is there is whole, after the exit status $ended.
scores='autoencoders.csv isolation_forest.csv lof.csv scores.csv
autoencoders.parquet isolation_forest.parquet lof.parquet scores.parquet'
right_run() {
    [ "$ended" -eq 0 ] || [ ! -e out/run.json ] || echo 'run.json, but an error'
    [ "$ended" -ne 0 ] || [ -e out/run.json ] || echo 'no run.json'
    for file in $scores; do
        [ "$ended" -eq 0 ] || [ -e "out/$file" ] || continue
        cmp "$work/right/out/$file" "out/$file" 2>&1
    done
    [ -z "$(find . -name '*.[0-9]*-[0-9]*')" ] || [ "$call" = unlink ] || echo 'a half file'
}
right_top() { [ "$ended" -ne 0 ] || cmp "$work/right/top" top 2>&1; }
verdicts() { "$oddhours" report "$work/saved" -q --reviews "$1" -o - 2>&1 | wc -l; }
right_review() {
    if [ "$ended" -eq 0 ]; then
        [ "$(verdicts r.db)" = "$judged" ] || echo 'the verdict is not in the store'
    else
        for file in oddhours-unsaved-*.json; do
            [ ! -e "$file" ] || [ "$(verdicts "$file")" = "$judged" ] || echo 'a bad rescue file'
        done
    fi
}

# attempt WHAT: what is wrong with it, or nothing
attempt() {
    rm -rf "$work/now"
    mkdir "$work/now"
    cd "$work/now" || exit 1
    ended=0
    preload=$library
    do_$1 >"$work/said" 2>&1 || ended=$?
    case $ended in
    0) ;;
    1) grep -q 'oddhours: ' "$work/said" || echo 'exit 1 without a sentence' ;;
    *) echo "exit $ended: $(tail -n 1 "$work/said")" ;;
    esac
    preload=
    right_$1
    cd "$work" || exit 1
}

# every WHAT CALL: fails one after the other of these calls
every() {
    call=$2
    FAIL_CALL=$call FAIL_AT=0 FAIL_WITH=$3 FAIL_COUNT=$work/count
    export FAIL_CALL FAIL_AT FAIL_WITH FAIL_COUNT
    attempt "$1" >/dev/null
    n=$(cat "$work/count") step=$(($(cat "$work/count") / most + 1)) FAIL_AT=1
    unset FAIL_COUNT
    : >"$work/wrong"
    while [ "$FAIL_AT" -le "$n" ]; do
        attempt "$1" >"$work/one"
        [ ! -s "$work/one" ] || sed "s/^/$call number $FAIL_AT of $n: /" "$work/one" >>"$work/wrong"
        FAIL_AT=$((FAIL_AT + step))
    done
    unset FAIL_CALL FAIL_AT
    total=$((total + n))
    same "$1: every $call ($n) fails once" '' "$(cat "$work/wrong")"
}

preload= total=0
mkdir "$work/right"
cd "$work/right" || exit 1
do_run >/dev/null
cp -r out "$work/saved"
do_top
do_review >/dev/null 2>&1
judged=$(verdicts r.db)
cd "$work" || exit 1
pass 'the session leaves a verdict' test "$judged" -gt "$(verdicts none.db)"
for what in run top review; do
    for call in open read pread write pwrite fsync rename close fstat fchmod mkdir mmap unlink \
        ppoll; do
        every $what $call 5
    done
    every $what pthread_create 11
done
pass 'the calls are seen' test $total -gt 100
plan
