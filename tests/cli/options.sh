#!/bin/sh
# Options that only a number or a screen shows: each does what the manual says of it.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

table=$data/lanl_user_hours.csv
quick="-q --trees 20 --epochs 1"
HOME=$work
export HOME
unset XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME NO_COLOR

# ---- how many are flagged ----
labelled() { # labelled FILE COLUMN: how many rows are labelled -1
    awk -F, -v column="$2" 'NR > 1 && $column == -1 { n++ } END { print n + 0 }' "$1"
}
"$oddhours" run "$table" --output="$work/few" $quick --format=csv --lof-sample 2000 --lof-scope sample
"$oddhours" run "$table" -o "$work/many" $quick --format=csv --lof-sample 2000 --lof-scope sample \
    --contamination=0.2 --lof-contamination=0.1 --budget=0.05
pass '--output is -o' test -s "$work/few/run.json"
pass '--contamination: 5 % are labelled, unless it says otherwise' \
    test "$(labelled "$work/few/isolation_forest.csv" 2)" -eq 149
pass '--contamination=0.2 labels a fifth, ties aside' \
    awk -v n="$(labelled "$work/many/isolation_forest.csv" 2)" 'BEGIN { exit !(n > 540 && n <= 594) }'
pass '--lof-contamination: 2 % of the sample' \
    awk -v n="$(labelled "$work/few/lof.csv" 5)" 'BEGIN { exit !(n > 30 && n <= 40) }'
pass '--lof-contamination=0.1: a tenth of it' \
    awk -v n="$(labelled "$work/many/lof.csv" 5)" 'BEGIN { exit !(n > 180 && n <= 200) }'
flagged() { # flagged DIR NAME: flagged_rows of the run card
    tr -d ' \n' <"$1/run.json" | sed 's/.*"results"//' | grep -o "\"$2\":{[^}]*" |
        sed -n 's/.*"flagged_rows":\([0-9]*\).*/\1/p'
}
pass '--budget: 1 % of the rows of the autoencoder' \
    awk -v n="$(flagged "$work/few" autoencoder)" 'BEGIN { exit !(n > 20 && n <= 30) }'
pass '--budget=0.05: 5 % of them' \
    awk -v n="$(flagged "$work/many" autoencoder)" 'BEGIN { exit !(n > 120 && n <= 149) }'
pass 'and of the ensemble' \
    awk -v n="$(flagged "$work/many" ensemble)" 'BEGIN { exit !(n > 120 && n <= 149) }'

"$oddhours" run "$table" -o "$work/near" $quick --format=csv --models lof --neighbors=7
pass '--neighbors' grep -q '"n_neighbors": *7' "$work/near/run_lof_info.json"
pass 'changes the scores' sh -c "! cmp -s '$work/near/lof.csv' '$work/few/lof.csv'"

# ---- the autoencoder's training ----
"$oddhours" run "$table" -o "$work/steps" $quick --models autoencoder --batch=512
"$oddhours" run "$table" -o "$work/rate" $quick --models autoencoder --learning-rate=0.01
loss() { tr -d ' \n' <"$1/run.json" | sed -n 's/.*"losses":\[\([0-9.e-]*\).*/\1/p'; }
pass '--batch: smaller batches are more steps, and learn more in an epoch' \
    awk -v a="$(loss "$work/steps")" -v b="$(loss "$work/few")" 'BEGIN { exit !(a > 0 && a < b) }'
"$oddhours" run "$table" -o "$work/slow" $quick --models autoencoder --batch=512 \
    --learning-rate=0.00001
pass '--learning-rate: smaller steps learn less' \
    awk -v a="$(loss "$work/steps")" -v b="$(loss "$work/slow")" 'BEGIN { exit !(a > 0 && a < b) }'
pass 'both stand in the run card' sh -c "grep -q '\"batch\": *512' '$work/slow/run.json' &&
    grep -q '\"learning-rate\": *0.00001\|\"learning-rate\": *1e-0*5' '$work/slow/run.json'"

