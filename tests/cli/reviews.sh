#!/bin/sh
# What docs/REVIEWS.md says of the store and its exports, tried on those that the program writes.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

cat >"$work/script" <<END
wait done
top
wait idle
key t f o
note looks, "odd"
key z Z
wait idle
review
blind 7
wait idle
key t
export-review $work/review.csv
export-review $work/review.json
wait idle
END
pass 'a review is made and exported' "$oddhours" --no-cache --screen 100x30 \
    --reviews "$work/reviews.db" --reviewer ana --script "$work/script" --models iforest,lof \
    "$data/lanl_user_hours.csv"

# ---- verdicts in the filter of a command ----
listed() { # listed TERMS OPTION...: the row_ids, in the order of the ensemble
    terms=$1
    shift
    "$oddhours" top "$work/run" -q --filter "$terms" "$@" | sed 1d | cut -d, -f2
}
pass 'a run' "$oddhours" run "$data/lanl_user_hours.csv" -o "$work/run" -q --models iforest,lof
"$oddhours" top "$work/run" -q -n 4 | sed 1d | cut -d, -f2 >"$work/first"
verdicts="--reviews $work/reviews.db"
same 'false positive was the second' "$(sed -n 2p "$work/first")" "$(listed verdict:fp $verdicts)"
same 'undecided was the third' "$(sed -n 3p "$work/first")" \
    "$(listed verdict:undecided $verdicts)"
same 'the note is on the fourth' "$(sed -n 4p "$work/first")" "$(listed note:odd $verdicts)"
same 'the first is a true positive' "$(sed -n 1p "$work/first")" \
    "$(listed 'verdict:tp rank:1' $verdicts)"
same 'all others have none' "$(listed -verdict:tp,fp,undecided $verdicts -n 4000)" \
    "$(listed verdict:none $verdicts -n 4000)"
for export in csv json; do
    same "the same of the exported $export" "$(listed verdict:tp,fp $verdicts)" \
        "$(listed verdict:tp,fp --reviews "$work/review.$export" --reviewer ana)"
done
same 'without --reviews the default store' "$(listed verdict:tp $verdicts)" "$(
    mkdir -p "$work/share/oddhours" && cp "$work/reviews.db" "$work/share/oddhours/"
    XDG_DATA_HOME=$work/share listed verdict:tp
)"
ends 'a reviewer who has judged nothing' 2 'ben has judged nothing of this table' \
    "$oddhours" top "$work/run" -q --filter verdict:tp $verdicts --reviewer ben
ends 'a review that is none' 2 'first' "$oddhours" top "$work/run" -q --filter verdict:tp \
    --reviews "$work/first"
ends 'other filters do not look at it' 0 '^1,' "$oddhours" top "$work/run" -q --filter hour:0-23 \
    --reviews "$work/first"
ends 'verdicts without a filter' 2 'are for --filter' "$oddhours" top "$work/run" $verdicts
ends 'no such verdict' 2 'verdict takes tp, ..., not maybe' "$oddhours" top \
    "$data/lanl_user_hours.csv" --filter verdict:maybe

# ---- rules ----
cat >"$work/script" <<END
wait done
top
wait idle
key j
allow account a robot
wait idle
END
pass 'a rule is made' "$oddhours" --no-cache --screen 100x30 --reviews "$work/rules.db" \
    --reviewer ana --script "$work/script" "$work/run"
robot=$("$oddhours" top "$work/run" -q -n 2 | sed -n 3p | cut -d, -f4)
rules="--rules --reviews $work/rules.db"
pass 'top without --rules has it' sh -c \
    "'$oddhours' top '$work/run' -q -n 4000 | cut -d, -f4 | grep -qxF '$robot'"
pass 'top --rules has not' sh -c \
    "! '$oddhours' top '$work/run' -q -n 4000 $rules | cut -d, -f4 | grep -qxF '$robot'"
ends 'and says so' 0 '^1 rule hides [0-9,]+ user-hours?$' "$oddhours" top "$work/run" -n 4 $rules
same 'rule:hidden lists what is hidden' "$robot" \
    "$("$oddhours" top "$work/run" -q -n 4000 $rules --filter rule:hidden | sed 1d | cut -d, -f4 | sort -u)"
pass 'other filters leave it out' sh -c \
    "! '$oddhours' top '$work/run' -q -n 4000 $rules --filter 'total_events:>0' | cut -d, -f4 | grep -qxF '$robot'"
long=$(printf 'total_events:>=0 %.0s' $(seq 60)) # longer than any filter that is typed
same 'a long filter leaves it out, too' '' "$("$oddhours" top "$work/run" -q -n 4000 $rules --filter "${long}hour:0-23" |
    cut -d, -f4 | grep -xF "$robot" | head -n 1)"
ends 'JSON has it as a note' 0 '"rules".*1 rule hides' "$oddhours" top "$work/run" -q -n 4 $rules \
    --format=json
ends 'without a store no rule holds' 0 'no rule holds' "$oddhours" top "$work/run" -n 4 --rules \
    --reviews "$work/none.db"
ends 'an exported review has none' 2 'not in an exported review' "$oddhours" top "$work/run" -n 4 \
    --rules --reviews "$work/review.json"

