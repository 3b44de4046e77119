#!/bin/sh
# Formats of logs: all that come with the program have samples that hold; logs are recognised,
# counted, left out and rejected; published samples give what another script counted.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

formats=$srcdir/data/formats
XDG_CONFIG_HOME=$work/config ODDHOURS_FORMATS=$formats
export XDG_CONFIG_HOME ODDHOURS_FORMATS

for file in "$formats"/*.json; do
    kind=$(basename "$file" .json)
    ends "$kind: its samples hold" 0 'fine, [0-9]+ samples?$' "$oddhours" formats check "$file"
    ends "$kind is listed" 0 "^$kind  *[A-Z]" "$oddhours" formats
done
{ sed '/"samples"/,$d' "$formats/cert-logon.json"; echo '"zone": "UTC"}'; } >"$work/none.json"
ends 'a format without samples is refused' 2 'no sample that says which user' \
    "$oddhours" formats check "$work/none.json"

# The example of the manual, and its list.
awk '/^`doors\.json`:/ { on = 1 } on && /^    \{$/ { copy = 1 } copy { sub(/^    /, ""); print }
    copy && /^}$/ { exit }' "$srcdir/docs/FORMATS.md" >"$work/doors.json"
ends 'the example of docs/FORMATS.md is fine' 0 'Doors of North: fine, 2 samples' \
    "$oddhours" formats check "$work/doors.json"
same 'docs/FORMATS.md lists the formats that there are' "$("$oddhours" formats | cut -d' ' -f1)" \
    "$(sed -n 's/^| `\([a-z0-9-]*\)` | [A-Z].*|$/\1/p' "$srcdir/docs/FORMATS.md")"

# ---- a log of ours: counted, left out with reasons, rejected; the sums add up ----
sshd() { printf 'Mar %2d %s:00:01 web1 sshd[7]: %s\n' "$1" "$2" "$3"; }
{
    sshd 1 08 'Accepted publickey for nora from 192.0.2.7 port 50122 ssh2'
    sshd 1 08 'message repeated 3 times: [ Failed password for root from 192.0.2.9 port 2 ssh2]'
    sshd 1 08 'Connection closed by 192.0.2.9 port 2 [preauth]'
    echo 'sshd is no line of syslog'
    sshd 2 09 'Accepted publickey for nora from 192.0.2.8 port 50122 ssh2'
} >"$work/auth.log"
ends 'all lines are told apart' 0 '^5 lines: 3 counted, 1 left out, 1 rejected$' \
    "$oddhours" prep "$work/auth.log" -o "$work/auth.csv" --year 2024
ends 'what is left out is named' 0 '^  left out: no login message 1$' \
    "$oddhours" prep "$work/auth.log" -o "$work/auth.csv" --year 2024
ends 'and what is rejected' 0 'auth.log, line 4: it is not in the form' \
    "$oddhours" prep "$work/auth.log" -o "$work/auth.csv" --year 2024
same 'a weight is counted, of the year that was named' "2024-03-01 08:00:00,nora,1,0,0.0,1,1,0,0.0
2024-03-01 08:00:00,root,3,3,1.0,1,1,0,0.0
2024-03-02 09:00:00,nora,1,0,0.0,1,1,0,0.0" "$(tail -n +2 "$work/auth.csv" | cut -d, -f1-9)"
same 'what is new for an account is counted beside' '1,1,0,1' \
    "$(tail -n 1 "$work/auth.csv" | cut -d, -f10-13)"
"$oddhours" prep -q "$work/auth.log" -o "$work/plain.csv" --year 2024 --novelty off
same 'or is not' '' "$(cut -d, -f10- "$work/plain.csv" | tr -d '\n')"
touch -d 2021-06-01 "$work/auth.log"
"$oddhours" prep -q "$work/auth.log" -o "$work/file.csv"
same 'without one of the year of the file' 2021-03-01 "$(sed -n 2p "$work/file.csv" | cut -c1-10)"
touch -d 2021-02-01 "$work/auth.log"
"$oddhours" prep -q "$work/auth.log" -o "$work/file.csv"
same 'or of the one before, if that is later' 2020-03-01 \
    "$(sed -n 2p "$work/file.csv" | cut -c1-10)"
"$oddhours" prep -q "$work/auth.log" -o "$work/zone.csv" --year 2024 --zone +02:00
same '--zone is whose clock the log is by' "$(cat "$work/auth.csv")" "$(cat "$work/zone.csv")"
"$oddhours" prep -q - -o - --year 2024 <"$work/auth.log" >"$work/pipe.csv"
pass 'a pipe gives the same' cmp "$work/pipe.csv" "$work/auth.csv"
tac "$work/auth.log" | gzip >"$work/back.log.gz"
"$oddhours" prep -q "$work/back.log.gz" -o "$work/back.csv" --year 2024
pass 'newest first and packed, too' cmp "$work/back.csv" "$work/auth.csv"
grep -v '^sshd' "$work/auth.log" >"$work/good.log"
ends 'run takes it: what is left out is no loss' 0 'peak memory' \
    "$oddhours" run "$work/good.log" --year 2024 -o "$work/run" --models iforest --trees 5
pass 'which says how many lines are what' grep -q '4 lines: 3 counted, 1 left out, 0 rejected' \
    "$work/run/run.json"
pass 'and what was left out' grep -q 'left out: no login message 1' "$work/run/run.json"

# ---- the lines behind a user-hour ----
explore() { # explore FILE FORMAT: the lines of the first user-hour of Top-K, and the run card
    printf '%s\n' 'wait done' top 'wait idle' open 'wait idle' 'key Enter' 'wait idle' \
        "screenshot $work/screen" 'wait idle' back run-card 'wait idle' \
        "screenshot $work/card" 'wait idle' >"$work/script"
    "$oddhours" --no-cache --no-config --screen 100x30 --script "$work/script" --models iforest \
        --trees 5 "$1" --year 2024 >"$work/messages"
}
says() { grep -q -- "$1" "$work/screen"; }
explore "$work/good.log"
pass 'Enter shows the events of a text log' \
    says '0[89]:00:01  \(Fail     192.0.2.9 > web1  password\|Success  192.0.2.[78] > web1  publickey\)'
pass 'with a word for each column' says 'outcome, source > destination, method, program'
pass 'the run card has the sums' grep -q '4 lines: 3 counted, 1 left out, 0 rejected' "$work/card"
printf '%s\n' 'wait done' top 'wait idle' 'row 2' 'wait idle' 'key D' 'wait idle' \
    "screenshot $work/screen" 'wait idle' why 'wait idle' "screenshot $work/why" 'wait idle' \
    >"$work/script"
"$oddhours" --no-cache --no-config --screen 100x30 --script "$work/script" --models iforest \
    --trees 5 "$work/good.log" --year 2024 >"$work/messages"
pass 'D shows its computers' says ' web1 *1 *- *2024-03-01 08h *2'
pass 'and which are new' says '192.0.2.8 *1 *- *new: never before *1'
pass 'the Why page names them' grep -q 'new hosts *source 192.0.2.8' "$work/why"
ends 'and explain' 0 'new hosts *source 192.0.2.8' \
    "$oddhours" explain -q "$work/good.log" --year 2024 --row 2 --models iforest --trees 5
gzip -c "$work/good.log" >"$work/good.log.gz"
explore "$work/good.log.gz"
pass 'and of a packed one' says '0[89]:00:01  \(Fail     192.0.2.9 > web1\|Success  192.0.2\)'
{
    printf '\377\376'
    iconv -f UTF-8 -t UTF-16LE "$work/good.log"
} >"$work/wide.log"
explore "$work/wide.log"
pass 'and of one in UTF-16' says '0[89]:00:01  \(Fail     192.0.2.9 > web1\|Success  192.0.2\)'
{
    printf '\357\273\277'
    cat "$work/good.log"
} >"$work/marked.log"
explore "$work/marked.log"
pass 'and behind a byte order mark' says '0[89]:00:01  \(Fail     192.0.2.9 > web1\|Success  192.0.2\)'
cat >"$work/duo.json" <<'JSON'
{"response": {"authlogs": [
  {"event_type": "authentication", "result": "denied", "timestamp": 1710141302, "txid": "1",
   "user": {"name": "nora"}, "access_device": {"ip": "192.0.2.7"}, "factor": "push",
   "application": {"name": "Mail"}},
  {"event_type": "authentication", "result": "success", "timestamp": 1710137702, "txid": "2",
   "user": {"name": "nora"}, "access_device": {"ip": "192.0.2.8"}, "factor": "phone",
   "application": {"name": "Wiki"}}]}}
JSON
explore "$work/duo.json"
pass 'and those of a document' says 'Fail     192.0.2.7 > Mail  push\|Success  192.0.2.8 > Wiki  phone'

# ---- which format ----
mkdir -p "$work/config/oddhours/formats"
cp "$formats/linux-auth.json" "$work/config/oddhours/formats/mine.json"
ends 'two formats that claim a log are named' 2 \
    'several formats: linux-auth .* and mine .*--input=linux-auth' \
    "$oddhours" prep "$work/auth.log" -o "$work/b"
pass 'and nothing is written' test ! -e "$work/b"
ends '--input=NAME says which' 0 '3 counted' \
    "$oddhours" prep "$work/auth.log" --year 2024 --input=mine -o "$work/b"
mv "$work/config/oddhours/formats/mine.json" "$work/own.json"
sed 's/"title": "Linux/"title": "Mine: Linux/' "$formats/linux-auth.json" \
    >"$work/config/oddhours/formats/linux-auth.json"
ends 'a file of the user goes over one of the program' 0 '^linux-auth +Mine' "$oddhours" formats
rm "$work/config/oddhours/formats/linux-auth.json"
ends '--input=FILE.json names a file' 0 '3 counted' \
    "$oddhours" prep "$work/auth.log" --year 2024 --input="$work/own.json" -o "$work/b"
ends 'a name with a typo' 2 "no format 'linux-aut'; did you mean 'linux-auth'" \
    "$oddhours" run "$work/auth.log" --input=linux-aut -o "$work/b"

# What a product writes is claimed by its format, and by no other.
mkdir "$work/claims"
if python3 "$srcdir/tests/cli/format_claims.py" "$formats" "$work/claims" 2>/dev/null; then
    for log in "$work/claims"/*.log; do
        kind=$(basename "$log" .log)
        # Its samples are whole lines, and a header in each of them.
        [ "$kind" != zeek ] || continue
        title=$(sed -n 's/^  "title": "\(.*\)",$/\1/p' "$formats/$kind.json")
        "$oddhours" prep "$log" --year 2024 -o "$work/b" >"$work/messages" 2>&1
        same "$kind claims its samples" "read as $title" "$(grep '^read as' "$work/messages")"
    done
else
    skip 'formats claim their samples' 'there is no python3'
fi

# ---- a Windows event log ----
if ! python3 "$srcdir/tests/cli/make_evtx.py" "$work/Security.evtx" 2>/dev/null; then
    skip 'a Windows event log' 'there is no python3'
elif "$oddhours" prep "$work/Security.evtx" -o "$work/evtx.csv" 2>&1 | grep -q 'without libevtx'; then
    ends 'a Windows event log, without libevtx: what to do' 2 'wevtutil qe FILE' \
        "$oddhours" prep "$work/Security.evtx" -o "$work/evtx.csv"
else
    ends 'a Windows event log is read' 0 '^5 records: 3 counted, 2 left out, 0 rejected$' \
        "$oddhours" prep "$work/Security.evtx" -o "$work/evtx.csv"
    same 'with its user-hours' '2024-03-11 07:00:00,north\nora.berg,2,0
2024-03-11 08:00:00,north\admin & <b>,1,1' "$(tail -n +2 "$work/evtx.csv" | cut -d, -f1-4)"
    ends 'not from a pipe' 2 'from a pipe or an archive: save it as a file' \
        sh -c "'$oddhours' prep - -o '$work/b' <'$work/Security.evtx' | cat; \
            '$oddhours' prep - -o '$work/b' <'$work/Security.evtx'"
    head -c 4600 "$work/Security.evtx" >"$work/cut.evtx"
    ends 'a cut one is said to be damaged' 2 'no Windows event log that can be read|can be counted' \
        "$oddhours" prep "$work/cut.evtx" -o "$work/b"
    explore "$work/Security.evtx"
    pass 'Enter shows its events' says 'Fail     pc7 > fs1  4625\|Success  192.0.2.7 > fs1  4624'
fi

# ---- mistakes in a format: file, key and reason ----
wrong() { # wrong NAME PATTERN SED: a format changed by SED
    sed "$3" "$formats/linux-auth.json" >"$work/wrong.json"
    ends "$1" 2 "wrong\.json: $2" "$oddhours" formats check "$work/wrong.json"
}
wrong 'a key that there is not' "user: there is no key 'nam'; did you mean 'name'" \
    's/"user": {"name"/"user": {"nam"/'
wrong 'a pattern that is none' 'text\.line\[1\]: the pattern .* missing closing parenthesis' \
    's/"line": \["(/"line": ["((/'
wrong 'no JSON' 'line [0-9]+ is no JSON' 's/"keep-why":/"keep-why"/'
wrong 'a word that there is not' "outcome\[2\]: 'is' is success, failure" \
    's/{"is": "success"}/{"is": "fine"}/'
wrong 'what a sample gives' "sample 1: user is 'nora', not 'bob'" '/Accepted/s/"user": "nora"/"user": "bob"/'
ends 'a file that there is not' 1 'nowhere' "$oddhours" formats check "$work/nowhere.json"

# ---- secrets that a format names ----
{
    echo 'Mar  2 09:00:01 web1 sudo: bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/x password=one1 password=two2'
    echo 'Mar  2 09:00:02 web1 sudo: bob : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/x three3 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
} >"$work/secret.log"
secrets() { # secrets PATTERN: bob's lines by a format that masks it
    sed -e 's/{"name": "program", "of": "program"}/{"name": "body", "of": "body"}/' \
        -e "s/^  \"samples\"/  \"mask\": [\"$1\"],&/" "$formats/linux-auth.json" >"$work/secret.json"
    printf '%s\n' 'wait done' top 'wait idle' open 'wait idle' 'key Enter' 'wait idle' \
        "screenshot $work/screen" 'wait idle' >"$work/script"
    "$oddhours" --no-cache --no-config --screen 160x30 --script "$work/script" --models iforest \
        --trees 5 "$work/secret.log" --input "$work/secret.json" --year 2024 >"$work/messages"
}
secrets 'password=(\\\\S+)'
pass 'every secret of a field is masked' says 'password=\*\*\*\* password=\*\*\*\*'
silent() { ! says "$1"; }
pass 'and none is left' silent 'one1\|two2'
secrets '((?:x+x+)+[yz])'
pass 'the lines stand there when a mask gives up' says 'password=one1'
pass 'with nothing of the field it gave up on' silent three3

# ---- published samples, where they are ----
events=$srcdir/../shared/data/events
if [ -d "$events" ]; then
    for wanted in "$events"/*/*.expected.csv; do
        sample=${wanted%.expected.csv}
        which=${sample#"$events"/}
        case $which in
        linux/secure_newest_first.log) year=2018 ;;
        *) year=2024 ;;
        esac
        if ! "$oddhours" prep "$sample" --min-events 1 --year $year -o "$work/got.csv" \
            2>"$work/messages"; then
            same "$which gives the user-hours that are expected" '' "$(cat "$work/messages")"
            continue
        fi
        cut -d, -f1-4,6,7 "$work/got.csv" | tail -n +2 >"$work/rows"
        tail -n +2 "$wanted" >"$work/wanted"
        pass "$which gives the user-hours that are expected" diff "$work/wanted" "$work/rows"
    done
else
    skip 'published samples' 'they are not beside the checkout'
fi
plan