# ---- the same in long ----
same '--count is -n' "$("$oddhours" top "$work/few" -q -n 3)" \
    "$("$oddhours" top "$work/few" --quiet --count=3)"
ends '-- ends the options' 1 "cannot open '--no-such-file': No such file" \
    "$oddhours" describe -q -- --no-such-file
ends 'a letter that is no option' 2 'there is no option -x; --help lists them' \
    "$oddhours" describe -x "$table"
ends 'a word like no option' 2 'there is no option --wwwwwwwwww; --help lists them' \
    "$oddhours" describe --wwwwwwwwww "$table"
ends 'an order by a detector that is left out' 2 'but --models leaves it out' \
    "$oddhours" top "$table" -q --by lof --models iforest
ends 'or that the saved run does not have' 2 'this run has no such scores' \
    "$oddhours" top "$work/steps" -q --by lof

# ---- describe ----
ends 'describe --features' 0 '^rows +2,967 in 4 columns' \
    "$oddhours" describe "$table" -q --features=dst_hosts,src_hosts --threads=1
{ cat "$table"; yes 'a,b' | head -n 12; } >"$work/bad.csv"
ends 'describe --strict' 2 'line 2969' "$oddhours" describe "$work/bad.csv" -q --strict
ends 'without: the first ten are named, the rest counted' 0 '^  and 2 more$' \
    "$oddhours" describe "$work/bad.csv"
same 'ten of them' 10 "$(grep -c '^  line 2,9[67][0-9]' "$work/.tap")"

# ---- the explorer's screen and settings ----
cat >"$work/script" <<EOF
wait done
scores
screenshot $work/shot
top
screenshot $work/top
log
wait idle
screenshot $work/log
EOF
play() { # play OPTION...: leaves Scores, Top-K and the log in $work/shot, top and log
    rm -f "$work/shot" "$work/top" "$work/log"
    "$oddhours" "$table" --no-cache --models=iforest --trees=20 --screen=80x24 \
        --script="$work/script" "$@"
}
play --glyphs=ascii
pass '--glyphs=ascii' sh -c "test -s '$work/shot' && ! LC_ALL=C grep -q '[^ -~]' '$work/shot'"
play --glyphs=braille
pass '--glyphs=braille' grep -q '⣿' "$work/shot"
play
pass 'block otherwise' grep -q '█' "$work/shot"
printf '{"k": 7, "glyphs": "ascii"}' >"$work/settings.json"
play --config="$work/settings.json"
pass '--config=FILE' grep -q 'top 7 of 2,967' "$work/top"
play --config="$work/settings.json" --glyphs=block
pass 'options of the command line count more' grep -q '█' "$work/shot"
mkdir -p "$work/.config/oddhours"
cp "$work/settings.json" "$work/.config/oddhours/config.json"
play
pass 'settings are in ~/.config' grep -q 'top 7 of 2,967' "$work/top"
play --no-config
pass '--no-config' grep -q 'top 100 of 2,967' "$work/top"
mkdir -p "$work/xdg/oddhours"
printf '{"k": 9}' >"$work/xdg/oddhours/config.json"
XDG_CONFIG_HOME=$work/xdg play
pass 'or in $XDG_CONFIG_HOME' grep -q 'top 9 of 2,967' "$work/top"
printf '{"k": "many"}' >"$work/xdg/oddhours/config.json"
XDG_CONFIG_HOME=$work/xdg play
pass 'what is wrong in them is named' grep -q 'error: k should be a whole number' "$work/log"
pass 'and the default stands' grep -q 'top 100 of 2,967' "$work/top"
ends 'settings that are named must be there' 1 'none.json' play --config="$work/none.json"
ends 'a script must be there' 1 'No such file' \
    "$oddhours" "$table" --screen=80x24 --script="$work/none"