# ---- rules in the report: Precision@K of what they leave ----
cat >"$work/script" <<END
wait done
top
wait idle
key t f t f o f t f
first
key j
wait idle
allow anyway account a robot
wait idle
END
pass 'eight verdicts, and a rule' "$oddhours" --no-cache --screen 100x30 --reviews "$work/ruled.db" \
    --reviewer ana --script "$work/script" "$work/run"
ruled="--reviews $work/ruled.db"
"$oddhours" report "$work/run" -q -n 9 --rules $ruled -o "$work/ruled.json"
"$oddhours" report "$work/run" -q -n 9 $ruled -o "$work/unruled.json"
"$oddhours" report "$work/run" -q -n 9 --rules $ruled -o "$work/ruled.md"
ends 'the rule stands in the report' 0 "^- user:.*: a robot \(ana\)\. It hides [0-9,]+ user-hours?\.$" cat "$work/ruled.md"
ends 'with what P@K is without what it hides' 0 '^The first 9 of each list that are not hidden' cat "$work/ruled.md"
pass 'without --rules it does not' sh -c "! grep -q hidden_tp '$work/unruled.json'"
ends 'an exported review has no rules for a report' 2 'not in an exported review' "$oddhours" report "$work/run" -q \
    --rules --reviews "$work/review.json" -o -
if command -v jq >/dev/null; then
    "$oddhours" top "$work/run" -q -n 4000 $ruled --filter verdict:tp | sed 1d | cut -d, -f2 >"$work/tp"
    "$oddhours" top "$work/run" -q -n 4000 $ruled --filter verdict:fp | sed 1d | cut -d, -f2 >"$work/fp"
    for list in iforest lof ensemble; do
        "$oddhours" top "$work/run" -q -n 9 --rules $ruled --by $list | sed 1d | cut -d, -f2 >"$work/nine"
        last=$(tail -n 1 "$work/nine")
        above=$("$oddhours" top "$work/run" -q -n 4000 --by $list | sed 1d | cut -d, -f2 | sed "/^$last\$/q" | wc -l)
        same "$list: true and false ones of the first nine that are left, and how many are hidden above" \
            "$(grep -cxF -f "$work/tp" "$work/nine") $(grep -cxF -f "$work/fp" "$work/nine") $((above - 9))" \
            "$(jq -r --arg list $list '.rules.lists[] | select(.name == $list) | "\(.tp) \(.fp) \(.hidden)"' "$work/ruled.json")"
    done
    pass 'some are hidden' jq -e '[.rules.lists[].hidden] | add > 0' "$work/ruled.json"
    same 'all other numbers are of all user-hours' "$(jq -S '.lists' "$work/unruled.json")" \
        "$(jq -S '.lists' "$work/ruled.json")"
fi

# ---- a queue that rules took rows from is made again for the report ----
cat >"$work/script" <<END
wait done
review
queue pooled
wait idle
first
key t t t t
wait idle
END
pass 'a queue is judged under a rule' "$oddhours" --no-cache --screen 100x30 --reviews "$work/ruled.db" \
    --reviewer ben --script "$work/script" "$work/run"
"$oddhours" report "$work/run" -q $ruled -o "$work/queues.json"
if command -v jq >/dev/null; then
    same 'its label says which rules held; all it has is found in it again' 'true 4 0' "$(jq -r '.queues[] |
        select(.label | test(" rules=[0-9]+")) | "\(.made_again) \(.verdicts) \(.verdicts_outside)"' "$work/queues.json")"
fi

# ---- where two reviewers differ ----
cp "$work/reviews.db" "$work/two.db"
cat >"$work/script2" <<END
wait done
top
wait idle
key f t f
wait idle
END
pass 'another judges the same three' "$oddhours" --no-cache --screen 100x30 \
    --reviews "$work/two.db" --reviewer ben --script "$work/script2" --models iforest,lof \
    "$data/lanl_user_hours.csv"
# true and false against false and true; undecided against false is no dispute
same 'rows on which they differ' "$(head -n 2 "$work/first" | sort)" \
    "$(listed verdict:disputed --reviews "$work/two.db" | sort)"
same 'of one reviewer there are none' "" \
    "$(listed verdict:disputed --reviews "$work/two.db" --reviewer ben)"

python=/usr/bin/python3
if ! command -v $python >/dev/null; then
    skip 'the manual of the store' 'no python3'
    plan
    exit
fi

for what in views csv json; do
    pass "the manual's $what is what is there" $python "$srcdir/tests/cli/reviews.py" \
        "$work" "$srcdir/docs/REVIEWS.md" $what
done
if $python -c 'import pandas' 2>/dev/null; then
    pass "the manual's lines for pandas work" $python "$srcdir/tests/cli/reviews.py" \
        "$work" "$srcdir/docs/REVIEWS.md" pandas
else
    skip "the manual's lines for pandas work" 'no pandas'
fi
if command -v sqlite3 >/dev/null; then
    same "the manual's line for sqlite3 works" 5 "$(cd "$work" && eval "$(grep -m 1 \
        'sqlite3 -header' "$srcdir/docs/REVIEWS.md")" | wc -l | tr -d ' ')"
else
    skip "the manual's line for sqlite3 works" 'no sqlite3'
fi
plan
