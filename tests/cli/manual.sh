#!/bin/sh
# The manual names every action, option and command that there is, and README.md shows the screens.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

page=$srcdir/man/oddhours.1
sed -n '/^\.\\" actions: begin/,/^\.\\" actions: end/p' "$page" | sed '1d;$d' >"$work/now"
sh "$srcdir/man/actions.sh" "$srcdir/tui/actions.def" >"$work/wanted"
pass 'keys and actions are those of actions.def (else: make manual)' cmp "$work/wanted" "$work/now"
pass 'there are some' grep -q 'false positive' "$work/now"

sed 's/\\-/-/g' "$page" >"$work/plain"
# Every option of every command is in the manual (those of prep: in docs/RAWLOG.md) and is used by
# a test of the program.
sed 's/\\-/-/g' "$srcdir/docs/RAWLOG.md" >"$work/prep"
used() {
    find "$srcdir/tests/cli" "$srcdir/tests/tui" \( -name '*.sh' ! -name manual.sh -o -name '*.c' \) \
        -exec grep -qE -e "$1([^a-z-]|\$)" {} +
}
for command in '' run describe top explain prep formats report; do
    page=$work/plain
    [ "$command" != prep ] || page=$work/prep
    for option in $("$oddhours" $command --help | grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' |
        grep -oE -- '--[a-z-]+'); do
        grep -qxe "$option" "$work/seen" 2>/dev/null && continue
        [ "$command" = prep ] || echo "$option" >>"$work/seen"
        case $command$option in
        prep--help | prep--version) continue ;;
        esac
        pass "the manual has ${command:+$command }$option" grep -qE -- "$option([^a-z-]|$)" "$page"
        pass "a test uses $option" used "$option"
    done
done
page=$srcdir/man/oddhours.1
"$oddhours" prep --help | grep -oE -- '--[a-z-]+' >>"$work/seen"
stale=$(cat "$work/plain" "$work/prep" | grep -oE -- '--[a-z][a-z-]+' | sort -u |
    grep -vxFf "$work/seen")
same 'no option is described that is not there' '' "$stale"

# The keys that the manual names are those of the run card and of explain --json.
"$builddir/data/generate" --rows 2000 -o "$work/table.csv"
"$oddhours" run "$work/table.csv" -o "$work/out" -q --trees 5 --epochs 1 \
    --models=iforest,autoencoder,lof,ecod
"$oddhours" explain "$work/out" --row 1999 --shapley --json >"$work/why.json"
keys_are_told() { # keys_are_told FILE BEGIN END: the lines of the manual from BEGIN to END
    sed -n "/$2/,/$3/p" "$work/plain" >"$work/lines"
    /usr/bin/python3 - "$1" "$work/lines" "$work/table.csv" <<'EOF'
import json, re, sys
words = set(re.findall(r"[A-Za-z0-9_%]+", open(sys.argv[2]).read()))
columns = set(open(sys.argv[3]).readline().strip().split(",")) - {"dt", "src_user"}
card = json.load(open(sys.argv[1]))
detectors = set(card.get("results") or card["detectors"])
free = {"stages", "model", "credits", "shapley", "values"} # their keys are names of other things
keys = set()
def walk(value, of_parameters):
    for one in value if isinstance(value, list) else []:
        walk(one, False)
    for key, one in value.items() if isinstance(value, dict) else []:
        if key not in columns | detectors:
            keys.add(key)
        if key not in free and not (of_parameters and key in detectors):
            walk(one, key == "parameters")
walk(card, False)
untold = keys - words
invented = {word for word in words if "_" in word} - keys
assert keys and not untold and not invented, (untold, invented)
EOF
}
if command -v /usr/bin/python3 >/dev/null; then
    pass 'the run card has the keys that the manual names' \
        keys_are_told "$work/out/run.json" '^\.SS The run card' '^\.SH CONF'
    pass 'so has explain --json' keys_are_told "$work/why.json" 'as JSON: row_id' '^distance'
else
    skip 'the keys of JSON' 'no python3'
fi

# Every file of a run, every variable and every exit status, too.
for file in $(sed -n '/^\.SH FILES OF A RUN/,/^\.SS The run card/p' "$work/plain" |
    grep '^\.IR\{0,1\} ' | grep -oE '[a-z_]+\.(csv|json|odd)' | sort -u); do
    pass "a test knows $file" grep -qw "$file" "$srcdir/tests/cli/run.sh"
done
for variable in $(sed -n '/^\.SH ENVIRONMENT/,/^\.SH SEE/s/^\.B //p' "$work/plain"); do
    pass "a test uses $variable" used "$variable"
done

for command in run describe prep top explain report; do
    pass "the manual has the command $command" grep -q "^\.B $command\$" "$work/plain"
done

# The screens of README.md, but for their first line (memory) and the one with the autoencoder,
# whose last digits depend on the processor.
(cd "$work" && HOME=$work "$oddhours" "$data/synthetic_user_hours.csv.gz" --no-cache --no-config \
    --reviews="$work/none.db" --screen 80x24 --script "$data/readme.odds")
for screen in scores user; do
    pass "the screen $screen was written" test -s "$work/screen_$screen.txt"
    same "the screen $screen is the one of README.md" '' "$(sed 1d "$work/screen_$screen.txt" |
        grep -vxFf "$srcdir/README.md")"
done

# What the documents call by name is there: actions, and paths from the top of the sources.
documents() { (cd "$srcdir" && cat README.md HACKING.md data/README.md docs/*.md); }
for action in $(documents | grep -ohE '`:[a-z][a-z-]+' | tr -d '`:' | sort -u); do
    pass "there is an action :$action" grep -q "^A([A-Z_]*, \"$action\"," "$srcdir/tui/actions.def"
done
for path in $(documents | grep -ohE '`(src|tui|tests|data|docs|man)/[^` ]+' | tr -d '`' |
    sort -u); do
    pass "there is $path" sh -c 'cd "$1" && { ls -d $2 || ls $2.[ch]; }' sh "$srcdir" "$path"
done

if command -v man >/dev/null 2>&1 && man -l "$page" >/dev/null 2>&1; then
    same 'it is set without a warning' '' "$(man --warnings -E ascii -l "$page" 2>&1 >/dev/null)"
else
    skip 'it is set without a warning' 'no man'
fi

plan
