#include "table/losses.h"

#include <stdio.h>

#include "base/format.h"

double losses_share(const struct read_report *report)
{
    return report->lines > 0 ? (double)report->rejected / (double)report->lines : 0;
}

static void say_rejected(const struct read_report *report, char *text, size_t size)
{
    const struct reject *first = &report->rejects[0];
    int used = snprintf(
        text, size, "%s of %s %s left out (%s)", format_count(report->rejected, "line").text,
        format_grouped(report->lines).text, report->rejected == 1 ? "is" : "are",
        format_percent(losses_share(report)).text);
    if (report->n_rejects > 0 && used > 0 && (size_t)used < size) {
        used += snprintf(text + used, size - (size_t)used, "; line %s: %s",
                         format_grouped(first->line).text, first->reason);
    }
    if (report->reject_note[0] != '\0' && used > 0 && (size_t)used < size) {
        snprintf(text + used, size - (size_t)used, "; %s", report->reject_note);
    }
}

bool losses_say(const struct table *table, size_t i, char *text, size_t size)
{
    const struct read_report *report = &table->report;
    if (report->rejected > 0 && i-- == 0) {
        say_rejected(report, text, size);
        return true;
    }
    if (report->unread_times > 0 && i-- == 0) {
        snprintf(text, size, "%s cannot be read, such as '%s'",
                 format_count(report->unread_times, "time").text, report->unread_time);
        return true;
    }
    return false;
}