ends 'a set of glyphs that is none' 2 'glyphs is block, braille or ascii' play --glyphs=brail
ends 'a color that is none' 2 'color is auto, always or never' play --color=red
ends 'a screen that is none' 2 'screen is such as 80x24' play --screen=80
# ---- filters to begin with, and always ----
printf '%s\n' 'wait done' top 'wait idle' "screenshot $work/filtered" 'filter failed_events:>0' \
    'wait idle' "screenshot $work/both" clear-filter 'wait idle' "screenshot $work/cleared" \
    >"$work/filters"
echo '{"filter": "-kind:machine"}' >"$work/config.json"
"$oddhours" --no-cache --config "$work/config.json" --screen 120x24 --script "$work/filters" \
    --filter 'total_events:>9' --models iforest "$table" >/dev/null
pass '--filter begins with one, that of the settings is always on' \
    grep -q 'with total_events:>9 -kind:machine' "$work/filtered"
pass 'with any other' grep -q 'with failed_events:>0 -kind:machine' "$work/both"
pass 'and with none' grep -q 'with -kind:machine' "$work/cleared"
ends 'a filter that is none is said' 1 'there is no field nosuch' \
    "$oddhours" --no-cache --no-config --screen 120x24 --script "$work/filters" \
    --filter nosuch:5 --models iforest "$table"

play --reviews="$work/xdg"
pass 'a store that is a folder is said in the log' grep -q 'cannot be opened: Is a dir' "$work/log"
play --reviews="$work/none.db" --reviewer=ana --color=never --no-config
pass 'nothing is kept where nothing was judged' test ! -e "$work/none.db"

# ---- a filter is looked at before the work ----
mkfifo "$work/never"
for filter in 'faled:>3' 'failed>3' 'U1 OR U2' 'rank:0'; do
    ends "a filter that is none, $filter, before the input is opened" 2 '^oddhours: --filter' \
        timeout 60 "$oddhours" top "$work/never" -q --filter "$filter"
done
pass 'one that needs scores is fine' \
    "$oddhours" top "$table" -q --filter 'rank:1-5 iforest:>p99 day:last sort:lof' --trees 5 --epochs 1
pass 'and columns of the table' "$oddhours" top "$table" -q --features dst_hosts,src_hosts \
    --filter 'dst_hosts:>1' --trees 5 --epochs 1

# ---- scripts ----
mkdir "$work/story"
printf '{"program":"x"}' >"$work/story/review.json"
printf 'wait done\nimport review.json\nwait idle\nlog\nscreenshot %s\n' "$work/told" \
    >"$work/story/script"
told() { # told NAME: plays that script
    "$oddhours" "$table" --screen=100x30 --script="$work/story/$1" --reviews="$work/story/r.db" \
        --no-config --models=iforest --trees=5
}
ends 'import finds a file beside the script, which ends at an error' 1 \
    "script .*stopped at line 2, 'import .*review.json': .*this JSON is no review" told script
pass 'and plays no further' test ! -e "$work/told"
printf 'wait done\nimport review.json\n' >"$work/story/last"
ends 'the last line counts, and is waited for' 1 'stopped at line 2, .*this JSON is no review' \
    told last
printf 'import review.json\n' >"$work/story/first"
ends 'as a first line it waits for the table' 1 'stopped at line 1, .*this JSON is no review' \
    told first
grep -v '^wait ms' "$data/demo.odds" >"$work/story/demo.odds"
cp "$data/synthetic_review.json" "$work/story/"
demo() (
    cd / && "$oddhours" "$data/synthetic_user_hours.csv.gz" --screen=80x24 --no-config \
        --reviews="$work/story/demo.db" --script="$work/story/demo.odds"
)
pass 'the demo plays from any folder' demo
pass 'and again' demo
pass 'with nothing of it in the history of filters' \
    sh -c "! grep -rs 'hour:0-5' '$work/.config' '$work/.local' '$work/xdg'"

plan
