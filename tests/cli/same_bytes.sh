#!/bin/sh
# A million rows give the same files for one thread and two, every kernel and both readers.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

rows=1000000
models=iforest,autoencoder,lof,ecod
[ -z "${ODDHOURS_SANITIZED:-}" ] || rows=50000 # under a sanitizer the size adds minutes, not paths
"$builddir/data/generate" --rows $rows -o "$work/table.csv"

run() { # run DIR OPTION...
    directory=$work/$1
    shift
    "$oddhours" run "$work/table.csv" -o "$directory" --format=both --scores -q --models=$models "$@"
}

equal() { # equal WHAT: the files of $work/got are those of $work/first
    for file in "$work"/first/*.csv "$work"/first/*.parquet; do
        pass "${file##*/}: $1" cmp "$file" "$work/got/${file##*/}"
    done
    rm -rf "$work/got"
}

uses() { # uses KERNEL: run.json of $work/got names it
    grep -q "\"kernel\": *\"$1\"" "$work/got/run.json"
}

ODDHOURS_READER=split run first --threads 1
same 'seven tables are compared, twice' '7 7' \
    "$(ls "$work"/first/*.csv | wc -l | tr -d ' ') $(ls "$work"/first/*.parquet | wc -l | tr -d ' ')"
same 'each row has its line' $((rows + 1)) "$(wc -l <"$work/first/scores.csv" | tr -d ' ')"

run got --threads 2
equal 'two threads as one'

for kernel in scalar avx2; do
    if [ $kernel = avx2 ] && ! grep -qw avx2 /proc/cpuinfo 2>/dev/null; then
        skip "kernel $kernel" 'this processor has no AVX2'
        continue
    fi
    ODDHOURS_KERNEL=$kernel run got
    pass "ODDHOURS_KERNEL=$kernel is the kernel used" uses $kernel
    equal "kernel $kernel"
done

ODDHOURS_READER=libcsv run got
equal 'libcsv reads what the splitter does'

plan
