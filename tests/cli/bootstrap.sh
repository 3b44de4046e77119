#!/bin/sh
# ./bootstrap, with made-up tools that write down how they were called: a machine without the
# packages, with and without a way to them, and that nothing is done twice.
. "${ODDHOURS_SRCDIR:-$(dirname "$0")/../..}/tests/cli/tap.sh"

clone="$work/a clone" # configure itself takes no path with a space
mkdir -p "$clone" "$work/bin"
cp "$srcdir/bootstrap" "$clone"
: >"$clone/configure.ac"
: >"$work/calls"

# tool NAME: a command that writes down its name and arguments, then does what standard input says
tool() {
    {
        echo '#!/bin/sh'
        echo "echo \"${1##*/} \$*\" >>'$work/calls'"
        cat
    } >"$1"
    chmod +x "$1"
}

tool "$work/configure" <<'END'
case $0 in *' '*) exit 1 ;; esac
echo >Makefile
END
tool "$work/bin/autoreconf" <<END
cp '$work/configure' configure
: >Makefile.in
END
tool "$work/bin/make" <<'END'
case " $* " in
*' distcheck '*) [ ! -f "$2/../unfit" ] || { echo 'ERROR: no corpus'; exit 1; } ;;
*' check '*)
    mkdir -p "$2/tests"
    echo ':test-result: PASS one' >"$2/tests/one.trs"
    ;;
*)
    printf '#!/bin/sh\necho "opens $*"\n' >"$2/oddhours"
    chmod +x "$2/oddhours"
    mkdir -p "$2/tests"
    ;;
esac
END
tool "$work/bin/dpkg-query" <<END
for package in "\$@"; do :; done
if grep -qsx "\$package" '$work/installed'; then echo 'install ok installed'; fi
END
tool "$work/bin/apt-get" <<END
[ ! -f '$work/offline' ] || exit 100
[ "\$1" != install ] || printf '%s\n' "\$@" >>'$work/installed'
END
tool "$work/bin/id" <<END
cat '$work/uid'
END
tool "$work/bin/cc" </dev/null
for name in sh awk cat chmod cksum cp dirname env find grep head mkdir nproc tail tee; do
    ln -s "$(command -v $name)" "$work/bin/$name"
done

# bootstrap ARGUMENT...: with those tools alone; $calls are what it called but dpkg-query and id
bootstrap() { env -u CC -u CONFIGURE_FLAGS PATH="$work/bin" "$clone/bootstrap" "$@"; }
calls() {
    grep -vE '^(dpkg-query|id) ' "$work/calls" | sed "s#$work/##" | cut -d ' ' -f 1,2
    : >"$work/calls"
}

echo 1000 >"$work/uid"
ends 'a user without sudo is told what to install' 1 \
    '^bootstrap:   apt-get install autoconf automake make .* zlib1g-dev .* libcmocka-dev libvterm-dev$' \
    bootstrap check
same 'and nothing was done' '' "$(calls)"

echo 0 >"$work/uid"
: >"$work/offline"
ends 'without a network it says so' 1 'apt-get could not install them .see above.; when you have' \
    bootstrap run
rm "$work/offline"
: >"$work/calls"
ends 'it installs, builds and opens the sample' 0 \
    "^opens $clone/data/synthetic_user_hours.csv.gz\$" bootstrap
same 'each in turn' 'apt-get update
apt-get install
autoreconf --install
configure --silent
make -C' "$(calls)"
ends 'the second time it opens what is asked for' 0 '^opens top FILE$' bootstrap run top FILE
same 'and only asks make' 'make -C' "$(calls)"

ends 'check installs what the tests need' 0 '^1 passed, 0 failed$' bootstrap check
same 'and configures again, since configure had not found it' 'apt-get update
apt-get install
configure --silent
make -C
make -C' "$(calls)"
ends 'build after check' 0 'built .*/build/oddhours$' bootstrap build
same 'does not' 'make -C' "$(calls)"


tool "$work/bin/git" <<END
cat '$work/files'
END
mkdir "$clone/.git"
: >"$clone/Makefile.am"
echo one >"$work/files"
: >"$clone/unfit"
ends 'in a clone a release is tested, too: one that lacks a file fails' 1 '^ERROR: no corpus$' \
    bootstrap check
same 'and is counted' '1 passed, 1 failed' "$(tail -n 1 "$work/.tap")"
rm "$clone/unfit"
ends 'and one that is complete passes' 0 '^2 passed, 0 failed$' bootstrap check
ends 'which is not asked again' 0 '^1 passed, 0 failed$' bootstrap check
echo two >>"$work/files"
ends 'until there is another file' 0 '^2 passed, 0 failed$' bootstrap check
rm -r "$clone/.git"
: >"$work/calls"

rm -r "$clone/build"
rm "$work/installed"
tool "$work/bin/sudo" <<'END'
"$@"
END
echo 1000 >"$work/uid"
ends 'a user with sudo' 0 '^bootstrap: installing with apt-get: autoconf automake' bootstrap build
same 'installs with it' 'sudo apt-get
apt-get update
sudo env
apt-get install
configure --silent
make -C' "$(calls)"

rm "$work/bin/dpkg-query" "$work/bin/autoreconf"
ends 'another system is told what it needs' 1 \
    'not a Debian system, and autoreconf is missing: install autoconf, automake,' bootstrap build
ends 'an unknown command' 2 "^bootstrap: unknown command 'frob'\$" bootstrap frob
plan
