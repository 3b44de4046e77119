#!/bin/sh
# Every day: a finished run scores the table of another day (docs/DAILY.md).
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

quick='--trees 20 --epochs 1'
gzip -dc "$data/synthetic_user_hours.csv.gz" >"$work/whole.csv"
cut='1970-02-20 13:00:00' earlier='1970-02-20 03:00:00'
head -n 1 "$work/whole.csv" >"$work/ref.csv"
cp "$work/ref.csv" "$work/today.csv"
cp "$work/ref.csv" "$work/over.csv"
awk -F, -v cut="$cut" 'NR > 1 && $1 < cut' "$work/whole.csv" >>"$work/ref.csv"
awk -F, -v cut="$cut" 'NR > 1 && $1 >= cut' "$work/whole.csv" >>"$work/today.csv"
awk -F, -v cut="$earlier" 'NR > 1 && $1 >= cut' "$work/whole.csv" >>"$work/over.csv"
today=$(($(wc -l <"$work/today.csv") - 1)) over=$(($(wc -l <"$work/over.csv") - 1))
common=$((over - today))

run() { "$oddhours" run -q --format=csv --scores "$@"; }
pass 'the reference' run "$work/ref.csv" -o "$work/ref" $quick
pass 'the whole' run "$work/whole.csv" -o "$work/whole" $quick
pass 'today, by the reference' run "$work/today.csv" -o "$work/today" --reference="$work/ref"
pass 'a table that overlaps it' run "$work/over.csv" -o "$work/over" --reference="$work/ref"

# columns FILE NAME...: these columns, without the heading
columns() {
    file=$1
    shift
    awk -F, -v names="$*" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; n = split(names, name, " "); next }
        { line = ""; for (i = 1; i <= n; i++) line = line "," $(at[name[i]]); print line }' "$file"
}
pass 'own past of today is that of the whole' test \
    "$(columns "$work/whole/scores.csv" dt src_user own | tail -n "$today" | cksum)" = \
    "$(columns "$work/today/scores.csv" dt src_user own | cksum)"
for list in iforest autoencoder lof ensemble own triage; do
    pass "rows of the reference have its scores: $list" test \
        "$(columns "$work/ref/scores.csv" dt src_user $list | tail -n "$common" | cksum)" = \
        "$(columns "$work/over/scores.csv" dt src_user $list | head -n "$common" | cksum)"
done
pass 'and a run of the reference itself by itself is the same' sh -c "
    '$oddhours' run -q --format=csv '$work/ref.csv' -o '$work/again' --reference='$work/ref' &&
    cmp '$work/ref/own_past.csv' '$work/again/own_past.csv' &&
    cmp '$work/ref/isolation_forest.csv' '$work/again/isolation_forest.csv'"
card() { sed -n "s/^ *\"$2\":[[:space:]]*\([0-9.]*\),*$/\1/p" "$work/$1/run.json" | head -n 1; }
same 'rows of its own are counted' "$common" "$(card over same)"
same 'none is late' 0 "$(card over late)"
same 'one detector threshold for all' "$(grep '"threshold"' "$work/ref/run.json")" \
    "$(grep '"threshold"' "$work/over/run.json")"
pass 'no sample of another table' test ! -e "$work/today/sample_idx.csv"

# A row that the reference does not have, but whose hour it has; and an account that it does not know.
{
    head -n 1 "$work/ref.csv"
    echo "$earlier,NOBODY@X,7,0,0.0,1,1,7,1.0"
    sed -n '2,40p' "$work/today.csv"
} >"$work/late.csv"
ends 'late rows and new accounts are said' 0 \
    'scored by .*; 1 new account; 1 row too late for own past: scored, not learnt' \
    "$oddhours" top "$work/late.csv" --reference="$work/ref"
"$oddhours" top -q -n 100 "$work/late.csv" --reference="$work/ref" |
    columns /dev/stdin dt src_user own | grep -v NOBODY | sort >"$work/with"
sed '2d' "$work/late.csv" >"$work/without.csv"
"$oddhours" top -q -n 100 "$work/without.csv" --reference="$work/ref" |
    columns /dev/stdin dt src_user own | sort >"$work/without"
pass 'and change no other row' cmp "$work/with" "$work/without"
pass 'one hour alone has own past' sh -c "
    '$oddhours' top -q -n 1000000 '$work/without.csv' --by own --reference='$work/ref' | sed -n 2p | grep -q ."

ends '1 in N is of the reference' 0 "of the reference's" \
    "$oddhours" explain "$work/today.csv" --row 3 --reference="$work/ref"
"$oddhours" explain "$work/today.csv" --row 3 --reference="$work/ref" >"$work/fresh" 2>/dev/null
"$oddhours" explain "$work/today" --row 3 >"$work/saved" 2>/dev/null
pass 'an explanation says by which run' grep -q '^scored by .*ref of 20' "$work/fresh"
ends 'as JSON, too' 0 '"reference":.*"scored by' \
    "$oddhours" explain "$work/today.csv" --row 3 --reference="$work/ref" --json
