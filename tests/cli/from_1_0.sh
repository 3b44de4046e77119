#!/bin/sh
# What people have from 1.0 (tests/from_1_0, written by that program): the store, exported reviews, settings,
# filters and a script are taken as they are. Saved runs of 1.0: saved.sh.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

from=$srcdir/tests/from_1_0
cp "$from/table.csv" "$work/small_1_0.csv"
cp "$from/reviews.db" "$work/reviews.db"
quick='--models iforest,lof --trees 20 --lof-sample 40'

# judged REVIEWS: the verdicts of a table as rows of a CSV, by the filter of top
judged() {
    for verdict in tp fp undecided; do
        # shellcheck disable=SC2086
        "$oddhours" top -q "$work/small_1_0.csv" $quick --reviews "$1" --filter "verdict:$verdict" \
            --count 100 2>"$work/err" | sed -n '2,$p' | sed "s/^/$verdict /"
    done
}

judged "$work/reviews.db" >"$work/by_store"
same 'top finds the verdicts of a store of 1.0' yes \
    "$([ "$(wc -l <"$work/by_store")" -ge 8 ] && echo yes)"
same 'and does not change the store' '' "$(cmp "$from/reviews.db" "$work/reviews.db" 2>&1)"
for kind in json csv; do
    judged "$from/review.$kind" >"$work/by_$kind"
    same "an exported review of 1.0 says the same ($kind)" '' \
        "$(cmp "$work/by_store" "$work/by_$kind" 2>&1)"
    # shellcheck disable=SC2086
    pass "report reads it ($kind)" "$oddhours" report "$work/small_1_0.csv" $quick \
        --reviews "$from/review.$kind" --count 5 -o "$work/report.md"
done

mkdir -p "$work/home/.local/share/oddhours" "$work/home/.config/oddhours"
cp "$from/filters.json" "$work/home/.local/share/oddhours/filters.json"
cp "$from/config.json" "$work/home/.config/oddhours/config.json"
cat >"$work/look" <<END
wait done
top
wait idle
filter @busy
wait idle
screenshot $work/busy.txt
filter @eyed
wait idle
screenshot $work/eyed.txt
filters
screenshot $work/filters.txt
log
screenshot $work/log.txt
export-review $work/again.json
wait idle
END
run() { # run SCRIPT REVIEWER
    # shellcheck disable=SC2086
    env HOME="$work/home" XDG_DATA_HOME= XDG_CONFIG_HOME= XDG_CACHE_HOME= "$oddhours" --no-cache \
        --screen 120x30 $quick --reviews "$work/reviews.db" --reviewer "$2" --script "$1" \
        "$work/small_1_0.csv"
}
pass 'the explorer opens all of it' run "$work/look" ana
ends 'it says that the store was brought up to date' 0 'the reviews are of this version' cat "$work/log.txt"
pass 'and the store as it was stays beside it' [ -e "$work/reviews.db.version-2" ]
ends 'a filter that was saved is there' 0 'total_events:>50 user:ANON' cat "$work/busy.txt"
ends 'and one that looks for notes' 0 'note:eyes' cat "$work/eyed.txt"
ends 'both are listed' 0 'busy +total_events:>50 user:ANON' cat "$work/filters.txt"
judged "$work/reviews.db" >"$work/by_new"
same 'the verdicts are the same afterwards' '' "$(cmp "$work/by_store" "$work/by_new" 2>&1)"
judged "$work/again.json" >"$work/by_again"
same 'and exported again' '' "$(cmp "$work/by_store" "$work/by_again" 2>&1)"
ends 'in the version that 1.0 reads' 0 '"version":1,$' cat "$work/again.json"
pass 'a script of 1.0 plays' run "$from/script" cid

# Tables that 1.0 read in part or otherwise: lines it left out, columns it did not know, Latin-1, outcomes of
# a log. cases.db is its store of judging some rows of each; cases.tsv says which rows these are: it was made
# from the store and the files by a script that shares nothing with this program.
for case in $(cut -f1 "$from/cases.tsv" | sort -u); do
    features=
    case $case in
    18-*) features='--features TOTAL_EVENTS,FAILED_EVENTS,FAIL_RATIO,DST_HOSTS,SRC_HOSTS,NBHOURS_EVENTS,NBHOURS_RATIO' ;;
    esac
    for verdict in tp fp undecided; do
        # shellcheck disable=SC2086
        "$oddhours" top -q "$srcdir/tests/cases/$case" $features --models iforest --trees 5 \
            --reviews "$from/cases.db" --filter "verdict:$verdict" --count 100 2>"$work/err" |
            sed 1d | cut -d, -f3,4 | tr , '\t' | sed "s/^/$case\t$verdict\t/"
    done | sort >"$work/found"
    grep "^$case" "$from/cases.tsv" | sort >"$work/right"
    same "the verdicts of 1.0 are on their rows: $case" '' "$(diff "$work/right" "$work/found" 2>&1)"
done
plan
