#!/bin/sh
# Tables as people bring them: what is understood by looking, what is said, what options are for.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

cases=$srcdir/tests/cases

# Rows, users, hours and days as `describe` counts them; and the busiest row of the table.
shape() { # shape FILE [OPTION]...
    "$oddhours" describe --json -q "$@" >"$work/shape.json" 2>"$work/shape.err" ||
        { cat "$work/shape.err"; return 0; }
    /usr/bin/python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
print(d["rows"], d.get("users"), d.get("hours"), d.get("days"), d["rejected"])' "$work/shape.json"
}
top_row() { # top_row FILE [OPTION]...: user and total_events of the row with most of them
    "$oddhours" top -q -n 1 --filter 'sort:total_events' --models iforest --trees 5 "$@" |
        /usr/bin/python3 -c '
import csv, sys
row = next(csv.DictReader(sys.stdin))
print(row["src_user"], row["total_events"])'
}
said() { # said NAME PATTERN FILE [OPTION]...: describe says so
    name=$1 pattern=$2
    shift 2
    ends "$name" 0 "$pattern" "$oddhours" describe -q "$@"
}

whole='24 5 24 3 0'
for file in "$cases"/0[12379]*.csv "$cases"/1[0138]*.csv "$cases"/2[2458]*.csv "$cases"/17*.csv; do
    same "$(basename "$file") is a table of 24 user-hours" "$whole" "$(shape "$file")"
done
same 'rows behind a quote that does not close are not lost' '24 6 24 3 0' \
    "$(shape "$cases/05-open-quote.csv")"
# What other programs and languages write: times, names, numbers, and what stands around a table.
# The attack is in the hour of 17:00 of the second day, whatever the spelling.
attack() { # attack FILE [OPTION]...
    "$oddhours" top -q -n 1 --filter 'day:1 hour:17 sort:total_events' --models iforest --trees 5 "$@" \
        2>&1 | /usr/bin/python3 -c '
import csv, sys
for row in csv.DictReader(sys.stdin):
    print(row.get("src_user") or row, row.get("total_events"), row.get("failed_events"))'
}
for file in "$cases"/[7-9]?-*.csv "$cases"/1??-*.csv; do
    case $file in
    *-french-h.csv) set -- --dates=dmy ;;
    *) set -- ;;
    esac
    same "$(basename "$file") is a table of 24 user-hours" "$whole" "$(shape "$file" "$@")"
    same "$(basename "$file"): its attack" 'user9 812 700' "$(attack "$file" "$@")"
done
for style in nbsp nnbsp space swiss swiss-curly; do
    same "thousands are read: $style" 8 "$("$oddhours" top -q "$cases"/*-number-$style.csv \
        --models iforest --trees 5 --filter 'total_events:4000-4999' --count 100 | sed 1d | wc -l)"
done
same 'thousands are read' 4812 "$(top_row "$cases/01-thousands.csv" | cut -d' ' -f2)"
same 'the attack is the busiest row' 812 "$(top_row "$cases/25-semicolons.csv" | cut -d' ' -f2)"
said 'commas between thousands are said' 'commas stand between thousands' "$cases/01-thousands.csv"
said 'a decimal comma is said' 'fail_ratio: the comma is the decimal mark' \
    "$cases/02-decimal-comma.csv"
said 'a quote that does not close is said' 'line 7 has a quote that does not close' \
    "$cases/05-open-quote.csv"
said 'an order of day and month that the days decide is said' 'month/day/year' \
    "$cases/09-time-us-order.csv"
said 'counts since 1970 are said' 'counts of seconds' "$cases/11-time-epoch.csv"
said 'the clock is that of the file' '2024-03-01 to 2024-03-03' "$cases/13-time-offset.csv"
said 'other names of columns are said' 'times are in column Timestamp, accounts in column User' \
    "$cases/17-other-names.csv"
said 'lines before the header are said' '2 lines before the header' "$cases/24-comment-lines.csv"
said 'another delimiter is said' 'separated by semicolons' "$cases/25-semicolons.csv"

# ---- bad lines before the first row: the header is not blamed for them ----
# bad_first FILE N LINE: the table with N such lines behind its header
bad_first() {
    { head -n 1 "$1"; yes "$3" | head -n "$2"; tail -n +2 "$1"; } >"$work/bad_first.csv"
}
for bad in 'garbage' 'a,b,c'; do
    for n in 30 400; do # more than the rows; more than are looked at
        bad_first "$cases/16-table.csv" $n "$bad"
        ends "$n lines of $bad before the rows are left out" 3 \
            "$n lines of $((n + 24)) are left out .*; line 2: [13] fields? instead of 9" \
            "$oddhours" describe -q "$work/bad_first.csv"
    done
