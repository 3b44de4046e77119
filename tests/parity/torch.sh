#!/bin/sh
# Our autoencoder beside torch's, on the real hour of data/, by both ways to compute a step.
set -u
build=${ODDHOURS_BUILDDIR:-.}
source=${ODDHOURS_SRCDIR:-.}
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT

echo "1..2"
number=0
for path in fused blas; do
    number=$((number + 1))
    ODDHOURS_AUTOENCODER=$path /usr/bin/python3 "$source/tests/parity/torch_side_by_side.py" \
        --program "$build/oddhours" "$source/data/lanl_user_hours.csv" "$out/$path" \
        >"$out/said" 2>&1
    case $? in
    0) echo "ok $number - $path agrees with torch" ;;
    77 | 127) echo "ok $number - $path agrees with torch # SKIP $(head -n 1 "$out/said")" ;;
    *) echo "not ok $number - $path agrees with torch" ;;
    esac
    sed 's/^/# /' "$out/said"
done
