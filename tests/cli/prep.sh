#!/bin/sh
# oddhours prep: from raw logs to a table, and every message about bad input.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

log=$data/lanl_auth_50000.txt.gz
table=$data/lanl_user_hours.csv
gzip -dc "$log" >"$work/auth.txt"

# ---- the excerpt becomes the table that comes with it ----
ends 'prep of the excerpt' 0 '^50,000 lines: 50,000 counted, 0 rejected$' \
    "$oddhours" prep "$log" -o "$work/table.csv"
pass 'it is the bundled table, byte for byte' cmp "$work/table.csv" "$table"
ends 'the summary adds up' 0 '^3,657 user-hours: 2,967 written, 690 dropped as fewer than 2 events$' \
    "$oddhours" prep "$work/auth.txt" -o "$work/plain.csv"
pass 'a plain log gives the same' cmp "$work/plain.csv" "$table"
"$oddhours" prep -q - -o - <"$log" >"$work/pipe.csv" 2>"$work/messages"
pass 'so does a pipe to a pipe' cmp "$work/pipe.csv" "$table"
same 'and --quiet says nothing' '' "$(cat "$work/messages")"
head -n 20000 "$work/auth.txt" >"$work/first"
tail -n +20001 "$work/auth.txt" | gzip >"$work/second"
"$oddhours" prep -q "$work/first" "$work/second" -o "$work/two.csv"
pass 'two files in order are one log' cmp "$work/two.csv" "$table"
"$oddhours" prep -q --threads 1 "$work/auth.txt" -o "$work/one.csv"
pass 'one thread gives the same bytes' cmp "$work/one.csv" "$table"
ends 'the table can be read' 0 'peak memory' "$oddhours" run "$work/table.csv" -o "$work/run" \
    --models iforest --trees 5

# ---- a raw log is as good as its table ----
quick="-q --models iforest --trees 5"
"$oddhours" run "$table" -o "$work/run-table" $quick --format=csv
"$oddhours" run "$log" -o "$work/run-log" $quick --format=csv
pass 'run takes a raw log' cmp "$work/run-log/isolation_forest.csv" \
    "$work/run-table/isolation_forest.csv"
"$oddhours" run - -o "$work/run-pipe" $quick --format=csv <"$work/auth.txt"
pass 'from a pipe, too' cmp "$work/run-pipe/isolation_forest.csv" \
    "$work/run-table/isolation_forest.csv"
ends 'describe takes a raw log' 0 '^rows +2,967 in 9 columns' "$oddhours" describe -q "$log"
ends '--input=table does not take it for one' 2 'oddhours: ' \
    "$oddhours" describe -q --input=table "$log"
ends '--input=lanl does not take a table' 2 'is no authentication log' \
    "$oddhours" describe -q --input=lanl "$table"

# ---- the lines behind a user-hour, or why there are none ----
explore() { # explore HOW FILE: the user of the first row of Top-K, and HOW the lines are asked for
    printf '%s\n' 'wait done' top 'wait idle' open 'wait idle' "$1" 'wait idle' \
        "screenshot $work/screen" 'wait idle' >"$work/script"
    "$oddhours" --no-cache --screen 100x30 --script "$work/script" --models iforest --trees 5 \
        "$2" >/dev/null
}
says() { grep -q -- "$1" "$work/screen"; }
explore 'key Enter' "$work/auth.txt"
pass 'Enter on a user-hour of a plain log shows its lines' says 'Lines of the log'
explore 'key Enter' "$log"
pass 'of a .gz, too' says 'Lines of the log'
explore 'key Enter' - <"$work/auth.txt"
pass 'of standard input it says that it cannot' says 'from a pipe, which cannot be read again'
explore lines "$table"
pass 'of a table it says what is needed' says 'only a raw log'

# ---- options ----
rows() { wc -l <"$1" | tr -d ' '; }
"$oddhours" prep -q --min-events 1 "$work/auth.txt" -o "$work/all.csv"
same '--min-events 1 keeps every user-hour' 3658 "$(rows "$work/all.csv")"
"$oddhours" prep -q --block 50000 "$work/auth.txt" -o "$work/block.csv"
pass '--block as long as the log changes nothing' cmp "$work/block.csv" "$table"
"$oddhours" prep -q --block=10000 --min-events=1 "$work/auth.txt" -o "$work/blocks.csv"
pass 'shorter blocks give fragments' test "$(rows "$work/blocks.csv")" -gt 3658
events() { awk -F, 'NR > 1 { n += $3 } END { print n }' "$1"; }
same 'whose events add up' 50000 "$(events "$work/blocks.csv")"
"$oddhours" prep -q --window 60 --min-events 1 "$work/auth.txt" -o "$work/minutes.csv"
same '--window 60: eight minutes are eight windows' 8 \
    "$(tail -n +2 "$work/minutes.csv" | cut -d, -f1 | sort -u | wc -l | tr -d ' ')"
