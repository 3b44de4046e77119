/* How the lines of a log were understood, in sentences. */
#include <stdio.h>

#include "base/format.h"
#include "events/events_count.h"

static const char *has(uint64_t n)
{
    return n == 1 ? "has" : "have";
}

bool events_note(const struct events_report *report, size_t i, char *text, size_t size)
{
    static const char *const odd[EVENT_ODDITIES] = {
        "blanks or quotes around fields: counted without them",
        "a counter before the nine fields: counted without it",
        "more columns behind the nine fields: they are not looked at"};
    if (report->title[0] != '\0' && i-- == 0) {
        snprintf(text, size, "%s: %s: %s counted, %s left out, %s rejected", report->title,
                 format_count(report->lines, report->unit).text,
                 format_grouped(report->counted).text,
                 format_grouped(report->left_out.all).text,
                 format_grouped(report->rejected).text);
        return true;
    }
    if (report->left_out.all > 0 && i-- == 0) {
        char why[EVENTS_NOTE];
        left_out_text(&report->left_out, why, sizeof why - 12);
        snprintf(text, size, "left out: %s", why);
        return true;
    }
    if (report->year_until > 0 && i-- == 0) {
        snprintf(text, size, "times without a year: none is taken to be later than %d (--year)",
                 report->year_until);
        return true;
    }
    if (report->unknown > 0 && i-- == 0) {
        snprintf(text, size,
                 "%s %s a result that is neither success nor failure, such as '%s': counted, "
                 "but not as failed",
                 format_count(report->unknown, "line").text, has(report->unknown),
                 report->unknown_result);
        return true;
    }
    for (unsigned k = 0; k < EVENT_ODDITIES; k++) {
        if (report->odd[k] > 0 && i-- == 0) {
            snprintf(text, size, "%s %s %s", format_count(report->odd[k], "line").text,
                     has(report->odd[k]), odd[k]);
            return true;
        }
    }
    if (report->behind > 0 && i-- == 0) {
        snprintf(text, size,
                 "the log is not in the order of time (a line is %lld s behind one before it): "
                 "read twice and counted as if it were",
                 (long long)report->behind);
        return true;
    }
    if (report->headers > 0 && i-- == 0) {
        snprintf(text, size, "%s passed over: names of columns",
                 format_count(report->headers, "header line").text);
        return true;
    }
    return false;
}
