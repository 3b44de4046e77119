#!/bin/sh
# A finished run takes the hours of another table: oddhours run --extend (docs/DAILY.md).
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

quick='--trees 20 --epochs 1'
cut='1970-02-20 13:00:00' earlier='1970-02-20 03:00:00'
gzip -dc "$data/synthetic_user_hours.csv.gz" >"$work/whole.csv"
head -n 1 "$work/whole.csv" | tee "$work/ref.csv" "$work/today.csv" >"$work/over.csv"
awk -F, -v cut="$cut" 'NR > 1 && $1 < cut' "$work/whole.csv" >>"$work/ref.csv"
awk -F, -v cut="$cut" 'NR > 1 && $1 >= cut' "$work/whole.csv" >>"$work/today.csv"
awk -F, -v cut="$earlier" 'NR > 1 && $1 >= cut' "$work/whole.csv" >>"$work/over.csv"
reviews="$work/reviews.db"
run() { "$oddhours" run -q --format=csv --scores "$@"; }
export XDG_DATA_HOME="$work/data"

pass 'the reference' run "$work/ref.csv" -o "$work/ref" $quick
pass 'the whole' run "$work/whole.csv" -o "$work/whole" $quick
pass 'the reference takes today' run "$work/today.csv" -o "$work/more" --extend="$work/ref"
for file in scores own_past isolation_forest autoencoders lof; do
    pass "as if all had been one table: $file" cmp "$work/whole/$file.csv" "$work/more/$file.csv"
done
pass 'rows that it has are left out' run "$work/over.csv" -o "$work/over" --extend="$work/ref"
pass 'and nothing else changes' cmp "$work/whole/scores.csv" "$work/over/scores.csv"
pass 'run.json says it' grep -q '"repeated":[[:space:]]*[1-9]' "$work/over/run.json"
pass 'in place' sh -c "cp -r '$work/ref' '$work/place' &&
    '$oddhours' run -q --format=csv --scores '$work/today.csv' -o '$work/place' --extend='$work/place' &&
    cmp '$work/whole/scores.csv' '$work/place/scores.csv'"

pass 'models are kept when asked' run "$work/today.csv" -o "$work/kept" --extend="$work/ref" --keep-models
rows=$(wc -l <"$work/ref.csv")
column() { awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) at = $i == name ? i : at; next }
    { print $at }' "$1"; }
for list in iforest autoencoder lof own; do
    pass "rows of the reference keep their scores: $list" test \
        "$(column "$work/ref/scores.csv" $list | cksum)" = \
        "$(column "$work/kept/scores.csv" $list | head -n $((rows - 1)) | cksum)"
done
pass 'own past goes on all the same' test "$(column "$work/whole/scores.csv" own | cksum)" = \
    "$(column "$work/kept/scores.csv" own | cksum)"

# What the extended run is, it is as a reference and when it is opened again.
awk -F, 'NR == 1 || $1 >= "1970-02-27 20"' "$work/whole.csv" |
    sed 's/^1970-02-27/1970-03-02/' >"$work/next.csv"
for made in more kept; do
    pass "it scores as a reference: $made" run "$work/next.csv" -o "$work/next_$made" --reference="$work/$made"
    pass "and is opened: $made" "$oddhours" explain "$work/$made" --row 5
done
run "$work/next.csv" -o "$work/next_whole" --reference="$work/whole"
pass 'as the whole does' cmp "$work/next_whole/scores.csv" "$work/next_more/scores.csv"

# A row judged true positive does not teach.
"$oddhours" top -q -n 1 "$work/ref" --by own >"$work/worst" 2>/dev/null
row=$(column "$work/worst" row_id)
printf '%s\n' 'wait done' data "row $row" 'wait idle' true-positive 'wait idle' >"$work/script"
pass 'a verdict' "$oddhours" --no-config --no-cache --screen 120x40 --script "$work/script" \
    --reviews="$reviews" "$work/ref"
ends 'the row does not teach' 0 '1 row judged true positive teach' \
    "$oddhours" run --format=csv --scores "$work/today.csv" -o "$work/taught" --extend="$work/ref" \
    --reviews="$reviews"
pass 'it has its score' test "$(column "$work/taught/scores.csv" own | sed -n "$((row + 1))p")" = \
    "$(column "$work/whole/scores.csv" own | sed -n "$((row + 1))p")"
user=$(column "$work/worst" src_user)
rest() { awk -F, -v user="$user" -v row="$row" -v same="$2" 'NR == 1 {
        for (i = 1; i <= NF; i++) at[$i] = i; next }
    ($at["src_user"] == user) != same { print $at["row_id"], $at["own"] }' "$1"; }
pass 'later hours of that account have others' test "$(rest "$work/taught/scores.csv" 0 | cksum)" != \
    "$(rest "$work/whole/scores.csv" 0 | cksum)"
"$oddhours" explain "$work/taught" --row "$row" >"$work/saved" 2>/dev/null
pass 'a saved one explains' grep -q . "$work/saved"
pass 'the verdict stands in the new run' sh -c "
    '$oddhours' top -q -n 5 '$work/taught' --reviews='$reviews' --filter verdict:tp | grep -qF '$user'"

ends 'a review that is not there' 2 'there is no review' \
    "$oddhours" run -q "$work/today.csv" -o "$work/no" --extend="$work/ref" --reviews="$work/none.db"
ends 'both options' 2 'name one of them' \
    "$oddhours" run -q "$work/today.csv" -o "$work/no" --extend="$work/ref" --reference="$work/ref"
ends 'keep-models alone' 2 'go with --extend' \
    "$oddhours" run -q "$work/today.csv" -o "$work/no" --keep-models
ends 'a run that was scored by one' 2 'scored by a reference itself' \
    "$oddhours" run -q "$work/today.csv" -o "$work/no" --extend="$work/next_more"
plan
