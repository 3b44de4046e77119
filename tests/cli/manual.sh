#!/bin/sh
# The manual names every action, option and command that there is.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

page=$srcdir/man/oddhours.1
sed -n '/^\.\\" actions: begin/,/^\.\\" actions: end/p' "$page" | sed '1d;$d' >"$work/now"
sh "$srcdir/man/actions.sh" "$srcdir/tui/actions.def" >"$work/wanted"
pass 'keys and actions are those of actions.def (else: make manual)' cmp "$work/wanted" "$work/now"
pass 'there are some' grep -q 'false positive' "$work/now"

sed 's/\\-/-/g' "$page" >"$work/plain"
for option in $("$oddhours" --help | grep -oE -- '--[a-z-]+' | sort -u); do
    pass "the manual has $option" grep -qE -- "$option([^a-z-]|$)" "$work/plain"
done
for command in run describe prep top explain report; do
    pass "the manual has the command $command" grep -q "^\.B $command\$" "$work/plain"
done
if command -v man >/dev/null 2>&1 && man -l "$page" >/dev/null 2>&1; then
    same 'it is set without a warning' '' "$(man --warnings -E ascii -l "$page" 2>&1 >/dev/null)"
else
    skip 'it is set without a warning' 'no man'
fi

plan
