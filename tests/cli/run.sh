#!/bin/sh
# oddhours run, describe and top: what they write, and every message about bad input.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

table=$data/lanl_user_hours.csv
quick="--trees 20 --epochs 1"
csv=--format=csv
three=iforest,autoencoder,lof

# ---- a run writes all its files ----
out=$work/out
ends 'run on the real table' 0 'peak memory' \
    "$oddhours" run "$table" -o "$out" $csv --scores --models=$three $quick
same 'all files, and nothing else' \
    "autoencoders.csv isolation_forest.csv lof.csv run.json run.odd run_ae_info.json run_if_info.json run_lof_info.json sample_idx.csv scores.csv" \
    "$(cd "$out" && ls | tr '\n' ' ' | sed 's/ $//')"
same 'isolation_forest.csv has a line a row' 2968 "$(wc -l <"$out/isolation_forest.csv" | tr -d ' ')"
same 'its columns' 'iso_score,iso_label,dt,src_user' "$(head -n 1 "$out/isolation_forest.csv")"
same 'columns of autoencoders.csv' 'ae_score,dt,src_user' "$(head -n 1 "$out/autoencoders.csv")"
same 'columns of sample_idx.csv' 'row_id,dt,src_user' "$(head -n 1 "$out/sample_idx.csv")"
same 'columns of lof.csv' 'row_id,dt,src_user,lof_score,lof_label' "$(head -n 1 "$out/lof.csv")"
same 'columns of scores.csv' \
    'row_id,dt,src_user,iforest,iforest_rank,autoencoder,autoencoder_rank,lof,lof_rank,ensemble,ensemble_rank,triage,triage_rank' \
    "$(head -n 1 "$out/scores.csv")"
same 'a table of less than a million rows is sampled whole, in file order' '0 2966' \
    "$(sed -n '2p;$p' "$out/sample_idx.csv" | cut -d, -f1 | tr '\n' ' ' | sed 's/ $//')"
ranks() { cut -d, -f"$1" "$out/scores.csv" | tail -n +2 | sort -n | awk '$1 != NR { exit 1 }'; }
for column in 5 7 9 11; do
    pass "ranks in column $column of scores.csv are 1 to n" ranks $column
done
pass 'run.json says what was read' grep -q '"rows": *2967' "$out/run.json"
pass 'run_if_info.json has the keys of the notebook' \
    grep -q '"n_estimators": *20' "$out/run_if_info.json"

# ---- the same bytes for any number of threads ----
"$oddhours" run "$table" -o "$work/t1" --format both --scores -q --threads 1 $quick
"$oddhours" run "$table" -o "$work/t5" --format both --scores -q --threads 5 $quick
for file in isolation_forest autoencoders sample_idx lof scores; do
    for ending in csv parquet; do
        pass "$file.$ending with 1 and 5 threads" \
            cmp "$work/t1/$file.$ending" "$work/t5/$file.$ending"
    done
done

# ---- other inputs ----
gzip -c "$table" >"$work/named.table"
"$oddhours" run "$work/named.table" -o "$work/gz" $csv -q $quick
pass 'a gzip file is read as it is' cmp "$out/lof.csv" "$work/gz/lof.csv"
"$oddhours" run - -o "$work/stdin" $csv -q $quick <"$table"
pass 'standard input' cmp "$out/isolation_forest.csv" "$work/stdin/isolation_forest.csv"
cut -d, -f3- "$table" >"$work/bare.csv"
"$oddhours" run "$work/bare.csv" -o "$work/bare" $csv -q $quick
same 'without dt and src_user their columns are left out' 'iso_score,iso_label' \
    "$(head -n 1 "$work/bare/isolation_forest.csv")"
"$oddhours" run "$table" -o "$work/one" $csv -q --models lof --features dst_hosts,src_hosts
same 'one detector writes its own files only' \
    "lof.csv run.json run.odd run_lof_info.json sample_idx.csv" \
    "$(cd "$work/one" && ls | tr '\n' ' ' | sed 's/ $//')"
"$oddhours" run "$table" -o "$work/ecod" $csv -q --models iforest,ecod $quick
same 'an optional detector runs when it is named' \
    "ecod.csv isolation_forest.csv run.json run.odd run_ecod_info.json run_if_info.json" \
    "$(cd "$work/ecod" && ls | tr '\n' ' ' | sed 's/ $//')"
