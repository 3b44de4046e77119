#!/bin/sh
# Prints the manual's part on keys and actions, from tui/actions.def; `make manual` puts it in.
awk -F'"' '
/^\/\* / { heading = $0; gsub(/^\/\* | \*\/$/, "", heading); next }
/^A\(/ {
    if (heading != "" && heading !~ /^Every action/) {
        printf ".SS %s%s\n", toupper(substr(heading, 1, 1)), substr(heading, 2)
        heading = ""
    }
    name = $2; keys = $4; argument = $6; help = $8
    gsub(/\\/, "\\e", keys); gsub(/-/, "\\-", keys); gsub(/-/, "\\-", name)
    gsub(/-/, "\\-", help); gsub(/^\./, "\\\\\\&.", help)
    gsub(/-/, "\\-", argument)
    printf ".TP\n.B %s%s%s\n%s%s\n", name, argument != "" ? " " : "", argument, help, \
        keys != "" ? " (" keys ")" : ""
}' "$1"
