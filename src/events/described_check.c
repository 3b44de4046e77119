/* The samples of a format, run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "events/described.h"
#include "events/format/description.h"
#include "events/format/finding.h"
#include "events/user_hour_text.h"
#include "table/printable.h"

enum { TEXT = 120 };

struct checking {
    const struct format_sample *sample;
    size_t number, met; /* of the sample, from 1; events so far */
    struct status *status;
};

static bool differs(struct checking *checking, const char *what, const char *got,
                    const char *wanted)
{
    char event[32] = "";
    if (checking->sample->n > 1) {
        snprintf(event, sizeof event, ", event %zu", checking->met + 1);
    }
    return status_set(checking->status, STATUS_INPUT, "sample %zu%s: %s is '%s', not '%s'",
                      checking->number, event, what, got, wanted);
}

static bool says(const struct sample_event *wanted, char letter)
{
    return memchr(wanted->has.bytes, letter, wanted->has.length) != NULL;
}

static bool same_text(struct checking *checking, const struct sample_event *wanted, char letter,
                      const char *what, struct span got, struct span text)
{
    char a[TEXT], b[TEXT];
    if (!says(wanted, letter) ||
        (got.length == text.length &&
         (got.length == 0 || memcmp(got.bytes, text.bytes, got.length) == 0))) {
        return true;
    }
    return differs(checking, what, printable(a, sizeof a, got), printable(b, sizeof b, text));
}

static struct span word(const char *text)
{
    return (struct span){text, strlen(text)};
}

/* "why about", as left_out_add() makes it. */
static void reason_of(const struct event *event, char text[TEXT])
{
    char about[TEXT];
    const char *why = event->why != NULL ? event->why : "";
    printable(about, sizeof about, event->about);
    snprintf(text, TEXT, "%.60s%s%.50s", why, *why != '\0' && *about != '\0' ? " " : "", about);
}

static bool check_event(struct checking *checking, const struct sample_event *wanted,
                        const struct event *event)
{
    static const char *const outcomes[] = {
        [EVENT_UNKNOWN] = "unknown", [EVENT_SUCCESS] = "success", [EVENT_FAILURE] = "failure"};
    char text[TEXT], counted[TEXT];
    reason_of(event, text);
    if (event->reject == EVENT_LEFT_OUT || event->reject == EVENT_UNREADABLE) {
        const bool left_out = event->reject == EVENT_LEFT_OUT;
        const char *what = left_out ? "left-out" : "rejected";
        if (says(wanted, left_out ? 'l' : 'r')) {
            return same_text(checking, wanted, left_out ? 'l' : 'r', what, word(text),
                             left_out ? wanted->why : wanted->reject);
        }
        return status_set(checking->status, STATUS_INPUT, "sample %zu: it is %s: %s",
                          checking->number, left_out ? "left out" : "rejected", text);
    }
    if (event->reject != EVENT_FINE) {
        return status_set(checking->status, STATUS_INPUT, "sample %zu: it is no record",
                          checking->number);
    }
    if (says(wanted, 'l') || says(wanted, 'r')) {
        return status_set(checking->status, STATUS_INPUT,
                          "sample %zu: it is counted, for user '%s'", checking->number,
                          printable(counted, sizeof counted, event->user));
    }
    char time[USER_HOUR_DT];
    user_hour_dt(event->time, time);
    if (says(wanted, 'w') && wanted->weight != event->weight) {
        char got[24], count[24];
        snprintf(got, sizeof got, "%llu", (unsigned long long)event->weight);
        snprintf(count, sizeof count, "%lu", wanted->weight);
        return differs(checking, "count", got, count);
    }
    return same_text(checking, wanted, 'u', "user", event->user, wanted->user) &&
           same_text(checking, wanted, 's', "source", event->source, wanted->source) &&
           same_text(checking, wanted, 'd', "destination", event->destination,
                     wanted->destination) &&
           same_text(checking, wanted, 'o', "outcome", word(outcomes[event->outcome]),
                     wanted->outcome) &&
           same_text(checking, wanted, 't', "time", word(time), wanted->time);
}

static bool take(void *context, const struct event *event)
{
    struct checking *checking = context;
    if (checking->met == checking->sample->n) {
        return status_set(checking->status, STATUS_INPUT,
                          "sample %zu: it gives more than the %zu that are expected",
                          checking->number, checking->met);
    }
    bool good = check_event(checking, &checking->sample->events[checking->met], event);
    checking->met++;
    return good;
}

static bool check_sample(const struct log_format *format, const struct format_sample *sample,
                         size_t number, struct status *status)
{
    /* Times without a year are of 2024 in samples. */
    const struct finding_settings settings = {.year = 2024};
    struct checking checking = {.sample = sample, .number = number, .status = status};
    char *text = mem_zero(sample->line.length + 1 + EVENT_PADDING, 1, "a sample", status);
    if (text == NULL) {
        return false;
    }
    memcpy(text, sample->line.bytes, sample->line.length);
    for (size_t i = 0; i < sample->line.length; i++) {
        if (text[i] == '\n') { /* as frame.h leaves it */
            text[i] = '\r';
        }
    }
    text[sample->line.length] = '\n';
    const struct event_text line = {.bytes = text,
                                    .length = sample->line.length + 1,
                                    .format = format,
                                    .header = sample->header,
                                    .settings = &settings,
                                    .status = status};
    format->scan(&line, take, &checking);
    free(text);
    if (status->code == STATUS_OK && checking.met < sample->n) {
        status_set(status, STATUS_INPUT, "sample %zu: it gives %zu of %zu events", number,
                   checking.met, sample->n);
    }
    return status->code == STATUS_OK;
}

bool described_check(const struct log_format *format, struct status *status)
{
    const struct log_description *description = format->description;
    struct status own = {0};
    bool counted = false;
    for (size_t i = 0; own.code == STATUS_OK && i < description->n_samples; i++) {
        const struct format_sample *sample = &description->samples[i];
        check_sample(format, sample, i + 1, &own);
        for (size_t k = 0; k < sample->n; k++) {
            counted = counted || says(&sample->events[k], 'u');
        }
    }
    if (own.code == STATUS_OK && !counted) {
        status_set(&own, STATUS_INPUT, "%s: there is no sample that says which user it gives",
                   format->name);
    }
    return own.code == STATUS_OK || status_set(status, own.code, "%s", own.text);
}
