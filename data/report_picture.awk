# The first figure of a report in HTML as a picture by itself: awk -f report_picture.awk PAGE.
/<svg / && !begun {
    begun = inside = 1
    sub(/.*<svg /, "<svg xmlns=\"http://www.w3.org/2000/svg\" ")
    sub(/>/, "><style>text{fill:#5c6670;font:11px system-ui,sans-serif}.lane{fill:#b3261e}" \
             "@media (prefers-color-scheme:dark){text{fill:#9aa4ae}.lane{fill:#ef8079}}</style>")
}
inside {
    at = index($0, "</svg>")
    print (at > 0 ? substr($0, 1, at + 5) : $0)
    if (at > 0) {
        exit
    }
}