same 'columns of ecod.csv' 'ecod_score,dt,src_user' "$(head -n 1 "$work/ecod/ecod.csv")"
pass 'what the others found is as without it' \
    cmp "$out/isolation_forest.csv" "$work/ecod/isolation_forest.csv"
"$oddhours" run "$table" -o "$work/usual" $csv -q $quick
pass 'and only then' test ! -e "$work/usual/ecod.csv"
ends 'top by it' 0 'row_id' "$oddhours" top "$work/ecod" -q --by ecod
ends 'top by it where it was not named' 2 'ecod' "$oddhours" top "$work/usual" -q --by ecod
"$oddhours" run "$table" -o "$out" $csv -q --models iforest $quick
same 'a second run leaves nothing of the first' \
    "isolation_forest.csv run.json run.odd run_if_info.json" \
    "$(cd "$out" && ls | tr '\n' ' ' | sed 's/ $//')"

# ---- own past ----
"$builddir/data/generate" --rows 4000 -o "$work/days.csv"
"$oddhours" run "$work/days.csv" -o "$work/days" $csv -q $quick
same 'columns of own_past.csv' 'own,triage,dt,src_user' "$(head -n 1 "$work/days/own_past.csv")"
same 'own_past.csv has a line a row' 4001 "$(wc -l <"$work/days/own_past.csv" | tr -d ' ')"
"$oddhours" run "$work/days.csv" -o "$work/days2" $csv -q $quick --half-life 2
fails() { ! "$@"; }
pass 'what is long ago counts less with a shorter --half-life' \
    fails cmp -s "$work/days/own_past.csv" "$work/days2/own_past.csv"
same 'triage is shown first' \
    "$("$oddhours" top "$work/days" -q -n 20 --by triage | cut -d, -f2)" \
    "$("$oddhours" top "$work/days" -q -n 20 | cut -d, -f2)"

# ---- formats ----
files() { (cd "$1" && ls | grep -v -e '\.json$' -e '\.odd$' | tr '\n' ' '); }
whole() { # whole FILE: it begins and ends as Parquet does
    test "$(head -c 4 "$1")$(tail -c 4 "$1")" = PAR1PAR1
}
"$oddhours" run "$work/days.csv" -o "$work/kinds" -q --scores $quick
same 'Parquet is the default' \
    'autoencoders.parquet isolation_forest.parquet lof.parquet own_past.parquet sample_idx.parquet scores.parquet ' \
    "$(files "$work/kinds")"
for file in "$work"/kinds/*.parquet; do
    pass "${file##*/} is whole" whole "$file"
done
"$oddhours" run "$work/days.csv" -o "$work/kinds" -q --models iforest $csv $quick
same 'files of the other kind are removed' 'isolation_forest.csv own_past.csv ' \
    "$(files "$work/kinds")"
"$oddhours" run "$work/days.csv" -o "$work/kinds" -q --models iforest --format=both $quick
same 'both kinds' \
    'isolation_forest.csv isolation_forest.parquet own_past.csv own_past.parquet ' \
    "$(files "$work/kinds")"
"$oddhours" run "$work/days.csv" -o "$work/kinds" -q --models lof --format=parquet $quick
same 'and one again' 'lof.parquet own_past.parquet sample_idx.parquet ' "$(files "$work/kinds")"
ends 'another format' 2 "parquet, csv or both, not 'paquet'.*'parquet'" \
    "$oddhours" run "$table" -o "$work/x" --format paquet

# ---- the explorer without a terminal, or a command that was mistyped ----
ends 'a mistyped command' 2 "there is no command 'tpo'; did you mean 'top'" "$oddhours" tpo "$table"
ends 'two files, one is not there' 1 "cannot open 'no-such-file'" "$oddhours" "$table" no-such-file
ends 'a file that is not there comes before the terminal' 1 'No such file' \
    "$oddhours" "$work/nothing.csv"
mkdir "$work/empty"
ends 'so does a directory without a table' 2 'is a directory' "$oddhours" "$work/empty"
ends 'a file that is there' 2 'this is not a terminal' "$oddhours" "$table"

# ---- describe and top ----
ends 'describe' 0 'rows      2,967 in 9 columns' "$oddhours" describe "$table"
ends 'describe as JSON' 0 '"rows": 2967' "$oddhours" describe "$table" --json
cat "$table" "$table" | awk 'NR == 1 || !/^dt,/' >"$work/twice.csv"
ends 'describe says when time and user are no key' 0 'is no key here' \
    "$oddhours" describe "$work/twice.csv"
