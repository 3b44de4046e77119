#!/bin/sh
# Episodes on the command line: what docs/TRIAGE.md says of them, against a list of rows cut by awk.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

quick='--trees 20 --epochs 1'
table=$data/synthetic_user_hours.csv.gz
pass 'a run' "$oddhours" run "$table" -o "$work/run" -q $quick

# episodes LIST GAP: worst row, rows and row_ids of each episode of the flagged rows, the worst first
episodes() {
    "$oddhours" top "$work/run" -q --by "$1" -n 100000 --filter "flagged:$1" |
        awk -F, -v list="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == list) score = i; next }
            { split($3, t, /[- :]/)
              print $4 "," (t[2] * 31 - 31 + t[3]) * 24 + t[4] "," $2 "," $score "," $1 }' |
        sort -t, -k1,1 -k2,2n -k3,3n |
        awk -F, -v gap="$2" '
            function put() { if (n) print rank, best, n, rows }
            $1 != user || $2 - hour > gap { put(); n = 0; rank = 1e9; rows = "" }
            { user = $1; hour = $2; n++; rows = rows (n > 1 ? " " : "") $3
              if ($5 < rank) { rank = $5; best = $3 } }
            END { put() }' | sort -n | cut -d' ' -f2-
}

listed() { # listed OPTION...: the same three of what top prints
    "$oddhours" top "$work/run" -q --by-episode "$@" | awk -F, 'NR > 1 { print $2, $(NF - 1), $NF }'
}
for list in triage lof; do
    for gap in 2 5; do
        episodes $list $gap >"$work/cut"
        same "all episodes of $list, at most $gap hours apart" "$(cat "$work/cut")" \
            "$(listed --by $list --gap $gap -n 100000)"
        same "and the first seven" "$(head -n 7 "$work/cut")" \
            "$(listed --by $list --gap $gap -n 7)"
    done
done
pass 'a gap of five hours leaves fewer than one of two' test "$(listed --gap 5 -n 100000 | wc -l)" \
    -lt "$(listed -n 100000 | wc -l)"

# ---- a filter lists the episodes that have one of its rows, with all their rows ----
episodes triage 2 >"$work/cut"
"$oddhours" top "$work/run" -q -n 100000 --filter 'hour:3' | cut -d, -f2 >"$work/at3"
awk 'NR == FNR { wanted[$1]; next } { for (i = 3; i <= NF; i++) if ($i in wanted) { print; next } }' \
    "$work/at3" "$work/cut" >"$work/some"
pass 'there are some, of several hours' awk '$2 > 1 { n++ } END { exit n < 3 }' "$work/some"
same 'episodes with a row at three' "$(cat "$work/some")" "$(listed --filter hour:3 -n 100000)"
same 'sort: orders them by their worst rows' "$(listed -n 100000 --filter hour:3 | sort -n)" \
    "$(listed -n 100000 --filter 'hour:3 sort:row')"

# ---- what a line says ----
first=$("$oddhours" top "$work/run" -q --by-episode -n 1 --format json)
pass 'begin, end and hours' sh -c 'printf "%s" "$1" | grep -q \
    "\"episode_begin\":.*\"episode_end\":.*\"episode_hours\":.*\"episode_rows\":"' - "$first"
pass 'the notes say how they were cut' sh -c \
    'printf "%s" "$1" | grep -q "triage gap=2h: the columns are of the worst user-hour"' - "$first"
# ---- the report: verdicts and truth by episode ----
review=$data/synthetic_review.json
"$oddhours" report "$work/run" -q -n 60 --by-episode --reviews "$review" \
    --truth "$data/synthetic_truth.csv" -o "$work/report.json"
"$oddhours" report "$work/run" -q -n 60 --by-episode --reviews "$review" \
    --truth "$data/synthetic_truth.csv" -o "$work/report.md"
