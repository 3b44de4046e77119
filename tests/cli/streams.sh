#!/bin/sh
# Standard streams that are closed or full, and files that may not grow: said, with exit status 1,
# and nothing left behind.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

table=$data/lanl_user_hours.csv
quick="-q --models iforest --trees 5"

# with REDIRECTION COMMAND...: the command under a shell's redirection
with() {
    redirection=$1
    shift
    sh -c "\"\$@\" $redirection" sh "$@"
}
# commands NAME STATUS PATTERN REDIRECTION: all that write to standard output
commands() {
    for words in --version --help "describe -q $table" "top $quick $table" \
        "explain $quick --row 1 $table" "run $table -o $work/out --models iforest --trees 5"; do
        # shellcheck disable=SC2086  # words
        ends "${words%% *} $1" "$2" "$3" with "$4" "$oddhours" $words
    done
}
if [ -c /dev/full ]; then
    commands 'to a full device' 1 '^oddhours: standard output: cannot be written: No space left' \
        '>/dev/full'
else
    skip 'a full device' 'no /dev/full'
fi
commands 'to a closed output' 1 '^oddhours: standard output: cannot be written: Bad file descr' '>&-'
ends 'nothing to print: nothing fails' 0 '' with '>&- && echo done' \
    "$oddhours" run "$table" -o "$work/out" $quick --format=csv
ends 'a closed input' 1 "cannot read standard input" with '<&-' "$oddhours" describe -q -

# What is said to a closed standard error is not written into a file that got its number.
ends 'a closed error' 0 '' with '2>&- && echo done' \
    "$oddhours" run "$table" -o "$work/closed" --models iforest --trees 5 --format=csv
pass 'the same file as with an open one' cmp "$work/out/isolation_forest.csv" \
    "$work/closed/isolation_forest.csv"
ends 'all three closed' 0 '' with '<&- >&- 2>&- && echo done' \
    "$oddhours" run "$table" -o "$work/closed" $quick --format=csv
pass 'the same file' cmp "$work/out/isolation_forest.csv" "$work/closed/isolation_forest.csv"

limited() { # limited BLOCKS COMMAND...: no file may be longer
    (
        ulimit -f "$1"
        shift
        "$@"
    )
}
ends 'a run whose files may not grow' 1 '^oddhours: .*/small/.*: cannot be written: File too large' \
    limited 1 "$oddhours" run "$table" -o "$work/small" $quick
pass 'leaves nothing' test ! -e "$work/small"
ends 'a run of CSV whose files may not grow' 1 \
    '^oddhours: .*/small/.*[.]csv: cannot be written: File too large' \
    limited 1 "$oddhours" run "$table" -o "$work/small" $quick --format=csv
pass 'leaves nothing, either' test ! -e "$work/small"
ends 'nor a table of a log' 1 ': cannot be written: File too large' \
    limited 1 "$oddhours" prep -q "$data/lanl_auth_50000.txt.gz" -o "$work/small.csv"
same 'which leaves nothing' '' "$(ls "$work" | grep small)"
ends 'no name is no file' 2 'option --output wants a name: it is empty' \
    "$oddhours" run "$table" -o ''
plan