same 'whose events add up, too' 50000 "$(events "$work/minutes.csv")"
"$oddhours" prep -q --night 22-23 "$work/auth.txt" -o "$work/night.csv"
same '--night 22-23: no event of the first hour is at night' 0 \
    "$(awk -F, 'NR > 1 { n += $8 } END { print n }' "$work/night.csv")"
printf '%s\n' 4000,U1,U1,C1,C2,?,?,LogOn,Success 3500,U1,U1,C1,C2,?,?,LogOn,Success >"$work/back"
for case in '5 06-newest-first-log' '10 14-log-failure' '10 30-log-index'; do
    file=$srcdir/tests/cases/${case#* }.csv
    pass "${case#* } is counted" "$oddhours" prep -q --min-events 1 "$file" -o "$work/case"
    same 'whole, with its failures' "40 ${case% *}" \
        "$(awk -F, 'NR > 1 { n += $3; f += $4 } END { print n, f }' "$work/case")"
done
ends 'a counter is said' 0 '^40 lines have a counter before the nine fields' \
    "$oddhours" prep "$srcdir/tests/cases/30-log-index.csv" -o "$work/case"
ends 'and noted where a log is opened' 0 '40 lines have a counter before the nine fields' \
    "$oddhours" describe "$srcdir/tests/cases/30-log-index.csv"
sed 's/Failure/Denied/' "$srcdir/tests/cases/14-log-failure.csv" >"$work/denied"
ends 'so are results that say nothing' 0 "10 lines have a result that is neither .*'Denied'" \
    "$oddhours" describe "$work/denied"
ends 'a log in another order is counted as it is sorted, and that is said' 0 \
    'a line is 7020 s behind one before it.: read twice' \
    "$oddhours" prep "$srcdir/tests/cases/06-newest-first-log.csv" -o "$work/case"
sort -n "$srcdir/tests/cases/06-newest-first-log.csv" >"$work/sorted"
pass 'the sorted log' "$oddhours" prep -q "$work/sorted" -o "$work/sorted.csv"
pass 'gives the same table' cmp "$work/sorted.csv" "$work/case"
"$oddhours" prep -q "$srcdir/tests/cases/06-newest-first-log.csv" -o - >"$work/piped"
pass 'on standard output, too' cmp "$work/sorted.csv" "$work/piped"
awk 'BEGIN { for (i = 0; i < 700000; i++)
    printf "%d,U%d@DOM1,U1@DOM1,C1,C2,?,?,LogOn,Success\n", i / 3500, i }' >"$work/long"
"$oddhours" prep -q --min-events 1 "$work/long" -o "$work/long.csv"
pass 'a table of more than 32 MB' test "$(wc -c <"$work/long.csv")" -gt 33554432
"$oddhours" prep -q --min-events 1 "$work/long" -o - >"$work/piped"
pass 'which is more than waits in memory, is the same on standard output' cmp "$work/long.csv" "$work/piped"
rm "$work/long" "$work/long.csv" "$work/piped"
ends 'what it takes is said before' 0 'it is read a second time, .* may take up to' \
    "$oddhours" prep "$srcdir/tests/cases/06-newest-first-log.csv" -o "$work/case"
ends 'a line out of order by more than a named slack is rejected' 0 \
    'back, line 2: 500 s before the latest line so far' \
    "$oddhours" prep --slack 300 "$work/back" -o "$work/b"
ends 'and so it is in a pipe' 0 'line 2: 500 s before the latest line' \
    sh -c "'$oddhours' prep --slack 300 - -o '$work/b' <'$work/back'"
for case in 06-newest-first-log 30-log-index; do
    "$oddhours" prep -q "$srcdir/tests/cases/$case.csv" -o "$work/sorted.csv"
    "$oddhours" prep -q - <"$srcdir/tests/cases/$case.csv" -o "$work/piped" 2>"$work/said"
    pass "a pipe is counted as a file: $case" cmp "$work/sorted.csv" "$work/piped"
    same 'and nothing is rejected' '' "$(cat "$work/said")"
