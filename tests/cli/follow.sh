#!/bin/sh
# A log that is followed while it is rotated and the program killed (docs/DAILY.md).
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

export XDG_DATA_HOME="$work/data"
awk 'BEGIN { srand(7); hours = 96
    for (t = 0; t < hours * 3600; t += 20) {
        n = int(rand() * 4)
        for (i = 0; i < n; i++) {
            u = int(rand() * rand() * 30); h = int(rand() * 5)
            printf "%d,U%d@D,U%d@D,C%d,C%d,NTLM,Network,LogOn,%s\n", t + i, u, u, u, u + h,
                rand() < 0.05 ? "Fail" : "Success"
        }
        if (int(t / 3600) == 85 && t % 60 == 0)
            for (i = 0; i < 3; i++)
                printf "%d,U3@D,U3@D,C9,C%d,NTLM,Network,LogOn,Fail\n", t + 3 + i,
                    100 + (t / 60 * 3 + i) % 150
    }
    print hours * 3600 + 1000 ",U1@D,U1@D,C1,C1,NTLM,Network,LogOn,Success" }' >"$work/all.txt"
awk -F, '$1 < 72 * 3600' "$work/all.txt" >"$work/ref.txt"
awk -F, '$1 >= 72 * 3600' "$work/all.txt" >"$work/today.txt"
"$oddhours" run -q "$work/ref.txt" -o "$work/ref" --trees 20 --epochs 1
"$oddhours" prep -q "$work/all.txt" -o "$work/whole.csv"
awk -F, 'NR == 1 || $1 >= "1970-01-04"' "$work/whole.csv" >"$work/wanted.csv"
lines=$(wc -l <"$work/today.txt")
follow() { "$oddhours" run -q --follow --reference="$work/ref" "$@"; }
begins() { sed 's/.*"src_user":\("[^"]*"\).*"begin":\("[^"]*"\).*/\1 \2/' "$1" | sort -u; }
part() { awk -v from="$1" -v to="$2" 'NR > from && NR <= to' "$work/today.txt"; }

# At once.
follow "$work/today.txt" -o "$work/once" --once >"$work/episodes" 2>"$work/err"
pass 'windows are those of the whole log' cmp "$work/wanted.csv" "$work/once/windows.csv"
pass 'an episode is a line of JSON' sh -c "grep '\"src_user\":\"U3@D\"' '$work/episodes' | grep -q 'dst hosts\|failures'"
pass 'each line is one object' sh -c "! grep -qv '^{.*}\$' '$work/episodes'"
follow "$work/today.txt" -o "$work/once" --once >"$work/again"
same 'none is told twice' '' "$(cat "$work/again")"
pass 'its table is one like others' sh -c "
    '$oddhours' top -q '$work/once/windows.csv' --reference='$work/ref' --by-episode -n 1 | grep -q U3@D"

# In pieces, with rotations and kills between and within.
for how in rename copy; do
    log="$work/$how.log"
    : >"$log"
    at=0 step=0
    follow "$log" -o "$work/$how" --once >"$work/told" # it knows where the log begins
    while [ "$at" -lt "$lines" ]; do
        step=$((step + 1))
        to=$((at + 97 + step * 7))
        "$oddhours" run -q --follow --reference="$work/ref" "$log" -o "$work/$how" \
            >>"$work/told" 2>>"$work/err" &
        pid=$!
        part "$at" "$to" >>"$log"
        at=$to
        if [ $((step % 3)) -eq 0 ] && [ "$how" = rename ]; then
            for i in 9 8 7 6 5 4 3 2 1; do
                [ ! -e "$log.$i" ] || mv "$log.$i" "$log.$((i + 1))"
            done
            mv "$log" "$log.1"
            : >"$log"
        elif [ $((step % 3)) -eq 0 ]; then
            kill -9 $pid 2>/dev/null # a copy that nobody sees made: then who comes next reads it
            wait $pid 2>/dev/null
            cp "$log" "$log.$step"
            : >"$log"
        fi
        kill -9 $pid 2>/dev/null
        wait $pid 2>/dev/null
    done
    follow "$log" -o "$work/$how" --once >>"$work/told" 2>>"$work/err"
    pass "no window is lost, none twice: $how" cmp "$work/wanted.csv" "$work/$how/windows.csv"
    same "nothing is left behind: $how" 'open state.json windows.csv' \
        "$(ls "$work/$how" | sed 's/^open\..*/open/' | tr '\n' ' ' | sed 's/ $//')"
    begins "$work/told" >"$work/begins"
    same "no episode is lost: $how" '' "$(begins "$work/episodes" | comm -23 - "$work/begins")"
done

