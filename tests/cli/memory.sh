#!/bin/sh
# Memory: what is said before a run against what it takes, and runs that would not fit.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

rows=200000
[ -z "${ODDHOURS_SANITIZED:-}" ] || rows=2000

# table COPIES: rows without repeats, so many times over
table() {
    "$builddir/data/generate" --rows $((rows / $1)) --no-repeats -o "$work/once.csv"
    cp "$work/once.csv" "$work/$1.csv"
    i=1
    while [ $i -lt "$1" ]; do
        tail -n +2 "$work/once.csv" >>"$work/$1.csv"
        i=$((i + 1))
    done
}

# megabytes FILE: what the line on memory promises
megabytes() {
    sed -n 's/^memory: about \([0-9.]*\) MB needed.*/\1/p' "$1"
}

for copies in 1 10 100; do
    table $copies
    "$oddhours" run "$work/$copies.csv" -o "$work/out" --threads=2 >"$work/said" 2>&1
    said=$(megabytes "$work/said")
    real=$(sed -n 's/.*"peak_bytes": *\([0-9]*\).*/\1/p' "$work/out/run.json")
    if [ -n "${ODDHOURS_SANITIZED:-}" ]; then
        skip "each row $copies times" 'a sanitizer takes memory of its own'
        continue
    fi
    echo "# each row $copies times: $said MB said, $real bytes taken"
    pass "each row $copies times: within 0.7 and 1.5 times of what is said" \
        awk -v said="$said" -v real="$real" \
        'BEGIN { ratio = said * 1e6 / real; exit !(ratio >= 0.7 && ratio <= 1.5) }'
done

ends 'describe says what a run takes' 0 '^a run +takes about [0-9.]+ MB of memory' \
    "$oddhours" describe "$work/10.csv" -q

# ---- too little ----
if [ -n "${ODDHOURS_SANITIZED:-}" ] || ! (ulimit -v 60000) 2>/dev/null; then
    skip 'too little memory' 'the address space cannot be limited here'
else
    # limited KIB COMMAND...: within so much address space
    limited() (
        ulimit -v "$1"
        shift
        exec "$@"
    )
    size=124000 # the libraries take some 92 MB of it
    ends 'it is said before the work' 1 \
        'of memory are needed .*left under ulimit -v: .*--lof-sample' \
        limited $size "$oddhours" run "$work/1.csv" -o "$work/none" --threads=1
    pass 'no stage was begun' sh -c "! grep -q '\[1/' '$work/.tap'"
    pass 'and nothing written' sh -c "! ls '$work/none' | grep -q ."
    ends 'a finished run in that place stays' 1 'are needed' \
        limited $size "$oddhours" run "$work/1.csv" -o "$work/out" --threads=1 -q
    pass 'whole' "$oddhours" top "$work/out" -n 1 -q
    pass 'a smaller table runs there' \
        limited $size "$oddhours" run "$data/lanl_user_hours.csv" -o "$work/few" -q --threads=1
    ends 'top asks, too' 1 'are needed' \
        limited $size "$oddhours" top "$work/1.csv" -q --threads=1
    limited $size "$oddhours" run "$work/1.csv" -o "$work/none" -q --threads=1 \
        --memory-check=off >"$work/tried" 2>&1 || true
    pass 'with --memory-check=off it is tried all the same' \
        sh -c "! grep -q 'are needed' '$work/tried'"
fi
ends 'the words of the option' 2 "off" "$oddhours" run "$work/1.csv" -o "$work/out" \
    --memory-check=no

# ---- an address space that is limited ----
if [ -n "${ODDHOURS_SANITIZED:-}" ]; then
    skip 'more addresses never do worse than fewer' 'a sanitizer reserves terabytes'
else
    works= worse=
    for kilobytes in 102400 122880 143360 163840 184320 204800 229376 262144; do
        if (ulimit -v $kilobytes && "$oddhours" run "$data/synthetic_user_hours.csv.gz" -q \
            -o "$work/limited" --threads 2 --trees 20 --epochs 1) >/dev/null 2>&1; then
            works=$kilobytes
        elif [ -n "$works" ]; then
            worse="$worse $kilobytes"
        fi
    done
    same 'more addresses never do worse than fewer' '' "$worse"
fi

# ---- small stacks: threads have what ulimit -s says, too ----
if [ -n "${ODDHOURS_SANITIZED:-}" ]; then
    skip 'a stack of 128 kB' 'a sanitizer takes more of it'
else
    sample=$data/lanl_user_hours.csv
    small() (ulimit -s 128 && "$oddhours" "$@")
    for model in iforest autoencoder lof lof=sklearn ecod; do
        pass "a stack of 128 kB: run with $model" small run "$sample" -o "$work/small" -q --scores \
            --models "${model%=*}" --lof "$([ "${model#*=}" = sklearn ] && echo sklearn || echo distinct)" \
            --trees 20 --epochs 1 --threads 2
    done
    pass 'top' small top "$sample" -q --trees 5 --epochs 1 --filter 'failed:>0 sort:user'
    pass 'explain' small explain "$sample" -q --row 3 --trees 5 --epochs 1
    pass 'report' small report "$sample" -q --trees 5 --epochs 1 --reviews "$work/none.db" -o "$work/r.md"
    pass 'prep' small prep "$data/lanl_auth_50000.txt.gz" -q -o "$work/prep.csv"
    printf '%s\n' 'wait done' top why 'wait idle' back review 'wait idle' true-positive numbers \
        'wait idle' back compare 'wait idle' user users 'wait idle' scores help \
        "export $work/x.csv" >"$work/script"
    pass 'the explorer' small "$sample" --screen 200x60 --script "$work/script" --no-config \
        --no-cache --reviews "$work/r.db" --trees 20 --epochs 1
fi

# ---- few processes: threads that no library may start ----
nobody=
[ "$(id -u)" -ne 0 ] || nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
if [ -n "${ODDHOURS_SANITIZED:-}" ] || ! $nobody prlimit --nproc=1 test -x "$oddhours" ||
    ! $nobody test -r "$data/lanl_user_hours.csv"; then
    skip 'no thread may be started' 'no prlimit, nobody may read this, or a sanitizer'
else
    pass 'no thread may be started' $nobody prlimit --nproc=1 "$oddhours" describe \
        "$data/lanl_user_hours.csv" -q
fi

plan