"$oddhours" top "$table" -q -n 7 $quick >"$work/top.csv"
same 'top prints n rows and a header' 8 "$(wc -l <"$work/top.csv" | tr -d ' ')"
same 'top by one detector is its ranking' \
    "$(sort -t, -k5,5n "$work/t1/scores.csv" | sed -n '2,6p' | cut -d, -f1 | tr '\n' ' ')" \
    "$("$oddhours" top "$table" -q -n 5 --by iforest $quick | tail -n +2 | cut -d, -f2 | tr '\n' ' ')"

"$oddhours" top "$table" -q -n 1000 $quick --filter 'user:U6* dst:>=3' >"$work/filtered.csv"
same 'top takes the filter language' '' \
    "$(tail -n +2 "$work/filtered.csv" | awk -F, '$4 !~ /^U6/ || $9 < 3')"
same 'and finds every row' \
    "$(awk -F, 'NR > 1 && $2 ~ /^U6/ && $6 >= 3' "$table" | wc -l | tr -d ' ')" \
    "$(tail -n +2 "$work/filtered.csv" | wc -l | tr -d ' ')"
nobody=$(awk 'BEGIN { for (i = 0; i < 300; i++) printf "nobody%d,", i }')
same 'a filter is read to its end, however long' "$(cat "$work/filtered.csv")" \
    "$("$oddhours" top "$table" -q -n 1000 $quick --filter "user:${nobody}U6* dst:>=3")"
printf 'dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,nbhours_events,nbhours_ratio\n' \
    >"$work/formulas.csv"
for i in 1 2 3 4 5 6 7 8 9; do
    printf '1970-01-01 0%d:00:00,"=cmd(%d)",%d,0,0,1,1,0,0\n' $i $i $i
done >>"$work/formulas.csv"
small="--models iforest --trees 10"
same 'CSV has the texts as they are' '=cmd(1)' \
    "$("$oddhours" top "$work/formulas.csv" -q -n 1 --by ensemble $small | tail -n 1 | cut -d, -f4)"
same 'or guarded against spreadsheets' "'=cmd(1)" \
    "$("$oddhours" top "$work/formulas.csv" -q -n 1 --by ensemble $small --guard-formulas | tail -n 1 |
        cut -d, -f4)"
"$oddhours" top "$work/formulas.csv" -q -n 3 $small --format json --filter 'total:>2' >"$work/top.json"
json_is_whole() {
    /usr/bin/python3 - "$1" <<'EOF'
import json, sys
top = json.load(open(sys.argv[1]))
assert top["count"] == len(top["rows"]) == 3, top["count"]
assert top["columns"] == list(top["rows"][0]), top["columns"]
assert top["notes"]["filter"] == "total_events:>2 sort:triage-desc", top["notes"]
assert top["rows"][0]["src_user"].startswith("=cmd("), top["rows"][0]
EOF
}
if command -v /usr/bin/python3 >/dev/null; then
    pass 'JSON is one object with all of it' json_is_whole "$work/top.json"
else
    skip 'JSON is one object with all of it' 'no python3'
fi
"$oddhours" top "$work/formulas.csv" -q -n 3 $small --format markdown >"$work/top.md"
same 'Markdown has a heading, notes and a table' '# Top 3 by triage|3' \
    "$(head -n 1 "$work/top.md")|$(grep -c '^| [0-9]' "$work/top.md")"
ends 'an unknown format gets the nearest' 2 "not 'jsn'; did you mean 'json'" \
    "$oddhours" top "$table" --format jsn
ends 'the guard is for CSV' 2 'guard-formulas is for CSV' \
    "$oddhours" top "$table" --format json --guard-formulas
mkdir -p "$work/share/oddhours"
printf '{"saved": {"sixes": "user:U6*"}}' >"$work/share/oddhours/filters.json"
same 'a saved filter by its name' \
    "$("$oddhours" top "$table" -q -n 1000 $quick --filter 'user:U6* dst:>=3')" \
    "$(XDG_DATA_HOME="$work/share" "$oddhours" top "$table" -q -n 1000 $quick \
        --filter '@sixes dst:>=3')"
ends 'one that was probably meant' 2 "filter, column 1: no filter is saved as 'sixse'; .* @sixes" \
    env XDG_DATA_HOME="$work/share" "$oddhours" top "$table" -q $quick --filter '@sixse'