done
head -n 20 "$work/bad_first.csv" >"$work/bad_only.csv"
ends 'where there is no row the lines are to blame, too' 2 \
    'no usable row: all 19 are rejected, line 2 because of 3 fields instead of' \
    "$oddhours" describe -q "$work/bad_only.csv"
bad_first "$cases/25-semicolons.csv" 30 'garbage'
ends 'with semicolons, too' 3 '30 lines of 54 are left out' "$oddhours" describe -q \
    "$work/bad_first.csv"
printf '%s\n' '2024-03-01 01:00:00,U1,1,' '2024-03-01 02:00:00,U2,2,' >"$work/spare.csv"
ends 'a named column where lines have nothing is a column' 0 '^b .* 100 %$' \
    "$oddhours" describe -q --header dt,src_user,a,b --features a,b "$work/spare.csv"
ends 'an unnamed one is none' 0 '^rows +2 in 3 columns' \
    "$oddhours" describe -q --header dt,src_user,a --features a "$work/spare.csv"

# ---- JSON: written by Python from a table, it is that table ----
/usr/bin/python3 - "$cases/17-other-names.csv" "$work" <<'END'
import csv, json, sys
rows = list(csv.DictReader(open(sys.argv[1])))
number = lambda text: text if not text.replace(".", "").isdigit() else json.loads(text)
rows = [{k: number(v) for k, v in row.items()} for row in rows]
out = lambda name: open(f"{sys.argv[2]}/{name}", "w", newline="")
with out("lines.jsonl") as f:
    f.writelines(json.dumps(row) + "\n" for row in rows)
json.dump(rows, out("array.json"))
json.dump(rows, out("pretty.json"), indent=1)
json.dump({"@odata.context": "x", "value": rows}, out("wrapped.json"))
json.dump({"n": [], "data": rows, "more": {}}, out("data.json"), indent=4)
END
"$oddhours" describe -q "$cases/17-other-names.csv" | sed -n '/mean/,$p' >"$work/of_csv"
for name in lines.jsonl array.json pretty.json wrapped.json data.json; do
    same "$name is a table of 24 user-hours" "$whole" "$(shape "$work/$name")"
    same "$name has the numbers of its CSV" "$(cat "$work/of_csv")" \
        "$("$oddhours" describe -q "$work/$name" | sed -n '/mean/,$p')"
done
said 'JSON is said' 'JSON, an array of objects within another' "$work/data.json"
{ cat "$work/lines.jsonl"; seq 1 100 | sed 's/.*/{"User": "u"}/'; echo '{"User": "u", "new": {"key": 1}}'; } \
    >"$work/later.jsonl"
said 'a field that comes late is said' "not read, such as 'new.key'" "$work/later.jsonl"
sed '3s/,.*//; 9s/"fail[^,]*,/"failed_events": "x1",/' "$work/lines.jsonl" >"$work/broken.jsonl"
ends 'broken records: status 3, said with their lines' 3 'line 3: no JSON' \
    "$oddhours" top -q -n 1 --models iforest --trees 5 "$work/broken.jsonl"
ends 'strict: the line of a record' 2 'line 3: no JSON' \
    "$oddhours" describe -q --strict "$work/broken.jsonl"

# ---- options ----
same 'a zone shows its clock' '24 5 24 4 0' "$(shape "$cases/13-time-offset.csv" --zone=-05:00)"
ends 'a zone that is none' 2 "there is no time zone 'Nowhere'" \
    "$oddhours" describe "$cases/13-time-offset.csv" --zone=Nowhere
same 'the order of dates can be named' '24 5 24 61 0' \
    "$(shape "$cases/09-time-us-order.csv" --dates=dmy)"
printf 'dt,src_user,total_events\n03/04/2024 05:00,a,1\n03/04/2024 06:00,b,2\n' >"$work/open.csv"
ends 'an order that nothing decides is refused' 2 '03/04/2024 05:00 can be two days.*--dates=dmy' \
    "$oddhours" describe "$work/open.csv" --features total_events
same 'columns can be named' '24 5 24 3 0' \
    "$(shape "$cases/17-other-names.csv" --time=Timestamp --user=User)"
ends 'a column that is not there' 2 "has no column Zeit \(--time\); its header has Timestamp" \
    "$oddhours" describe "$cases/17-other-names.csv" --time=Zeit