for verdict in tp fp undecided; do
    "$oddhours" top "$work/run" -q -n 100000 --filter "verdict:$verdict" --reviews "$review" |
        awk -F, -v verdict=$verdict 'NR > 1 { print $2, verdict }'
done >"$work/verdicts"
# LIST: episodes, tp, fp, undecided, open, right, incidents
judged() {
    listed --by "$1" -n 60 >"$work/head"
    awk '
        FILENAME ~ /verdicts$/ { verdict[$1] = $2; next }
        FILENAME ~ /truth.csv$/ { split($0, f, ","); incident[f[1]] = f[5]; next }
        { n++; t = u = open = right = 0
          for (i = 3; i <= NF; i++) { # "in" first: a look makes what is not there
              open += !($i in verdict); t += verdict[$i] == "tp"; u += verdict[$i] == "undecided"
              if ($i in incident) { right = 1; if (!(incident[$i] in seen)) found++; seen[incident[$i]] }
          }
          if (t) tp++; else if (open) none++; else if (u) und++; else fp++
          positive += right }
        END { print n + 0, tp + 0, fp + 0, und + 0, none + 0, positive + 0, found + 0 }' \
        "$work/verdicts" "$data/synthetic_truth.csv" "$work/head"
}
reported() { # the same of the report
    tr -d ' \n\t' <"$work/report.json" | sed 's/.*"episodes":{"gap_hours":2,"lists":\[//' |
        sed "s/.*{\"name\":\"$1\",\"k\"/k/" | sed 's/}}.*//' | sed 's/"truth":{"user_hours":[0-9]*,//' |
        tr '{,' '\n\n' | awk -F: '/^k|tp"|fp"|undecided"|open"|right"|"incidents"/ {
            printf "%s%d", n++ ? " " : "", $2 } END { print "" }'
}
for list in triage autoencoder lof; do
    same "verdicts and truth of the first 60 episodes of $list" "$(judged $list)" \
        "$(reported $list)"
done
pass 'some of them are true, false and open' sh -c \
    'set -- $1; test $2 -gt 0 && test $3 -gt 0 && test $5 -gt 0' - "$(judged autoencoder)"
pass 'and for people' grep -q '^## By episode' "$work/report.md"
"$oddhours" report "$work/run" -q --reviews "$review" -o "$work/plain.md"
pass 'only when it is asked for' sh -c '! grep -q "By episode" "$1"' - "$work/plain.md"
ends '--gap alone in a report' 2 'gap is for --by-episode' "$oddhours" report "$work/run" --gap 3 \
    -o "$work/none.md"
ends '--gap alone' 2 'gap is for --by-episode' "$oddhours" top "$work/run" --gap 3
ends 'a gap of nothing' 2 'gap' "$oddhours" top "$work/run" --by-episode --gap 0

# ---- a verdict on an episode, exported and taken in elsewhere ----
cat >"$work/judge" <<END
wait done
by episode
top
wait idle
key t
reason 1
wait idle
export-review $work/one.json
export-review $work/one.csv
wait idle
END
cat >"$work/again" <<END
wait done
import $work/one.csv
wait idle
export-review $work/two.json
by episode
top
wait idle
screenshot $work/screen
END
explore() { # explore STORE SCRIPT
    "$oddhours" "$table" $quick --no-cache --no-config --screen 100x30 --reviews "$work/$1.db" \
        --reviewer ann --script "$work/$2"
}
pass 'the first episode is judged' explore one judge
pass 'and taken in' explore two again
same 'nothing is lost on the way' "$(cat "$work/one.json")" "$(cat "$work/two.json")"
pass 'it says how it was cut, and why' sh -c \
    'grep -q "\"episode\":\"triage gap=2h\"" "$1" && grep -q "\"reason\":\"backup\"" "$1"' - \
    "$work/two.json"
pass 'and is one line with all its hours' grep -qE 'TP +1 +33/33 ' "$work/screen"
plan
