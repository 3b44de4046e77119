#!/bin/sh
# oddhours beside the notebook's pipeline (pandas, scikit-learn, torch), stage by stage, in one go.
#
# usage: run.sh [-r ROWS] [-b ROWS] [-l ROWS] [-n RUNS] [-d DIR] [-t TABLE]
#   -r ROWS   rows of the large table, run by oddhours alone (42866142, as the study had; fewer when
#             disk or memory are short)
#   -b ROWS   rows of the table that both run (1000000)
#   -l ROWS   rows LOF is fitted on in that table, by both (100000)
#   -n RUNS   runs of oddhours; the best of each stage counts (3)
#   -d DIR    where tables and results go ($TMPDIR or /tmp); tables are kept for the next time
#   -t TABLE  a large table that is there already
# ODDHOURS_BUILDDIR says where the programs are.
set -eu
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/bench/measure.sh"

rows=42866142 both=1000000 lof=100000 runs=3 directory=${TMPDIR:-/tmp} large=
while getopts r:b:l:n:d:t: option; do
    case $option in
        r) rows=$OPTARG ;;
        b) both=$OPTARG ;;
        l) lof=$OPTARG ;;
        n) runs=$OPTARG ;;
        d) directory=$OPTARG ;;
        t) large=$OPTARG ;;
        *) die 'see the head of this file' ;;
    esac
done
shift $((OPTIND - 1))
[ $# -eq 0 ] || die 'see the head of this file'
for program in "$oddhours" "$generate" /usr/bin/time; do
    [ -x "$program" ] || die "$program is missing"
done
while [ -z "$large" ] && ! room "$rows" 60 && [ "$rows" -gt 1000000 ]; do
    rows=$((rows / 2))
    echo "disk or memory are short: the large table has $rows rows"
done
result=$directory/oddhours-bench-result
trap 'rm -rf "$result".*' EXIT

ours() { # ours TABLE OUT OPTION...: the best of $runs runs
    input=$1 into=$2
    shift 2
    run=1
    while [ $run -le "$runs" ]; do
        measure "$input" "$into.$run" "$@"
        run=$((run + 1))
    done
    fastest "$into" "$runs"
}

machine

# ---- both on the same table ----
small=$(table "$both" own)
echo
echo "$both rows, $(wc -c <"$small") bytes; LOF on $lof of them; seconds"
ours "$small" "$result.ours" --lof-sample "$lof"
ours "$small" "$result.sklearn" --models lof --lof sklearn --lof-sample "$lof"
ODDHOURS_READER=libcsv ours "$small" "$result.libcsv" --models iforest --trees 1
: >"$result.notebook"
/usr/bin/python3 "$source/tests/bench/notebook.py" "$small" --lof "$lof" >"$result.notebook" ||
    echo 'no baseline, or not all of it: it needs pandas, scikit-learn and torch for /usr/bin/python3'
load
awk -F'\t' -v notebook="$result.notebook" -v libcsv="$(value "$result.libcsv.stages" read)" \
    -v sklearn="$(value "$result.sklearn.stages" 'lof fit')" \
    -v sklearn_score="$(value "$result.sklearn.stages" 'lof score')" '
    function line(name, ours, theirs) {
        printf "%-30s %10.3f", name, ours
        if (theirs != "") { printf " %10.2f %8.0f", theirs, theirs / (ours > 0 ? ours : 0.001) }
        print ""
    }
    BEGIN {
        while ((getline text < notebook) > 0) {
            split(text, f, "\t"); theirs[f[1]] = f[2]; work += f[3]
        }
        printf "%-30s %10s %10s %8s\n", "stage", "oddhours", "notebook", "ratio"
    }
    { ours[$1] = $2 }
    END {
        n = split("read,scale,iforest fit,iforest score,autoencoder fit,autoencoder score", stage, ",")
        for (i = 1; i <= n; i++) {
            line(stage[i], ours[stage[i]], theirs[stage[i]])
            sum += ours[stage[i]]; sums += theirs[stage[i]]
        }
        both = theirs["lof fit"] == "" ? "" : theirs["lof fit"] + theirs["lof score"]
        line("lof, fit and score: distinct", ours["lof fit"] + ours["lof score"], both)
        line("lof, fit and score: sklearn", sklearn + sklearn_score, both)
        sum += ours["lof fit"] + ours["lof score"]; sums += both
        line("these stages, LOF distinct", sum, both == "" ? "" : sums)
        line("read, libcsv in place of ours", libcsv, "")
        line("all files", ours["write"], "")
        line("processor time of all, files", ours["processor"], work > 0 ? work : "")
        printf "%-30s %10d %10s\n", "peak MiB", ours["peak MiB"], theirs["peak MiB"]
    }' "$result.ours.stages"

# ---- ours alone on the large one ----
[ -n "$large" ] || large=$(table "$rows" own)
rows=$(($(wc -l <"$large") - 1))
echo
echo "$rows rows, $(wc -c <"$large") bytes; seconds; the best of $runs runs"
ours "$large" "$result.large"
ODDHOURS_READER=libcsv ours "$large" "$result.libcsv" --models iforest --trees 1
load
awk -F'\t' -v rows="$rows" -v libcsv="$(value "$result.libcsv.stages" read)" '
    /^peak MiB/ { printf "%-30s %10d   %.1f bytes a row\n", $1, $2, $2 * 1048576 / rows; next }
    { printf "%-30s %10.3f\n", $1, $2 }
    END { printf "%-30s %10.3f\n", "read, libcsv in place of ours", libcsv }' "$result.large.stages"
