#!/bin/sh
# oddhours explain: what it says of planted incidents, as text and as JSON.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

table=$data/synthetic_user_hours.csv.gz
"$oddhours" run "$table" -o "$work/out" -q --format=csv
row=$(awk -F, '$4 == "fan_out" { print $1; exit }' "$data/synthetic_truth.csv")
when=$(awk -F, '$4 == "fan_out" { print $2; exit }' "$data/synthetic_truth.csv")
who=$(awk -F, '$4 == "fan_out" { print $3; exit }' "$data/synthetic_truth.csv")

ends 'a row by its number' 0 'The nearest common behaviour' \
    "$oddhours" explain "$work/out" -q --row "$row"
ends 'and by user and time' 0 "^$who, day [0-9]*, [0-9:]*: .*dst_hosts" \
    "$oddhours" explain "$work/out" -q --user "$who" --time "$when"
"$oddhours" explain "$work/out" -q --row "$row" >"$work/by_row"
"$oddhours" explain "$work/out" -q --user "$who" --time "$when" >"$work/by_user"
pass 'both say the same' cmp "$work/by_row" "$work/by_user"
ends 'JSON' 0 '"credit_unit": "levels of depth"' \
    "$oddhours" explain "$work/out" -q --row "$row" --json
adds_up() {
    /usr/bin/python3 - "$1" <<'EOF'
import json, math, sys
why = json.load(open(sys.argv[1]))
for name, one in why["detectors"].items():
    if "credits" in one:
        size = abs if name == "lof" else float
        assert math.isclose(sum(map(size, one["credits"].values())), one["credit_sum"],
                            rel_tol=1e-9, abs_tol=1e-9), name
assert set(why["features"]) == {"total_events", "failed_events", "fail_ratio", "dst_hosts",
                                "src_hosts", "nbhours_events", "nbhours_ratio"}
EOF
}
"$oddhours" explain "$work/out" -q --row "$row" --json >"$work/json"
if command -v /usr/bin/python3 >/dev/null; then
    pass 'credits add up, and every feature has its entry' adds_up "$work/json"
else
    skip 'credits add up' 'no python3'
fi
# ---- own past ----
ends 'it begins with what is odd for this account' 0 \
    "^$who, day [0-9]*, [0-9:]*: .*; never more than .* earlier hours; dst_hosts" \
    "$oddhours" explain "$work/out" -q --row "$row"
ends 'and says what makes it odd' 0 'dst_hosts .* %: .*; usually .*; as high in none' \
    "$oddhours" explain "$work/out" -q --row "$row"
"$oddhours" explain "$table" -q --row "$row" --json >"$work/fresh"
pass 'a saved run says what a new one does' cmp "$work/json" "$work/fresh"
own=$(awk -F, -v row="$row" 'NR == row + 2 { print $1 }' "$work/out/own_past.csv")
said=$(awk '/"own_past"/ { getline; gsub(/[^0-9.]/, ""); print; exit }' "$work/json")
pass 'its score is that of own_past.csv' \
    awk -v a="$own" -v b="$said" 'BEGIN { exit !(a > 2 && (a - b) ^ 2 < 1e-12) }'
ends 'and who was alike before, with what they did then' 0 \
    'Accounts that were most alike before, and what they did in this window' \
    "$oddhours" explain "$work/out" -q --row "$row"
same 'five peers in JSON' 5 "$(grep -c '"peer":' "$work/fresh")"
"$oddhours" explain "$table" -q --row "$row" --own-past=off --json >"$work/without"
pass 'and none without own past' sh -c '! grep -q peers "$1"' sh "$work/without"
pass 'without own past nothing is said of it' sh -c '! grep -q own_past "$1"' sh "$work/without"
ends 'exact Shapley values' 0 'exact Shapley values' \
    "$oddhours" explain "$work/out" -q --row "$row" --shapley
