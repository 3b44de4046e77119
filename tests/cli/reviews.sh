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
