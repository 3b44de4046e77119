#!/bin/sh
# oddhours report: verdicts and truth in Markdown and JSON, and what is refused.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

table=$data/synthetic_user_hours.csv.gz
truth=$data/synthetic_truth.csv
quick="--models iforest,lof -q"

# ---- without verdicts ----
pass 'no verdicts yet is no error' "$oddhours" report "$table" -o "$work/none.md" \
    --reviews "$work/none.db" $quick
pass 'it says so' grep -q 'Reviewers: none yet' "$work/none.md"
pass 'bounds of an empty review' grep -q '| Isolation Forest | 0 | 0 | 0 | 50 | - | 0.0 to 100.0 %' \
    "$work/none.md"
pass 'looking makes no file' test ! -e "$work/none.db"
pass 'the run card is there' grep -q '"seed": 42' "$work/none.md"

# ---- with truth ----
pass 'truth as Markdown' "$oddhours" report "$table" -o "$work/truth.md" \
    --reviews "$work/none.db" --truth "$truth" -n 100 $quick
pass 'accounting of its lines' grep -q '308 lines: 308 found in the table' "$work/truth.md"
pass 'the trivial rules stand beside' grep -q 'most dst\\_hosts' "$work/truth.md"
pass 'alerts a day' grep -q 'caught of 104 positive user-days, 103 incidents' "$work/truth.md"
pass 'truth as JSON' "$oddhours" report "$table" -o "$work/truth.json" \
    --reviews "$work/none.db" --truth "$truth" $quick
pass 'JSON has the counts' grep -q '"positive_rows": 308' "$work/truth.json"
pass 'JSON has the run card' grep -q '"kernel"' "$work/truth.json"
ends 'standard output' 0 '^## Precision@50' "$oddhours" report "$table" -o - \
    --reviews "$work/none.db" $quick
pass 'the LANL red-team list fits no synthetic user' "$oddhours" report "$table" \
    -o "$work/lanl.md" --reviews "$work/none.db" --truth "$data/lanl_redteam.txt" $quick
pass 'and its accounting says so' grep -q '749 lines: 0 found in the table, 34 duplicate, 0 unreadable, 715 not found' \
    "$work/lanl.md"

# ---- a K that is too large ----
ends 'K beyond the table is the table' 0 '^## Precision@100000$' "$oddhours" report "$table" -o - \
    --reviews "$work/none.db" -n 200000 $quick
ends 'a list that is shorter says so' 0 '^- Local Outlier Factor ranks only [0-9,]* rows' \
    "$oddhours" report "$table" -o - --reviews "$work/none.db" -n 50000 $quick --lof-sample 50 \
    --lof-scope sample

# ---- with a recorded review ----
review=$data/synthetic_review.json
pass 'a recorded review' "$oddhours" report "$table" -o "$work/review.md" \
    --reviews "$review" $quick
pass 'who reviewed' grep -q 'Reviewers: demo' "$work/review.md"
pass 'how much was blind' grep -qE '[1-9][0-9]* of them blind' "$work/review.md"
pass 'how long it took' grep -qE 'hours for the [0-9]+ that were timed' "$work/review.md"
pass 'precision with its counts' grep -qE '^\| Isolation Forest .* \([0-9]+ of [0-9]+\) \|' \
    "$work/review.md"
pass 'self-agreement' grep -q 'shown again |' "$work/review.md"
pass 'controls of the bulk' grep -q 'Controls of the bulk' "$work/review.md"
pass 'as JSON' "$oddhours" report "$table" -o "$work/review.json" --reviews "$review" $quick
pass 'JSON has the controls of the bulk' grep -q '"controls_clopper_pearson_95": *\[' \
    "$work/review.json"
ends 'of one reviewer' 0 'These numbers are of the verdicts of demo-2\.' "$oddhours" report \
    "$table" -o - --reviews "$review" --reviewer demo-2 $quick
pass 'one reviewer as JSON' "$oddhours" report "$table" -o "$work/one.json" \
    --reviews "$review" --reviewer demo-2 $quick
pass 'JSON says whose verdicts count' grep -q '"verdicts_of": *"demo-2"' "$work/one.json"
pass 'why a row was odd' grep -q 'of all user-hours' "$work/review.md"