same_sums() { # path credits and Shapley values of the forest have the same sum
    /usr/bin/python3 - "$1" <<'EOF'
import json, math, sys
forest = json.load(open(sys.argv[1]))["detectors"]["iforest"]
assert math.isclose(sum(forest["shapley"].values()), forest["credit_sum"], rel_tol=1e-9)
EOF
}
"$oddhours" explain "$work/out" -q --row "$row" --shapley --json >"$work/shapley"
if command -v /usr/bin/python3 >/dev/null; then
    pass 'they add up to what the credits add up to' same_sums "$work/shapley"
else
    skip 'they add up' 'no python3'
fi
ends 'the neighbourhood of LOF in words' 0 'the neighbours are .* times as dense' \
    "$oddhours" explain "$work/out" -q --row "$row"
ends 'what the autoencoder gives back' 0 'a larger miss than in .* of rows' \
    "$oddhours" explain "$work/out" -q --row "$row"
ends 'a pile of copies makes the score in sklearn form' 0 'a pile is near, no more' \
    "$oddhours" explain "$data/lanl_user_hours.csv" -q --models lof --lof sklearn --row 2964
first=$(gzip -dc "$table" | sed -n 2p | cut -d, -f2)
ends 'the first hour has no past' 0 "there is no own past" \
    "$oddhours" explain "$work/out" -q --row 0
cut -d, -f3- "$data/lanl_user_hours.csv" >"$work/bare.csv"
ends 'a table without users and times' 0 'no users, so there is no own past' \
    "$oddhours" explain "$work/bare.csv" -q --row 3 --trees 10 --epochs 1
ends 'a share of the distance is a share on either side' 0 '^  sum  *[+]1 share of squared distance' \
    "$oddhours" explain "$work/out" -q --row "$row"
cut -d, -f2- "$data/lanl_user_hours.csv" >"$work/timeless.csv"
ends 'without times the past is what stands above' 0 'this table has no times' \
    "$oddhours" explain "$work/timeless.csv" -q --row 3 --trees 10 --epochs 1
sed '3,9s/^[^,]*/soon/' "$data/lanl_user_hours.csv" >"$work/soon.csv"
ends 'a time that cannot be read is not said to be the first' 0 'cannot be read, so no hour' \
    "$oddhours" explain "$work/soon.csv" -q --row 3 --trees 10 --epochs 1
{ sed -n 1p "$data/lanl_user_hours.csv"; sed -n 2p "$data/lanl_user_hours.csv"; } >"$work/one.csv"
ends 'a single row misses nothing by more than others do' 0 "no row's miss is known to be smaller" \
    "$oddhours" explain "$work/one.csv" -q --row 0
ends 'a row that LOF did not score says so' 0 'not in the sample' \
    "$oddhours" explain "$data/lanl_user_hours.csv" -q --row 2723 --models lof \
    --lof-sample 50 --lof-scope sample
awk 'BEGIN { for (i = 0; i < 60; i++) { h = h ",nothing_to_say_of_" i; v = v ",0" }
    print "busy" h; for (i = 1; i <= 50; i++) print i v }' >"$work/wide.csv"
ends 'features of which nothing can be said stand together' 0 'in every user-hour: nothing_to_say_of_0 0, ' \
    "$oddhours" explain "$work/wide.csv" -q --row 49 --trees 10 --epochs 1 \
    --features "$(sed -n 1p "$work/wide.csv")"
ends 'all of them, however many' 0 'nothing_to_say_of_59 0$' \
    "$oddhours" explain "$work/wide.csv" -q --row 49 --trees 10 --epochs 1 \
    --features "$(sed -n 1p "$work/wide.csv")"
ends 'a row beyond the table' 2 'the table has rows 0 to 99999' \
    "$oddhours" explain "$work/out" -q --row 100000
ends 'nobody' 2 'there is no user-hour of' \
    "$oddhours" explain "$work/out" -q --user Nobody --time "$when"
ends 'no row named' 2 'say which user-hour' "$oddhours" explain "$work/out" -q
ends 'half a name' 2 'say which user-hour' "$oddhours" explain "$work/out" -q --user "$first"

plan