ends 'no header: the first row is not lost' 2 'has no header line.*--header=name1,name2,name3,name4' \
    "$oddhours" describe "$cases/29-no-header.csv"
same 'a header can be given' '20 20 None None 0' \
    "$(shape "$cases/29-no-header.csv" --header=user,a,b,c --features=a..c)"
ends 'names with blanks' 0 'rows +24 in 4 columns' \
    "$oddhours" describe "$cases/20-blank-before-name.csv" --features 'Flow Duration, Flow Bytes/s'
ends 'True and False are numbers' 0 'off_hours +0\.3333333' \
    "$oddhours" describe "$cases/19-booleans.csv" --features total_events --features off_hours
ends 'none of the seven: the command is said' 2 "78 of its columns have numbers: --features '\*'" \
    "$oddhours" describe "$cases/37-78-columns.csv"
ends '78 features run' 0 'finished|peak' \
    "$oddhours" run "$cases/37-78-columns.csv" --features '*' -o "$work/wide" --trees 5 --epochs 1
printf 'total_events,x\n4;812,1\n' | tr ';' '.' >"$work/point.csv"
printf 'n\n"1,500"\n1500\n' >"$work/both.csv"
ends 'a comma that nothing decides is refused' 2 '1,500 can be read.*--decimal' \
    "$oddhours" describe "$work/both.csv" --features n
ends 'it can be named' 0 'n +750\.75' \
    "$oddhours" describe "$work/both.csv" --features n --decimal ,
printf 'n;m\n1;2\nnix;3\n' >"$work/word.csv"
ends 'a word for missing values' 0 '^n +0\.5 .* 50.0? %' \
    "$oddhours" describe "$work/word.csv" --features n,m --missing nix --delimiter ';'
seq 1 9000 | sed 's/^/2024-01-01,u,/; 1i dt,src_user,n' >"$work/late.csv"
printf '2024-01-01,u,"12,345"\n' >>"$work/late.csv"
ends 'what the first block does not show is read all the same' 0 'n .* 12345 ' \
    "$oddhours" describe "$work/late.csv" --features n --decimal .
printf 'dt,src_user,n\n2024-01-01,a,1\ndt,src_user,n\n# more\n2024-01-02,b,2\nTotal,,3\n' >"$work/seams.csv"
said 'a header again, a comment and a line of totals are no rows' \
    '1 comments, 1 times the header again, 1 lines of totals' "$work/seams.csv" --features n
same 'and are not rejected' '2 2 2 2 0' "$(shape "$work/seams.csv" --features n)"
ends 'explain has a --time of its own' 0 'user3' \
    "$oddhours" explain "$cases/17-other-names.csv" --user user3 --time '2024-03-03 19:00:00' \
    --time-column Timestamp --user-column User --models iforest --trees 5

# ---- encodings ----
said 'Latin-1 is said' 'Windows-1252 \(Latin-1\)' "$cases/31-latin1.csv"
same 'and searched' 1 "$("$oddhours" top -q -n 1 --models iforest --trees 5 \
    --filter 'user:Müller' "$cases/31-latin1.csv" | grep -c 'Müller')"
for encoding in UTF-16 UTF-16LE UTF-16BE; do
    iconv -f latin1 -t "$encoding" "$cases/31-latin1.csv" >"$work/wide.csv"
    same "$encoding is read" '24 3 24 3 0' "$(shape "$work/wide.csv")"
done

# ---- containers ----
plain=$cases/17-other-names.csv
for packer in bzip2 xz zstd; do
    if command -v $packer >/dev/null 2>&1; then
        $packer -c -q "$plain" >"$work/packed"
        same "$packer is unpacked" "$whole" "$(shape "$work/packed")"
        head -c 180 "$work/packed" >"$work/cut"
        ends "$packer, cut off" 2 'is a damaged' "$oddhours" describe "$work/cut"
        same "$packer from a pipe" "$whole" "$(shape - <"$work/packed")"
    else
        skip "$packer is unpacked" "no $packer on this machine"
    fi