# ---- of a saved run ----
"$oddhours" run "$table" -o "$work/run" $quick
pass 'a saved run' "$oddhours" report "$work/run" -o "$work/saved.md" --reviews "$review" -q
same 'says what the file says' "$(sed '/^## Run card/,$d' "$work/review.md")" \
    "$(sed '/^## Run card/,$d' "$work/saved.md")"

# ---- of another version of the file ----
gzip -dc "$table" | sed '2d' >"$work/other.csv"
pass 'the review of another version of the file' "$oddhours" report "$work/other.csv" \
    -o "$work/other.md" --reviews "$review" $quick
pass 'is matched by content' grep -qE 'found again by content, [0-9]+ were not' "$work/other.md"

# ---- as a page ----
page() { # page NAME TABLE OPTION...: a report as page and Markdown
    name=$1 of=$2
    shift 2
    "$oddhours" report "$of" -o "$work/$name.html" $quick "$@" &&
        "$oddhours" report "$of" -o "$work/$name.md" $quick "$@"
}
pass 'a report as a page' page review "$table" --reviews "$review"
pass 'with truth, by episode' page truth_page "$table" --reviews "$review" --truth "$truth" \
    --by-episode
# Names that would be obeyed if they were not escaped.
{
    echo 'dt,src_user,total_events,failed_events'
    for hour in 01 02 03 04 05 06 07 08; do
        printf '2024-03-01 %s:00:00,<script>alert(1)</script>,%s,0\n' $hour $hour
        printf '2024-03-01 %s:00:00,"""><img src=x onerror=alert(2)> & | `x` **b**",9%s,1\n' $hour $hour
        printf '2024-03-01 %s:00:00,\342\200\256evil\033[2J,%s,2\n' $hour $hour
    done
} >"$work/<b>hostile&.csv"
cat >"$work/judge" <<END
wait done
top
wait idle
key t f t f t f
note <i>odd</i> | "so"
wait idle
END
"$oddhours" --no-cache --no-config --screen 100x30 --script "$work/judge" --reviews "$work/hostile.db" \
    --features total_events,failed_events --models iforest "$work/<b>hostile&.csv" >/dev/null
pass 'of hostile names' page hostile "$work/<b>hostile&.csv" --reviews "$work/hostile.db" \
    --features total_events,failed_events
if command -v python3 >/dev/null; then
    for name in review truth_page hostile; do
        same "$name.html is well made and says what the Markdown says" '' \
            "$(python3 "$srcdir/tests/cli/html_check.py" "$work/$name.html" "$work/$name.md" 2>&1)"
    done
else
    skip 'pages are well made' 'there is no python3'
fi
pass 'it has a figure of every list' sh -c \
    "test \$(grep -c '<svg' '$work/review.html') -ge 10"
pass 'no name is obeyed' sh -c "! grep -Eq '<script|<img|<i>|<b>' '$work/hostile.html'"
if command -v chromium >/dev/null; then
    timeout 100 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync \
        --user-data-dir="$work/chromium" --enable-logging=stderr --print-to-pdf="$work/page.pdf" \
        "file://$work/review.html" >"$work/browser" 2>&1 || true
    if [ -s "$work/page.pdf" ]; then
        pass 'a browser prints it, with no message' sh -c "! grep -q CONSOLE '$work/browser'"
    else
        skip 'a browser prints it' 'it does not start here'
    fi
else
    skip 'a browser prints it' 'there is no chromium'
fi

# ---- pseudonyms ----
cat >"$work/notes" <<'END'
wait done
top
wait idle
key t
note like u17203 did, and SYSTEM@C1: seen on dom1.
wait idle
END
"$oddhours" --no-cache --no-config --screen 100x30 --script "$work/notes" --reviews "$work/notes.db" \
    --models iforest "$table" >/dev/null
for end in html md json; do
    pass "pseudonyms in .$end" "$oddhours" report "$table" -o "$work/renamed.$end" \
        --reviews "$work/notes.db" --pseudonyms "$work/key.csv" $quick
done
sed -n '2,$s/^[^,]*,//p' "$work/key.csv" | tr -d '"' | sed 's/@/\n/' | sort -u >"$work/real"
pass 'the key has the accounts' test "$(wc -l <"$work/real")" -gt 100
grep -v -x -E '.{1,2}' "$work/real" >"$work/secret"
for end in html md json; do # the rules of account kinds are a setting; system-ui is a font
    same "no real name in .$end" '' \
        "$(grep -v -e 'anonymous=ANONYMOUS' -e 'font:' "$work/renamed.$end" | grep -i -w -F -f "$work/secret")"
