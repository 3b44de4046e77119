# What run.sh and growth.sh share: sourced, not run.
# $oddhours and $generate are the programs, $directory is where tables and results go.

LC_ALL=C
export LC_ALL
source=${ODDHOURS_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${ODDHOURS_BUILDDIR:-$source/build}
oddhours=$build/oddhours
generate=$build/data/generate

die() {
    echo "${0##*/}: $1" >&2
    exit 1
}

machine() { # what the figures were made on
    echo "processor     $(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1), $(nproc) cores"
    echo "memory        $(awk '/^MemTotal/ { printf "%.1f GiB", $2 / 1048576 }' /proc/meminfo)"
    echo "system        $(uname -sr)"
    echo "program       $("$oddhours" --version | head -n 1)"
    load
}

load() { # how busy the machine is with everything, ourselves too
    echo "load average  $(cut -d' ' -f1-3 /proc/loadavg) at $(date -u '+%F %H:%M UTC')"
}

# room ROWS BYTES: fails when the disk has no room for a table of ROWS rows (80 bytes each) and the
# files of a run (220 bytes a row), or when memory is short of BYTES a row
room() {
    disk=$(df -Pk "$directory" | awk 'NR == 2 { print $4 * 1024 }')
    memory=$(awk '/^MemAvailable/ { print $2 * 1024 }' /proc/meminfo)
    awk -v n="$1" -v bytes="$2" -v disk="$disk" -v memory="$memory" \
        'BEGIN { exit !(disk > 300 * n && memory > bytes * n) }'
}

# table ROWS REPEATS: the path of a table, made when it is not there. REPEATS: "own" as generated
# (people do the same again and again), or the percentage of rows that repeat an earlier one: rows
# without repeats, written as often as that takes.
table() {
    path=$directory/oddhours-bench-$1-$2.csv
    if [ ! -s "$path" ]; then
        case $2 in
            own) "$generate" --rows "$1" -o "$path.part" ;;
            0) "$generate" --rows "$1" --no-repeats -o "$path.part" ;;
            *)
                copies=$((100 / (100 - $2)))
                "$generate" --rows $(($1 / copies)) --no-repeats -o "$path.once"
                cp "$path.once" "$path.part"
                while [ $copies -gt 1 ]; do
                    tail -n +2 "$path.once" >>"$path.part"
                    copies=$((copies - 1))
                done
                rm "$path.once"
                ;;
        esac
        mv "$path.part" "$path"
    fi
    cat "$path" >/dev/null # into the page cache
    echo "$path"
}

# measure TABLE OUT COMMAND-OPTION...: one run; OUT gets "STAGE<tab>SECONDS" lines, with "write",
# "all", "processor" (user and system) and "peak MiB"
measure() {
    path=$1 out=$2
    shift 2
    /usr/bin/time -f '%e %U %S %M' -o "$out.time" "$oddhours" run "$path" -o "$out.run" -q "$@" \
        || die "the run failed: $*"
    awk -v timed="$(tail -n 1 "$out.time")" '
        /"work"/ { work = 1 }
        work && /"seconds"/ { all = $0; sub(/.*: */, "", all) }
        work && /"stages"/ { stages = 1; next }
        stages && /}/ { stages = 0; work = 0 }
        stages { split($0, part, "\""); value = $0; sub(/.*: */, "", value)
                 printf "%s\t%.3f\n", part[2], value }
        END { split(timed, t, " ")
              printf "write\t%.3f\nall\t%.2f\nprocessor\t%.2f\npeak MiB\t%d\n",
                     t[1] - all, t[1], t[2] + t[3], t[4] / 1024 }' \
        "$out.run/run.json" >"$out.stages"
    rm -rf "$out.run" "$out.time"
}

# fastest OUT RUNS: OUT.1.stages and so on into OUT.stages: the best of each line, as noise only adds
fastest() {
    turn=1
    while [ $turn -le "$2" ]; do
        cat "$1.$turn.stages"
        rm "$1.$turn.stages"
        turn=$((turn + 1))
    done | awk -F'\t' '
        !($1 in best) { order[++n] = $1; best[$1] = $2 }
        $2 < best[$1] { best[$1] = $2 }
        END { for (i = 1; i <= n; i++) { print order[i] "\t" best[order[i]] } }' >"$1.stages"
}

value() { # value FILE NAME: one figure of a file of stages
    awk -F'\t' -v name="$2" '$1 == name { print $2 }' "$1"
}
