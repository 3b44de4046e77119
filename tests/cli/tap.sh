# What the shell tests share: sourced, not run. Speaks TAP.
# $oddhours is the program, $data the bundled data, $work an empty directory that is removed.

srcdir=${ODDHOURS_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
builddir=${ODDHOURS_BUILDDIR:-$srcdir/build}
oddhours=$builddir/oddhours
data=$srcdir/data
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
LC_ALL=C
export LC_ALL

# pass NAME COMMAND...: passes when the command succeeds; its output is shown when it does not
pass() {
    name=$1
    shift
    count=$((count + 1))
    if "$@" >"$work/.tap" 2>&1; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        sed 's/^/# /' "$work/.tap" | head -n 40
    fi
}

# same NAME WANTED GOT: passes when the two texts are equal
same() {
    count=$((count + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        printf 'wanted:\n%s\ngot:\n%s\n' "$2" "$3" | sed 's/^/# /' | head -n 60
    fi
}

# ends NAME STATUS PATTERN COMMAND...: passes when the command exits with STATUS and its output and
# messages match the extended regular expression PATTERN
ends() {
    name=$1 wanted=$2 pattern=$3
    shift 3
    count=$((count + 1))
    status=0
    "$@" >"$work/.tap" 2>&1 </dev/null || status=$?
    if [ "$status" -eq "$wanted" ] && grep -qE -- "$pattern" "$work/.tap"; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        {
            echo "exit $status, wanted $wanted; wanted a line matching: $pattern"
            head -n 40 "$work/.tap"
        } | sed 's/^/# /'
    fi
}

skip() {
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}

plan() { echo "1..$count"; }