pass 'a saved run explains as a fresh one' cmp "$work/fresh" "$work/saved"
"$oddhours" top -q "$work/today.csv" --reference="$work/ref" >"$work/fresh"
"$oddhours" top -q "$work/today" >"$work/saved"
pass 'and lists as it does' cmp "$work/fresh" "$work/saved"
ends 'a report says it' 0 'Table scored by .*: thresholds, shares and 1 in N are of its' \
    "$oddhours" report "$work/today.csv" -o - --reference="$work/ref" --reviews="$work/none.db"

# ---- cut anywhere ----
rows=$(($(wc -l <"$work/whole.csv") - 1))
at=$(($(od -An -N4 -tu4 /dev/urandom) % (rows * 7 / 10) + rows / 5))
anywhere=$(sed -n "$((at + 1))p" "$work/whole.csv" | cut -d, -f1)
for part in first second; do
    awk -F, -v cut="$anywhere" -v part=$part \
        'NR == 1 || ($1 < cut) == (part == "first")' "$work/whole.csv" >"$work/$part.csv"
done
run "$work/first.csv" -o "$work/first" --models iforest --trees 5
run "$work/second.csv" -o "$work/second" --reference="$work/first"
second=$(($(wc -l <"$work/second.csv") - 1))
same "cut at $anywhere, own past is that of the whole" \
    "$(columns "$work/whole/scores.csv" dt src_user own | tail -n "$second" | cksum)" \
    "$(columns "$work/second/scores.csv" dt src_user own | cksum)"

# ---- has it moved? ----
awk -F, -v OFS=, 'NR > 1 { $3 *= 5; $6 *= 5; $8 *= 5; $2 = "new" $2 } { print }' "$work/today.csv" \
    >"$work/moved.csv"
ends 'a day like the others' 0 '^much as the reference: stability index at most 0\.[0-9]+ \(' \
    "$oddhours" top "$work/over.csv" --reference="$work/ref"
ends 'one that is not' 0 \
    '^moved: stability index at most [0-9.]+ \([a-z_]+, .* of rows more above .*accounts: fit the models again' \
    "$oddhours" top "$work/moved.csv" --reference="$work/ref"
run "$work/moved.csv" -o "$work/moved" --reference="$work/ref"
pass 'run.json has it by feature' grep -q '"stability_index"' "$work/moved/run.json"
pass 'and says what to do' grep -q '"fit_again":.*true' "$work/moved/run.json"
pass 'a day like the others needs nothing' grep -q '"fit_again":.*false' "$work/over/run.json"
ends 'a report says it' 0 'Beside the reference: moved' \
    "$oddhours" report "$work/moved" -o - --reviews="$work/none.db"
ends 'a saved run, too' 0 '^moved: ' "$oddhours" top "$work/moved"
printf '%s\n' 'wait done' data 'wait idle' "screenshot $work/data" run 'wait idle' \
    "screenshot $work/stages" >"$work/script"
"$oddhours" --no-config --no-cache --screen 160x40 --script "$work/script" "$work/moved" >/dev/null
pass 'every screen says by which run' grep -q ' by ref of 20' "$work/data"
pass 'the Data view has a column for it' grep -q 'PSI *shift *unseen' "$work/data"
pass 'the Run view a line' grep -q 'fit the models again' "$work/stages"

# ---- since last time ----
sed 's/^1970-/2090-/' "$work/ref.csv" >"$work/later_ref.csv" # after any look
sed 's/^1970-/2090-/' "$work/today.csv" >"$work/later.csv"
run "$work/later_ref.csv" -o "$work/later_ref" $quick
look() { # look TABLE REFERENCE: the log of a session on it
    printf '%s\n' 'wait done' 'wait idle' log 'wait idle' "screenshot $work/looked" >"$work/script"
    "$oddhours" --no-config --no-cache --screen 120x40 --script "$work/script" \
        --reviews "$work/looks.db" --reviewer ana "$1" --reference="$2" >/dev/null
}
look "$work/later.csv" "$work/later_ref"
pass 'the first look has nothing to say' sh -c "! grep -q 'new episode' '$work/looked'"
look "$work/later.csv" "$work/later_ref"
pass 'the next says how many episodes are new' \
    grep -Eq '[1-9][0-9]* new episodes since 20[0-9-]+ [0-9:]+ UTC' "$work/looked"
look "$work/today.csv" "$work/ref"
look "$work/today.csv" "$work/ref"
pass 'what was there before is not new' grep -q ' 0 new episodes since' "$work/looked"
new() { "$oddhours" top -q -n 100000 "$1" --reference="$2" --filter new:yes --reviews "$work/looks.db" |
    sed 1d | wc -l | tr -d ' '; }
XDG_CONFIG_HOME=$work USER=ana
export XDG_CONFIG_HOME USER
same 'new:yes lists what is new' "$today" "$(new "$work/later.csv" "$work/later_ref")"
same 'and only that' 0 "$(new "$work/today.csv" "$work/ref")"
ends 'without a reference nothing is new or old' 2 'new: is what came since' \
    "$oddhours" top -q "$work/today.csv" --filter new:yes

