#!/bin/sh
# The layer rules of HACKING.md: who may include whom, and which header stands where.
set -u
cd "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}" || exit 1

count=0
ok() {     # ok NAME OFFENDERS: passes when OFFENDERS is empty
    count=$((count + 1))
    if [ -z "$2" ]; then
        echo "ok $count - $1"
    else
        echo "not ok $count - $1"
        printf '%s\n' "$2" | sed 's/^/# /'
    fi
}

# only_in NAME REGEX ALLOWED: an include matching REGEX stands only in files matching ALLOWED
only_in() {
    ok "$1" "$(grep -srnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)" src tui |
        grep -vE "^($3)")"
}

# From the lowest to the highest.
layers="src/base src/table src/events src/models src/past src/rank src/explain src/review src/run src/cmd
tui/keys tui/terminal tui/widgets tui/screen tui/input tui/pages tui/lists tui/reviewing tui/views tui/app"
higher=$(echo $layers)
for layer in $layers; do
    higher=${higher#"$layer"}
    higher=${higher# }
    pattern=$(echo "${higher:-none}" | sed -E 's#(src|tui)/##g; s# #|#g')
    ok "$layer includes nothing from a higher layer" \
        "$(grep -srnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*\"($pattern)/" "$layer")"
done
ok 'every folder of src and tui has its layer' \
    "$(for folder in src/*/ tui/*/; do
        echo " $(echo $layers) " | grep -q " ${folder%/} " || echo "$folder"
    done)"

ok 'HACKING.md has a word for every file of src/rank and tui' \
    "$(for file in src/rank/*.[ch] src/rank/*/*.[ch] tui/*/*.[ch]; do
        base=$(basename "${file%.*}")
        grep -qE "^\|.*[\`/]$base\`.*\|.*\|" HACKING.md || echo "$file"
    done)"

# circles TOP EXCEPT: the folders of TOP that include each other in a circle. Files matching EXCEPT
# are not looked at: a table of what there is (detectors[]) names the folders below its own.
circles() {
    grep -srE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[a-z_/]+/' "$1" | grep -vE "^($2):" |
        sed -E 's#^[a-z]+/([^:]*)/[^/:]*:[^"]*"([^"]*)/[^/"]*".*#\1 \2#' | sort -u |
        awk '$1 != $2' | tsort 2>&1 >/dev/null
}
ok 'no folder of src includes another in a circle' "$(circles src 'src/models/detector\.c')"

only_in 'curses only under tui/' '(ncurses[a-z]*/)?n?curses\.h' 'tui/'
only_in 'pthread only in base/parallel and run/job' 'pthread\.h' 'src/base/parallel\.c|src/run/job/'
ok 'letters are folded by base/ascii: the C library asks the locale' \
    "$(grep -srnE '(^|[^a-z_])(to(low|upp)er|is(alpha|alnum|upper|lower)|strn?casecmp) *\(' src tui)"
only_in 'libcsv only in table/csv' 'csv\.h>' 'src/table/csv/csv(_text)?\.c'
only_in 'cblas only in models/autoencoder' 'cblas\.h' 'src/models/autoencoder/'
only_in 'libarchive only in table/input' 'archive(_entry)?\.h>' 'src/table/input/unpack\.c'
only_in 'libevtx only in table/input' 'libevtx\.h>' 'src/table/input/evtx\.c'
only_in 'codecs only in table/parquet' '(snappy|zstd|lz4|brotli/).*\.h>' 'src/table/parquet/'
only_in 'SQLite only in review/store' 'sqlite3\.h' 'src/review/store/'
ok 'the engine prints nothing and never exits, outside cmd/' \
    "$(grep -srnE '(^|[^a-z_])(printf|puts|putchar|perror|exit|_exit|abort) *\(|fprintf *\(std' src |
        grep -vE '^src/cmd/')"

# What can be written, as the compiled objects have it: the terminal, the signals and Ctrl-C. Names
# that begin with two underlines are the compiler's (sanitizers, coverage).
writable='src/cmd/console.o:stop_requested
tui/terminal/(captured_stderr|signals|term|term_color|term_draw).o:[a-z_0-9.]+'
objects=$(cd "${ODDHOURS_BUILDDIR:-build}" 2>/dev/null && find src tui -name '*.o' 2>/dev/null)
name='no mutable global: objects have writable data for terminal and signals only'
if [ -z "$objects" ] || ! command -v objdump >/dev/null; then
    count=$((count + 1))
    echo "ok $count - $name # SKIP needs objdump and a build directory"
else
    globals=$(cd "${ODDHOURS_BUILDDIR:-build}" && echo "$objects" | xargs objdump -t | awk '
        /file format/ { file = $1; sub(/:$/, "", file) }
        { for (i = 2; i < NF; i++)
              if ($i ~ /^\.t?(data|bss)/ && $i !~ /^\.data\.rel\.ro/ && $NF !~ /^(\.|__)/)
                  print file ":" $NF }')
    ok "$name" "$(echo "$globals" | grep -v '^$' | grep -vxE "$writable")"
fi
echo "1..$count"
