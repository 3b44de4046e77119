#!/bin/sh
# The synthetic table comes from data/generate.c, byte for byte, and is what data/README.md says.
set -u
src=${ODDHOURS_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
generate=${ODDHOURS_BUILDDIR:-$src/build}/data/generate
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

count=0
check() {   # check NAME COMMAND...: passes when COMMAND succeeds
    name=$1
    shift
    count=$((count + 1))
    if "$@" >"$work/log" 2>&1; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        sed 's/^/# /' "$work/log" | head -20
    fi
}
rows() { awk 'NR > 1' "$1" | wc -l | tr -d ' '; }
distinct_features() { awk -F, 'NR > 1 { $1 = ""; $2 = ""; print }' "$1" | sort -u | wc -l | tr -d ' '; }

gzip -dc "$src/data/synthetic_user_hours.csv.gz" >"$work/bundled.csv"
check 'the generator runs' "$generate" --truth "$work/truth.csv" -o "$work/made.csv"
check 'it makes the bundled table byte for byte' cmp "$work/made.csv" "$work/bundled.csv"
check 'and its truth file' cmp "$work/truth.csv" "$src/data/synthetic_truth.csv"
check '100,000 rows' test "$(rows "$work/made.csv")" = 100000
check 'no user has two rows in one hour' \
    test -z "$(cut -d, -f1,2 "$work/made.csv" | sort | uniq -d)"
check 'every truth line names its row' awk -F, '
    FNR == NR { if (FNR > 1) { dt[$1] = $2; user[$1] = $3; n++ } next }
    FNR > 1 && (FNR - 2) in dt {
        if (dt[FNR - 2] != $1 || user[FNR - 2] != $2) bad++
        seen++
    }
    END { exit !(n > 200 && seen == n && bad == 0) }' "$work/truth.csv" "$work/made.csv"
check 'counts hold together in every row' awk -F, '
    NR > 1 && ($3 < 2 || $4 > $3 || $6 < 1 || $6 > $3 || $7 < 1 || $7 > $3 ||
               $8 != ($9 == 1 ? $3 : 0) || $5 - $4 / $3 > 1e-12 || $4 / $3 - $5 > 1e-12) { bad++ }
    END { exit bad > 0 }' "$work/made.csv"

"$generate" --rows 20000 --days 3 --seed 5 --no-repeats -o "$work/unique.csv"
check 'without repeats no two rows have the same features' \
    test "$(distinct_features "$work/unique.csv")" = 20000
check 'three days are three days' \
    test "$(cut -d' ' -f1 "$work/unique.csv" | sort -u | grep -c '^1970-01-0[123]$')" = 3
"$generate" --rows 20000 --seed 6 -o "$work/six.csv"
"$generate" --rows 20000 --seed 7 | cmp -s - "$work/six.csv" && same=yes || same=no
check 'another seed gives another table' test "$same" = no
check 'one row is a table, too' sh -c '"$1" --rows 1 --days 1 | wc -l | grep -qx " *2"' - "$generate"
"$generate" --rows none >/dev/null 2>&1
check 'a wrong number is refused' test $? -eq 2
echo "1..$count"