printf '{"saved": 1}' >"$work/share/oddhours/filters.json"
ends 'a damaged file of filters is named' 2 'filters.json: saved: wants an object' \
    env XDG_DATA_HOME="$work/share" "$oddhours" top "$table" -q $quick --filter '@sixes'
ends 'a name that nobody has is said, and what it begins' 0 \
    '^oddhours: no user is named u66; user:u66\* has [0-9]+ rows' \
    "$oddhours" top "$table" -q $quick --filter 'user:u66'
ends 'by episodes, too' 0 '^oddhours: no user is named u66; user:u66\* has [0-9]+ rows' \
    "$oddhours" top "$table" -q $quick --filter 'user:u66' --by-episode
ends 'a wrong filter says where' 2 'filter, column 1: there is no field usr; did you mean user[?]$' \
    "$oddhours" top "$table" -q $quick --filter 'usr:U66'

# ---- bad usage ----
ends 'no file' 2 'a file is missing' "$oddhours" run -o "$work/x"
ends 'two files' 1 "cannot open 'a'" "$oddhours" run a b -o "$work/x"
ends 'no directory' 2 'say where the files go' "$oddhours" run "$table"
ends 'an unknown option gets the nearest' 2 'did you mean --trees' "$oddhours" run "$table" --tree=3
ends 'an unknown detector gets the nearest' 2 "did you mean 'iforest'" \
    "$oddhours" run "$table" -o "$work/x" --models iforst
ends 'a number out of bounds' 2 'trees: .0. is not a whole number' \
    "$oddhours" run "$table" -o "$work/x" --trees 0
ends 'a word that is not one' 2 'lof: .dictinct. is not one of: distinct or sklearn' \
    "$oddhours" run "$table" -o "$work/x" --lof dictinct
ends 'an option without its value' 2 'wants a value' "$oddhours" run "$table" -o
ends 'a switch with a value' 2 'takes no value' "$oddhours" run "$table" --quiet=1 -o "$work/x"
ends 'top by nothing known' 2 "did you mean 'ensemble'" "$oddhours" top "$table" --by ensemb
ends 'help' 0 'usage: oddhours run' "$oddhours" run --help
ends 'version' 0 '^oddhours [0-9]' "$oddhours" run --version

# ---- bad input: one sentence, exit 2, nothing written ----
refused() { # refused NAME PATTERN FILE [OPTION]...
    what=$1 pattern=$2 file=$3
    shift 3
    rm -rf "$work/no"
    ends "$what" 2 "$pattern" "$oddhours" run "$file" -o "$work/no" "$@"
    pass "$what: nothing is written" test ! -e "$work/no"
}
: >"$work/empty.csv"
refused 'an empty file' 'empty' "$work/empty.csv"
head -n 1 "$table" >"$work/header.csv"
refused 'a header and no rows' 'no' "$work/header.csv"
refused 'a directory' 'directory' "$work/empty"
head -c 4000 /dev/urandom >"$work/binary.csv"
printf '\0\0\0\0' >>"$work/binary.csv"
refused 'a binary file' '.' "$work/binary.csv"
cut -d, -f1-5 "$table" >"$work/short.csv"
refused 'missing columns are named' 'dst_hosts' "$work/short.csv"
printf '%s\n' "$(head -n 1 "$table")" '1970-01-01 00:00:00,U1,2,0,0.0,1,1,2' >"$work/fields.csv"
{ cat "$table"; echo '1970-01-01 00:00:00,U1,1e300,0,0.0,1,1,2,1.0'; } >"$work/large.csv"
refused 'a number too large to be scaled' 'column total_events are too large to be scaled' \
    "$work/large.csv"
refused 'only lines that cannot be used' '.' "$work/fields.csv"
{ cat "$table"; echo '1970-01-01 00:00:00,U1,many,0,0.0,1,1,2,1.0'; } >"$work/word.csv"
refused 'with --strict a line that cannot be used' 'line 2969' "$work/word.csv" --strict
ends 'without it, the line is reported' 0 'line 2,969' \
    "$oddhours" run "$work/word.csv" -o "$work/word" $quick
mkdir "$work/no"
ends 'a run that fails' 2 'is empty' "$oddhours" run "$work/empty.csv" -o "$work/no"
pass 'leaves a directory that was there' test -d "$work/no"
ends 'a file that is not there' 1 'No such file' "$oddhours" run "$work/nowhere.csv" -o "$work/no"
: >"$work/file"
ends 'a file in the place of the directory' 2 'is a file' "$oddhours" run "$table" -o "$work/file"