done
/usr/bin/python3 - "$work" "$plain" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/one.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.write(sys.argv[2], "folder/table.csv")
with zipfile.ZipFile(sys.argv[1] + "/two.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("README", "nothing")
    z.write(sys.argv[2], "table.csv")
with zipfile.ZipFile(sys.argv[1] + "/sheet.zip", "w") as z:
    z.writestr("xl/workbook.xml", "<x/>")
PYTHON
same 'a .zip with one file' "$whole" "$(shape "$work/one.zip")"
same 'a .zip from a pipe' "$whole" "$(shape - <"$work/one.zip")"
ends 'a .zip with two' 2 'holds 2 files: name one, as in FILE.zip:NAME \(README, table.csv\)' \
    "$oddhours" describe "$work/two.zip"
same 'one of them is named' "$whole" "$(shape "$work/two.zip:table.csv")"
ends 'one that is not there' 2 'no file of that name; there are README, table.csv' \
    "$oddhours" describe "$work/two.zip:other.csv"
ends 'a spreadsheet' 2 'save its sheet as CSV' "$oddhours" describe "$work/sheet.zip"

# ---- truth lists ----
truth() { # truth NAME PATTERN LIST
    ends "$1" 0 "$2" "$oddhours" report "$cases/16-table.csv" -o "$work/truth.json" \
        --reviews "$work/none.db" --truth "$3" --models iforest --trees 5
}
truth 'labels are heeded' '24 lines \(1 positive, 23 negatives\): 1 found in the table' \
    "$cases/16-truth-label.csv"
pass 'one row is positive' grep -q '"positive_rows": 1,' "$work/truth.json"
truth 'a row number as a float is one' '1 lines: 1 found in the table' \
    "$cases/54-truth-float-row-id.csv"
printf 'user,timestamp,verdict\nuser9,2024-03-02T17:25:11Z,true positive\nuser1,2024-03-01T05:00:00Z,FP\n' \
    >"$work/verdicts.csv"
truth 'a list of verdicts' '2 lines \(1 positive, 1 negatives?\): 1 found in the table' "$work/verdicts.csv"
printf '{"user":"user9","dt":"2024-03-02 17:00:00"}\n' >"$work/truth.jsonl"
ends 'a list in JSON is refused as such' 2 'is JSON, where a CSV is needed' \
    "$oddhours" report "$cases/16-table.csv" -o - --truth "$work/truth.jsonl" -q --models iforest
printf 'Zeile;Label\nx;ja\n' >"$work/none.csv"
ends 'a list that is not understood is refused with its line' 2 'line 1: the truth list is neither' \
    "$oddhours" report "$cases/16-table.csv" -o - --truth "$work/none.csv" -q --models iforest
printf 'row_id,label\n13,1\n12,maybe\n' >"$work/maybe.csv"
ends 'so is a label that is none' 2 "line 3 of the truth list: the label 'maybe' is neither" \
    "$oddhours" report "$cases/16-table.csv" -o - --truth "$work/maybe.csv" -q --models iforest

# ---- what is lost ----
{
    printf 'dt,src_user,n\n'
    seq 1 50 | sed 's/.*/2024-01-01,u&,&/'
    printf 'soon,v,3\n2024-01-02,w,900,1\n2024-01-02,w,900x\n'
} >"$work/lossy.csv"
quick='--features n --models iforest --trees 5'
for command in top 'run -o lossy' 'explain --row 1' 'report -o -'; do
    ends "${command%% *} says what is left out, and ends with 3" 3 \
        '2 lines of 53 are left out \(3.8 %\); line 53: 4 fields instead of 3' \
        sh -c "cd '$work' && '$oddhours' ${command%% *} lossy.csv $(echo "$command " | cut -d' ' -f2-) -q $quick"
done
ends 'times that cannot be read are said' 3 "1 time cannot be read, such as 'soon'" \
    "$oddhours" top -q "$work/lossy.csv" $quick
ends 'lenient' 0 '2 lines of 53 are left out' "$oddhours" top -q "$work/lossy.csv" $quick --lenient
ends 'strict' 2 'line 53: 4 fields' "$oddhours" top -q "$work/lossy.csv" $quick --strict
ends 'the report carries it' 0 '^\*\*2 lines of 53 are left out' \
    "$oddhours" report "$work/lossy.csv" -o - -q $quick --lenient
ends 'and as JSON' 0 '"lost": *\["2 lines of 53' sh -c "'$oddhours' report '$work/lossy.csv' \
    -o '$work/lossy.json' -q $quick --lenient && tr -d '\n' <'$work/lossy.json'"
ends 'an explanation in JSON carries it' 0 '"lost": *\["2 lines of 53.*1 time cannot be read' \
    sh -c "'$oddhours' explain '$work/lossy.csv' --row 1 --json -q $quick --lenient | tr -d '\n'"
ends 'JSON says it, too' 3 '"lost": *"2 lines of 53' \
    "$oddhours" top -q "$work/lossy.csv" $quick --format json
{
    printf 'dt,src_user,n,m\n'
    seq 1 50 | sed 's/.*/2024-01-01,u&,&,1/'
    printf '2024-01-02,w,9000,x\n'
} >"$work/busy.csv"
ends 'and how they differ' 3 'n is 9e\+03 on average, 25.5 in the rows' \
    "$oddhours" top -q "$work/busy.csv" --features n,m --models iforest --trees 5

# ---- several files ----
mkdir "$work/days"
head -n 9 "$cases/17-other-names.csv" | head -c -1 >"$work/days/1.csv"
{ head -n 1 "$cases/17-other-names.csv"; sed -n 10,17p "$cases/17-other-names.csv"; } |
    gzip >"$work/days/2.csv.gz"
{ echo '# of the third day'; head -n 1 "$cases/17-other-names.csv"
    sed -n '18,$p' "$cases/17-other-names.csv"; } >"$work/days/3.csv"
same 'files are one table' "$whole" \
    "$(shape "$work/days/3.csv" "$work/days/1.csv" "$work/days/2.csv.gz")"
same 'a folder is one table' "$whole" "$(shape "$work/days")"
same 'a pattern is one table' "$whole" "$(shape "$work/days/*")"
same 'in order of name, with the numbers of one' "$(cat "$work/of_csv")" \
    "$("$oddhours" describe -q "$work/days" | sed -n '/mean/,$p')"
said 'they are named' '1.csv and 2 more' "$work/days"
echo '1,2,3,4,5,6,7,8,9,10,11,12' >>"$work/days/3.csv"
ends 'a rejected line: with its file' 3 'line 11: 3.csv: 12 fields' "$oddhours" describe -q "$work/days"
split -n l/3 --additional-suffix .jsonl "$work/lines.jsonl" "$work/lines-"
same 'files of JSON are one table' "$whole" "$(shape "$work/lines-*.jsonl")"
echo 'x,y' >"$work/days/4.csv"
ends 'other columns: both files are named' 2 "4.csv' has other columns than .*1.csv'.*only it has 'x'" \
    "$oddhours" describe -q "$work/days"
ends 'a pattern for nothing' 2 "no file is called '$work/days/\*.tsv'" \
    "$oddhours" describe -q "$work/days/*.tsv"
mkdir "$work/empty"
ends 'a folder without tables' 2 'directory without a finished run' \
    "$oddhours" describe -q "$work/empty"

# Parquet (tests/unit/test_parquet.c has all files): found by looking, said like the rest.
parquet=$srcdir/tests/parquet
if grep -q 'define HAVE_SNAPPY 1' "$builddir/config.h"; then
same 'Parquet is the table that its CSV is' "$(shape "$parquet/csv/shours.csv")" \
    "$(shape "$parquet/crafted/plain_required_v1.parquet")"
same 'and a folder of parts is one table' "$(shape "$parquet/csv/shours.csv")" \
    "$(shape "$parquet/folders/spark")"
same 'with what its folders are called as a column' "$(shape "$parquet/folders/hive_dt.csv")" \
    "$(shape "$parquet/folders/hive_dt")"
said 'a column of a folder is a feature' 'day  ' "$parquet/folders/hive_day" --features total_events,day
said 'other names are columns of time and user' 'times are in column DT, accounts in column SRC_USER' \
    "$parquet/crafted/names_capitals.parquet"
ends 'a damaged file is refused with row group and column' 2 \
    'delta_width_65.parquet.*, row group 1, column failed_events: ' \
    "$oddhours" describe -q "$parquet/hostile/delta_width_65.parquet"
ends 'a broken part is named' 2 'part_broken/b.parquet. is a damaged Parquet file: it is empty' \
    "$oddhours" describe -q "$parquet/folders/part_broken"
ends 'two thousand million rows in two kilobytes are not read' 2 '2,147,483,647 rows in 1.4 kB' \
    "$oddhours" describe -q "$parquet/hostile/bomb_two_billion_rows.parquet"
ends 'nor a file that is called Parquet and is none' 2 'is no Parquet file' \
    "$oddhours" describe -q "$parquet/hostile/not_parquet_csv.parquet"
ends 'a nested column is no feature' 2 'nested or repeated' \
    "$oddhours" describe -q --features geo.total_events "$parquet/crafted/nested_first.parquet"
same 'a run of Parquet finds what a run of CSV finds' \
    "$("$oddhours" top -q -n 20 --epochs 1 --trees 20 "$parquet/csv/shours.csv" 2>&1)" \
    "$("$oddhours" top -q -n 20 --epochs 1 --trees 20 "$parquet/crafted/dict_v1_snappy.parquet" 2>&1)"
else
    skip 'Parquet on the command line' 'this program was built without snappy'
fi
plan
