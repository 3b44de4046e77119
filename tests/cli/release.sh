#!/bin/sh
# A release holds every file that git tracks: sources, tests and their data. (That it builds and
# tests itself is `make distcheck`, which ./bootstrap check runs when files came or went.)
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

if ! [ -e "$srcdir/.git" ] || ! (cd "$srcdir" && git ls-files -z) >"$work/tracked" 2>/dev/null; then
    skip 'a release holds every file that is tracked' 'this is no clone, or there is no git'
    plan
    exit 0
fi

# tracked: names, a line each, of what stands in the working tree
tracked() { tr '\0' '\n' <"$work/tracked" | grep -vx '\.gitignore'; }

pass 'a release can be put together' \
    env -u MAKEFLAGS -u MFLAGS make -C "$builddir" -s distdir distdir="$work/release"
missing=$(tracked | while read -r file; do
    [ ! -e "$srcdir/$file" ] || [ -e "$work/release/$file" ] || echo "$file"
done)
same 'and holds every file that is tracked (EXTRA_DIST in Makefile.am)' '' "$missing"
changed=$(tracked | while read -r file; do
    [ ! -f "$work/release/$file" ] || cmp -s "$srcdir/$file" "$work/release/$file" || echo "$file"
done)
same 'as it is' '' "$changed"
chmod -R u+w "$work/release"
plan