# While it runs: a window closes, and the line comes.
log="$work/live.log"
part 0 100 >"$log"
"$oddhours" run -q --follow --reference="$work/ref" "$log" >"$work/live" &
pid=$!
part 100 "$lines" >>"$log"
tries=0
until grep -q U3@D "$work/live" || [ $tries -gt 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
pass 'a new episode comes while the log grows' grep -q '"new":true,"src_user":"U3@D"' "$work/live"
kill -TERM $pid
wait $pid
same 'a signal ends it cleanly' 0 $?
pass 'its state is in the data directory' sh -c "ls '$XDG_DATA_HOME'/oddhours/follow/*/state.json"

# What is known to be good is no news.
printf '%s\n' 'wait done' top 'search U3@D' 'wait idle' 'allow account a scanner' 'wait idle' >"$work/script"
"$oddhours" --no-config --no-cache --screen 120x40 --script "$work/script" --reviews="$work/r.db" \
    --reference="$work/ref" "$work/once/windows.csv" >/dev/null
follow "$work/today.txt" -o "$work/ruled" --once --rules --reviews="$work/r.db" >"$work/quiet"
pass 'a rule keeps its account out' sh -c "! grep -q U3@D '$work/quiet'"
same 'and no other' "$(grep -v U3@D "$work/episodes")" "$(cat "$work/quiet")"

# A line for a window that has closed.
cp "$work/today.txt" "$work/late.log"
follow "$work/late.log" -o "$work/late" --once >/dev/null
echo '260000,U1@D,U1@D,C1,C1,NTLM,Network,LogOn,Success' >>"$work/late.log"
tail -n 1 "$work/today.txt" | sed 's/^[0-9]*/360000/' >>"$work/late.log"
tail -n 1 "$work/today.txt" | sed 's/^[0-9]*/360001/' >>"$work/late.log"
tail -n 1 "$work/today.txt" | sed 's/^[0-9]*/400000/' >>"$work/late.log"
ends 'a late line is counted and said' 0 '1 line too late' \
    "$oddhours" run --follow --reference="$work/ref" "$work/late.log" -o "$work/late" --once

# A folder into which files are rotated.
mkdir "$work/folder"
part 0 1500 >"$work/folder/2026-12-01.log"
follow "$work/folder" -o "$work/of_folder" --once --input=lanl >/dev/null
part 1500 3000 >"$work/folder/2026-12-02.log"
part 3000 "$lines" >"$work/folder/2026-12-03.log"
touch -d '1 minute ago' "$work/folder/2026-12-02.log"
follow "$work/folder" -o "$work/of_folder" --once >/dev/null
pass 'a folder' cmp "$work/wanted.csv" "$work/of_folder/windows.csv"

# The reference is away for a moment, as while it is written anew.
cp -r "$work/ref" "$work/moving"
part 0 1500 >"$work/moving.log"
"$oddhours" run -q --follow --reference="$work/moving" "$work/moving.log" -o "$work/moved" \
    >"$work/moving.out" 2>"$work/moving.err" &
pid=$!
tries=0
until grep -q '"told":[^0-9]*[1-9]' "$work/moved/state.json" 2>/dev/null || [ $tries -gt 600 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
mv "$work/moving/run.json" "$work/moving/away"
part 1500 "$lines" >>"$work/moving.log"
until grep -q 'trying again' "$work/moving.err" || [ $tries -gt 1200 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
mv "$work/moving/away" "$work/moving/run.json"
until grep -q U3@D "$work/moving.out" || [ $tries -gt 1800 ]; do
    tries=$((tries + 1))
    sleep 0.1
done
pass 'a reference that is away is waited for' grep -q U3@D "$work/moving.out"
kill -TERM $pid
wait $pid

# Files that begin with the names of their columns.
mkdir "$work/csv"
day() {
    echo 'id,date,user,pc,activity'
    awk -v from="$1" -v to="$2" 'BEGIN { srand(from); for (h = from; h < to; h++) for (i = 0; i < 20; i++)
        printf "{A%d-%d},03/%02d/2024 %02d:%02d:00,DTAA/U%d,PC-%d,Logon\n", h, i, 1 + h / 24, h % 24, i * 2,
            int(rand() * 6), int(rand() * 9) }'
}
day 0 72 >"$work/csv_ref.csv"
day 72 80 >"$work/csv/one.csv"
day 80 96 >"$work/csv/two.csv"
{ day 72 80; day 80 95 | sed 1d; } >"$work/csv_today.csv"
touch -d '1 minute ago' "$work/csv/one.csv"
run_cert() { "$oddhours" run -q --input=cert-logon --trees 5 --epochs 1 "$@"; }
run_cert "$work/csv_ref.csv" -o "$work/csv_ref"
pass 'a folder of CSV logs' "$oddhours" run -q --follow --reference="$work/csv_ref" "$work/csv" \
    -o "$work/of_csv" --once --input=cert-logon
"$oddhours" prep -q --input=cert-logon --novelty=off "$work/csv_today.csv" -o "$work/csv_wanted.csv"
same 'their windows' "$(cut -d, -f1-9 "$work/csv_wanted.csv")" "$(cut -d, -f1-9 "$work/of_csv/windows.csv")"

ends 'a reference that is none' 2 'no directory or file of a finished run' \
    "$oddhours" run -q --follow --reference="$work/nowhere" "$work/today.txt" -o "$work/x"
ends 'no reference' 2 'wants a run that scores' "$oddhours" run --follow "$work/today.txt"
ends 'a pipe' 2 'wants one log' "$oddhours" run --follow - --reference="$work/ref"
ends 'once alone' 2 'go with --follow' "$oddhours" run "$work/today.txt" --once -o "$work/x"
ends 'no log' 2 'does not look like a log' \
    "$oddhours" run --follow "$work/wanted.csv" --reference="$work/ref" -o "$work/x" --once
ends 'another log' 2 'has the state of another log' \
    "$oddhours" run --follow "$work/live.log" --reference="$work/ref" -o "$work/once" --once
plan