# ---- the directory, and who else is in it ----
ends 'several files cannot go to standard output' 2 'a run has several files' \
    "$oddhours" run "$table" -o - $quick
pass 'and no directory is made for them' test ! -e -
mkdir "$work/left"
for name in scores.csv.4711-0 lof.parquet.7-1 run.odd.99999-3 run_lof_info.json.1-0 run.json.12-99; do
    echo half >"$work/left/$name"
done
for name in scores.csv.old scores.csv.12-x notes.csv.12-0 scores.csv.12- scores.csv.-1; do
    echo mine >"$work/left/$name"
done
"$oddhours" run "$table" -q -o "$work/left" $quick
same 'what a killed run has left is removed, and nothing else' \
    'notes.csv.12-0 scores.csv.-1 scores.csv.12- scores.csv.12-x scores.csv.old ' \
    "$(cd "$work/left" && ls *.csv.* *.parquet.* *.json.* *.odd.* 2>/dev/null | tr '\n' ' ')"
mkfifo "$work/feed"
"$oddhours" run "$work/feed" -q -o "$work/held" $quick 2>/dev/null &
first=$!
exec 3>"$work/feed"
cat "$table" >&3
ends 'a second run into the directory is refused' 1 'another run is writing there' \
    "$oddhours" run "$table" -q -o "$work/held" $quick
exec 3>&-
pass 'the first one ends as if it had been alone' wait $first
pass 'with its files' test -s "$work/held/run.json"
pass 'and then the next may' "$oddhours" run "$table" -q -o "$work/held" $quick
# Under nohup the signal is ignored, and so it would be by the program: not here.
env --default-signal=HUP "$oddhours" run "$work/feed" -q -o "$work/gone" $quick 2>"$work/said" &
first=$!
exec 3>"$work/feed"
cat "$table" >&3
kill -HUP $first
wait $first
same 'a hangup cancels as Ctrl-C does' 130 $?
exec 3>&-
pass 'and leaves nothing' test ! -e "$work/gone"

# ---- own past ----
ends 'top begins with triage' 0 'Top 3 by triage' \
    "$oddhours" top "$data/synthetic_user_hours.csv.gz" -q -n 3 --format markdown $quick
ends 'without own past with the ensemble' 0 'Top 3 by ensemble' \
    "$oddhours" top "$data/synthetic_user_hours.csv.gz" -q -n 3 --format markdown --own-past=off $quick
same 'another half-life is another own past' 1 "$({
    "$oddhours" top "$data/synthetic_user_hours.csv.gz" -q -n 50 --by own $quick
    "$oddhours" top "$data/synthetic_user_hours.csv.gz" -q -n 50 --by own --half-life=2 $quick
} | sort | uniq -u | head -n 1 | wc -l | tr -d ' ')"
# Of 308 planted rows: what an analyst sees first is what was planted (docs/TRIAGE.md).
planted() { # planted LIST N: how many of the first N rows of a list are planted
    "$oddhours" top "$data/synthetic_user_hours.csv.gz" -q -n "$2" --by "$1" $quick |
        cut -d, -f2 | tail -n +2 | sort >"$work/first"
    cut -d, -f1 "$data/synthetic_truth.csv" | tail -n +2 | sort | comm -12 - "$work/first" | wc -l
}
pass 'triage finds what was planted' test "$(planted triage 50)" -ge 40
pass 'and more of it than the ensemble' test "$(planted ensemble 50)" -lt "$(planted triage 50)"

# ---- names of columns that would command a terminal (U+009B begins an escape sequence) ----
csi=$(printf '\302\233')
awk -v csi="$csi" 'BEGIN { print "dt,src_user,a" csi "31m,b"
    for (i = 0; i < 400; i++) printf "2024-03-%02d %02d:00:00,u%d,%d,%d\n",
        1 + i / 24, i % 24, i % 5, i % 7, i % 3 }' >"$work/names.csv"
"$oddhours" run "$work/names.csv" -o "$work/named" --features "a${csi}31m,b" --trees 5 --epochs 1 >"$work/said" 2>&1
pass 'run names what own past looks at' grep -q 'looks at a' "$work/said"
pass 'without what would command a terminal' sh -c "! grep -q '$csi' '$work/said'"

plan