# ---- tables and logs of other kinds ----
cp "$work/ref/run.odd" "$work/kept.odd"
"$oddhours" top -q "$work/today.csv" --reference="$work/kept.odd" >"$work/by_file"
"$oddhours" top -q "$work/today.csv" --reference="$work/ref" >"$work/by_directory"
pass 'a run may be named by its file' cmp "$work/by_directory" "$work/by_file"
ends 'another file' 2 'run' "$oddhours" top -q "$work/today.csv" --reference="$work/today.csv"
awk 'BEGIN { srand(5); for (t = 0; t < 80 * 3600; t += 60) { n = int(rand() * 6)
    for (i = 0; i < n; i++) { u = int(rand() * 12)
        printf "%d,U%d@D,U%d@D,C%d,C%d,NTLM,Network,LogOn,Success\n", t + i, u, u, u, u + int(rand() * 4) } } }' \
    >"$work/all.txt"
awk -F, '$1 < 60 * 3600' "$work/all.txt" >"$work/ref.txt"
awk -F, '$1 >= 60 * 3600' "$work/all.txt" >"$work/today.txt"
for novelty in off on; do
    pass "a log as reference, novelty $novelty" \
        run "$work/ref.txt" -o "$work/log_$novelty" $quick --novelty=$novelty
    pass "it scores a log: $novelty" \
        run "$work/today.txt" -o "$work/today_$novelty" --reference="$work/log_$novelty"
done
run "$work/all.txt" -o "$work/all" $quick
lines=$(($(wc -l <"$work/today_off/scores.csv") - 1))
same 'own past of a log goes on' "$(columns "$work/all/scores.csv" dt src_user own | tail -n "$lines" | cksum)" \
    "$(columns "$work/today_off/scores.csv" dt src_user own | cksum)"
pass 'that all is new in one log alone is no alarm' sh -c "
    ! '$oddhours' top -q -n 10000 '$work/today.txt' --by own --reference='$work/log_on' | grep -q ' new dst'"
"$oddhours" prep -q "$work/today.txt" -o "$work/today.parquet"
pass 'a table of Parquet by the log' run "$work/today.parquet" -o "$work/of_parquet" --reference="$work/log_off"
pass 'gives what the log gives' cmp "$work/today_off/scores.csv" "$work/of_parquet/scores.csv"
pass 'and a table without what is new' \
    run "$work/today.parquet" -o "$work/of_parquet" --reference="$work/log_on"
pass 'it is taken in, too' run "$work/today.txt" -o "$work/log_more" --extend="$work/log_off"
same 'as if it had been one log' "$(columns "$work/all/scores.csv" dt src_user iforest own triage | cksum)" \
    "$(columns "$work/log_more/scores.csv" dt src_user iforest own triage | cksum)"
printf 'account,kind,owner,label\nU3@D,service,ops,VIP\n' >"$work/accounts.csv"
pass 'with a list of accounts' run "$work/today.txt" -o "$work/listed" --reference="$work/log_off" \
    --accounts "$work/accounts.csv"
pass 'which decides' sh -c "
    '$oddhours' top -q -n 1000 '$work/listed' --filter kind:service | sed 1d | grep -q U3@D"

# ---- what was judged yesterday ----
row=$(columns "$work/over/scores.csv" dt src_user row_id | sed -n 5p | sed 's/.*,//')
before=$(wc -l <"$work/ref.csv")
first=$((before - 1 - common)) # of the reference's rows the first that both have
printf '%s\n' 'wait done' data "row $((first + 4))" 'wait idle' true-positive 'wait idle' >"$work/script"
"$oddhours" --no-config --no-cache --screen 120x40 --script "$work/script" --reviews="$work/r.db" \
    "$work/ref" >/dev/null
printf '%s\n' 'wait done' 'wait idle' >"$work/script"
"$oddhours" --no-config --no-cache --screen 160x40 --script "$work/script" --reviews="$work/r.db" \
    --reference="$work/ref" "$work/over.csv" >/dev/null
"$oddhours" top -q -n 5 "$work/over.csv" --reference="$work/ref" --reviews="$work/r.db" \
    --filter verdict:tp >"$work/judged"
same 'stands today, on the same row' "$row" "$(columns "$work/judged" row_id | sed 's/^,//')"

ends 'other features' 2 'was made of 7 features, and this table has 2: feature 3' \
    "$oddhours" top "$work/today.csv" --features total_events,failed_events --reference="$work/ref"
ends 'other parameters' 2 'made with other parameters' \
    "$oddhours" top "$work/today.csv" --trees 7 --reference="$work/ref"
ends 'a run that was scored by one' 2 'scored by a reference itself: name that one' \
    "$oddhours" top "$work/today.csv" --reference="$work/today"
ends 'a finished run as the table' 2 'is a finished run: to score its table' \
    "$oddhours" top "$work/ref" --reference="$work/ref"
ends 'no such directory' 2 'no directory or file of a finished run' \
    "$oddhours" top "$work/today.csv" --reference="$work/nowhere"
plan
