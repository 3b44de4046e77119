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

# ---- the figures of data/README.md ----
readme=$src/data/README.md
told() { grep -qF "$1" "$readme"; }
check 'how many accounts' told "100,000 user-hours of $(awk -F, 'NR > 1 && !seen[$2]++ { n++ }
    END { print n }' "$work/made.csv") invented accounts over $(awk -F'[ ,]' \
    'NR > 1 && !seen[$1]++ { n++ } END { print n }' "$work/made.csv") days"
check 'how many distinct vectors' told "$(distinct_features "$work/made.csv" |
    sed 's/...$/,&/') distinct"
check 'how many are planted' told "($(rows "$work/truth.csv") rows, $(awk -F, \
    'NR > 1 && !seen[$5]++ { n++ } END { print n }' "$work/truth.csv") incidents"
ranges() { # ranges KIND COLUMN: the line of the table of kinds has how many, and how large
    awk -F, -v kind="$1" -v column="$2" '
        FNR == NR { if ($4 == kind) planted[$1] = 1; next }
        FNR > 1 && (FNR - 2) in planted {
            n++
            if (n == 1 || $column < least) least = $column
            if ($column > most) most = $column
        }
        function grouped(x) { return x < 1000 ? x : sprintf("%d,%03d", x / 1000, x % 1000) }
        END { printf "^\\| `%s` \\| %d \\|.* %s to %s ", kind, n, grouped(least), grouped(most) }
    ' "$work/truth.csv" "$work/made.csv"
}
for one in fan_out:6 failed_burst:3 many_sources:7 night_bulk:8 slow_scan:6; do
    check "the line of ${one%:*}" grep -qE "$(ranges "${one%:*}" "${one#*:}")" "$readme"
done
gzip -dc "$src/data/lanl_auth_50000.txt.gz" >"$work/auth"
check 'the excerpt' told "$(awk -F, 'END { print "seconds 1 to " $1 " of day 0" }' "$work/auth"); \
$(cut -d, -f2 "$work/auth" | sort -u | awk 'END { printf "%d,%03d", NR / 1000, NR % 1000 }') \
source users, $(grep -c ',Fail' "$work/auth") failures"
check 'days of the red-team list' sh -c 'tr "\n" " " <"$2" | grep -qF "days $(awk -F, \
    "{ day = int(\$1 / 86400); if (NR == 1 || day < least) least = day
       if (day > most) most = day } END { print least \" to \" most }" "$1")"' - \
    "$src/data/lanl_redteam.txt" "$readme"

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
