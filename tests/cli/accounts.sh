#!/bin/sh
# What accounts are: kinds by rules over names, and a list of accounts beside the table.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

# Persons U1 to U9, two machines, a service: an hour each, of eight days.
awk 'BEGIN {
    print "dt,src_user,total_events,failed_events,dst_hosts"
    for (day = 1; day <= 8; day++)
        for (hour = 8; hour < 18; hour++)
            for (u = 1; u <= 12; u++) {
                who = u < 10 ? "U" u "@D" : u < 12 ? "C" u "$@D" : "svc_copy@D"
                printf "2024-01-%02d %02d:00:00,%s,%d,%d,%d\n", day, hour, who,
                    2 + (day * 7 + hour * 3 + u) % 5, (day + hour + u) % 3 == 0, 1 + (hour + u) % 3
            }
}' >"$work/days.csv"
printf 'account,kind,owner,label\nU1@D,service,"Ann, B",VIP\nU2@D,,Bob,\nnobody@D,person,,\n' \
    >"$work/accounts.csv"
fast='--trees=20 --epochs=2 --features=total_events,failed_events,dst_hosts'

# top ARGUMENT...: the column COLUMN of what it prints, each value once
column() {
    name=$1
    shift
    # shellcheck disable=SC2086
    "$oddhours" top "$work/days.csv" -q -n 2000 $fast "$@" | awk -F, -v name="$name" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
        { print $at }' | sort -u | tr '\n' ' '
}

same 'kinds by the rules' 'machine person service ' "$(column kind)"
same 'a filter by kind' 'C10$@D C11$@D ' "$(column src_user --filter kind:machine)"
same 'its first letters, and not of that kind' 'C10$@D C11$@D svc_copy@D ' \
    "$(column src_user --filter -kind:pers)"
same 'rules of one'\''s own' 'person service ' \
    "$(column kind --kinds='service=U1@* U2@*,*$@*')"
ends 'a kind that is none' 2 'kind takes person, machine, service or anonymous, not robot' \
    "$oddhours" top "$work/days.csv" -q --filter kind:robot
ends 'rules that are none' 2 "kind rules: 'robot=x'" \
    "$oddhours" top "$work/days.csv" -q --kinds=robot=x
ends 'owners are not known without a list' 2 'nothing is known of owners and labels' \
    "$oddhours" top "$work/days.csv" -q $fast --filter owner:Bob

list="--accounts=$work/accounts.csv"
same 'the list goes over the rules' 'U1@D svc_copy@D ' \
    "$(column src_user --filter kind:service "$list")"
same 'a filter by label, in any case' 'U1@D ' "$(column src_user --filter label:vip "$list")"
same 'by owner' 'U2@D ' "$(column src_user --filter 'owner:B*' "$list")"
same 'without a label' 11 \
    "$(column src_user --filter -label:VIP "$list" | wc -w | tr -d ' ')"
same 'sorted by kind' person "$("$oddhours" top "$work/days.csv" -q $fast -n 1 \
    --filter sort:kind "$list" | awk -F, 'NR == 2 { print $5 }')"
same 'sorted by owner, the other way' Bob "$("$oddhours" top "$work/days.csv" -q $fast -n 1 \
    --filter sort:owner-desc "$list" | awk -F, 'NR == 2 { print $6 }')"

printf 'U3@D,robot\n' >"$work/wrong.csv"
ends 'a line that is wrong is named, before the table is read' 2 "wrong.csv, line 1: 'robot'" \
    "$oddhours" top "$work/days.csv" -q --accounts="$work/wrong.csv"
ends 'a list that is not there' 1 'nowhere.csv' \
    "$oddhours" top "$work/days.csv" -q --accounts="$work/nowhere.csv"
printf 'U3@D,anonymous,,\n' >"$work/bare.csv"
same 'it needs no header' 'U3@D ' \
    "$(column src_user --filter kind:anonymous --accounts="$work/bare.csv")"

"$oddhours" run "$work/days.csv" -o "$work/plain" -q $fast
"$oddhours" run "$work/days.csv" -o "$work/listed" -q $fast "$list"
pass 'own past is shrunk to the kind: another kind is another score' \
    sh -c '! cmp -s "$1/plain/own_past.csv" "$1/listed/own_past.csv"' sh "$work"
ends 'the run card says what was known' 0 '"unknown": *1' cat "$work/listed/run.json"
ends 'and by which list' 0 '"accounts": *".*accounts.csv"' cat "$work/listed/run.json"
ends 'and by which rules' 0 '"kinds": *"anonymous=' cat "$work/plain/run.json"
"$oddhours" explain "$work/listed" -q --row 0 >"$work/before"
pass 'why says what the account is' \
    grep -q 'account *service; owner Ann, B; VIP; seen in 10 of the 24 hours' "$work/before"
ends 'JSON, too' 0 '"label": *"VIP"' "$oddhours" explain "$work/listed" -q --row 0 --json
rm "$work/accounts.csv"
"$oddhours" explain "$work/listed" -q --row 0 >"$work/after"
pass 'a saved run knows it without the file' cmp "$work/before" "$work/after"
plan