done
pass 'a note that names accounts has pseudonyms' \
    grep -Eq 'like person-[0-9]+ did, and (service-[0-9]+|an account)@C1: seen on host-[0-9]+\.' "$work/renamed.md"
same 'the key is for its owner' 600 "$(stat -c %a "$work/key.csv")"
cp "$work/key.csv" "$work/key.first"
pass 'the same key again' "$oddhours" report "$table" -o "$work/again.md" \
    --reviews "$work/notes.db" --pseudonyms "$work/key.csv" $quick
for file in renamed again; do # but for how long it took
    sed '/^## Run card/q' "$work/$file.md" >"$work/$file.body"
done
pass 'gives the same names' cmp -s "$work/renamed.body" "$work/again.body"
pass 'and stays as it is' cmp -s "$work/key.csv" "$work/key.first"
printf 'pseudonym,account\nthe boss,U17203@DOM1\nperson-1,somebody of another table\n' >"$work/own.csv"
pass 'a key of other tables' "$oddhours" report "$table" -o "$work/own.md" \
    --reviews "$work/notes.db" --pseudonyms "$work/own.csv" $quick
pass 'keeps what it says' grep -q '^the boss,U17203@DOM1$' "$work/own.csv"
same 'gives no pseudonym twice' '' "$(cut -d, -f1 "$work/own.csv" | sort | uniq -d)"
pass 'and is used' grep -q 'like the boss did' "$work/own.md"
printf 'a,b\na,c\n' >"$work/twice.csv"
ends 'a pseudonym twice' 2 'twice.csv, line 2: .* already' "$oddhours" report "$table" -o - \
    --reviews "$work/none.db" --pseudonyms "$work/twice.csv" $quick
printf 'one word\n' >"$work/word.csv"
ends 'a key that is none' 2 'word.csv, line 1: not a pseudonym and an account' "$oddhours" report \
    "$table" -o - --reviews "$work/none.db" --pseudonyms "$work/word.csv" $quick
printf 'total_events,failed_events\n1,2\n3,4\n5,6\n' >"$work/nobody.csv"
ends 'nobody to rename' 2 'no src_user column' "$oddhours" report "$work/nobody.csv" -o - \
    --reviews "$work/none.db" --pseudonyms "$work/nobody.key" --models iforest -q \
    --features total_events,failed_events
pass 'makes no key' test ! -e "$work/nobody.key"

# ---- the bundled report ----
if command -v python3 >/dev/null; then
    same 'the bundled page is well made' '' \
        "$(python3 "$srcdir/tests/cli/html_check.py" "$data/synthetic_report.html" 2>&1)"
else
    skip 'the bundled page is well made' 'there is no python3'
fi
pass 'and is of the bundled table' grep -q '<h1>synthetic_user_hours.csv.gz: ' \
    "$data/synthetic_report.html"
pass 'its picture stands by itself' sh -c \
    "awk -f '$data/report_picture.awk' '$data/synthetic_report.html' | cmp -s - '$data/synthetic_report.svg'"

# ---- what is refused ----
ends 'no output' 2 'report needs -o FILE' "$oddhours" report "$table"
ends 'a truth list that is none' 2 'neither a red-team list' "$oddhours" report "$table" -o - \
    --reviews "$work/none.db" --truth "$data/README.md" $quick
ends 'a review that is none' 2 'no review of oddhours|no exported review' "$oddhours" report \
    "$table" -o - --reviews "$work/truth.json" $quick
printf 'no database, just words, and enough of them to be read as a page\n' >"$work/words.db"
ends 'a store that is none' 2 'not a review store' "$oddhours" report "$table" -o - \
    --reviews "$work/words.db" $quick
ends 'an unknown reviewer' 2 'nobody has judged nothing' "$oddhours" report "$table" -o - \
    --reviews "$review" --reviewer nobody $quick
ends 'a reviewer with a typo' 2 'dmo has judged nothing' "$oddhours" report "$table" -o - \
    --reviews "$review" --reviewer dmo $quick
ends 'a review that is not there, as JSON' 1 'No such file' "$oddhours" report "$table" -o - \
    --reviews "$work/none.json" $quick
ends 'a directory that is not there' 1 'No such file' "$oddhours" report "$table" \
    -o "$work/nowhere/x.md" --reviews "$work/none.db" $quick

plan