done
ends '--slack takes it' 0 '^2 lines: 2 counted, 0 rejected$' \
    "$oddhours" prep --slack 500 "$work/back" -o "$work/b"

# ---- what is new for an account ----
"$oddhours" prep -q --novelty on "$work/auth.txt" -o "$work/new.csv"
"$oddhours" prep -q "$work/auth.txt" -o "$work/old.csv"
same 'novelty writes columns beside' '' "$(cut -d, -f1-9 "$work/new.csv" | cmp - "$work/old.csv" 2>&1)"
for list in own triage; do
    "$oddhours" top -q --models iforest --trees 5 --novelty on --by "$list" --count 100 "$work/auth.txt" >"$work/of_log"
    "$oddhours" top -q --models iforest --trees 5 --by "$list" --count 100 "$work/new.csv" >"$work/of_csv"
    pass "a table is ranked as its log, with new hosts: $list" cmp "$work/of_log" "$work/of_csv"
done
ends 'which is neither on nor off' 2 "novelty is on or off, not 'maybe'" \
    "$oddhours" prep --novelty maybe "$work/auth.txt" -o "$work/b"

# ---- bad lines ----
{ head -n 100 "$work/auth.txt"; echo bad; head -n 10 "$work/auth.txt"; } >"$work/bad"
ends 'a bad line is counted' 0 '^111 lines: 110 counted, 1 rejected$' \
    "$oddhours" prep "$work/bad" -o "$work/b"
ends 'and named' 0 'bad, line 101: 1 field instead of 9$' \
    "$oddhours" prep "$work/bad" -o "$work/b"
rm -f "$work/b"
ends '--strict makes it an error' 2 'bad, line 101: 1 field instead of 9$' \
    "$oddhours" prep --strict "$work/bad" -o "$work/b"
pass 'which writes nothing' test ! -e "$work/b"
yes bad | head -n 50 | cat "$work/first" - >"$work/many"
ends 'ten bad lines are named, the rest counted' 0 '^  and 40 more$' \
    "$oddhours" prep "$work/many" -o "$work/b"
head -c 100000 "$log" >"$work/cut.gz"
ends 'a .gz that breaks off gives what is there, and says so' 0 'damaged .gz file' \
    "$oddhours" prep "$work/cut.gz" -o "$work/b"
ends 'with --strict it is an error' 2 'damaged .gz file' \
    "$oddhours" prep --strict "$work/cut.gz" -o "$work/b"

# ---- wrong input and usage ----
ends 'no log' 2 'name the raw logs' "$oddhours" prep -o "$work/b"
ends 'no output' 2 'say where the table goes' "$oddhours" prep "$log"
ends 'a file that is not there' 1 'No such file' "$oddhours" prep "$work/none" -o "$work/b"
ends 'a directory' 2 'is a directory' "$oddhours" prep "$work" -o "$work/b"
: >"$work/empty"
ends 'an empty file' 2 'is empty' "$oddhours" prep "$work/empty" -o "$work/b"
ends 'a table is no log' 2 'is no authentication log' "$oddhours" prep "$table" -o "$work/b"
ends 'the table must not replace the log' 2 'would replace the log' \
    "$oddhours" prep "$work/auth.txt" -o "$work/auth.txt"
ends 'standard input twice' 2 'only once' "$oddhours" prep - - -o "$work/b"
ends 'a block that is no number' 2 "wants a whole number.*not 'x'" \
    "$oddhours" prep --block x "$log" -o "$work/b"
ends 'a negative slack' 2 "wants a whole number" "$oddhours" prep --slack=-1 "$log" -o "$work/b"
ends 'a window of nothing' 2 'wants a whole number' \
    "$oddhours" prep --window 0 "$log" -o "$work/b"
ends 'a night that is none' 2 'two hours of day' \
    "$oddhours" prep --night 0-24 "$log" -o "$work/b"
ends 'another kind of log' 2 "no format 'windows'" \
    "$oddhours" prep --input windows "$log" -o "$work/b"
ends 'an option with a typo' 2 'did you mean --window' \
    "$oddhours" prep --windov 60 "$log" -o "$work/b"
ends 'a place that cannot be written' 1 'cannot be written' \
    "$oddhours" prep "$log" -o "$work/none/b"
if [ -e /dev/full ]; then
    ends 'a full disk' 1 'cannot be written' \
        sh -c '"$1" prep -q "$2" -o - >/dev/full' - "$oddhours" "$log"
else
    skip 'a full disk' 'there is no /dev/full'
fi
plan
