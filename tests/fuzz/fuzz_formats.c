/* fuzz_formats: the descriptions of logs, and every container. The first byte says what the
 * others are: a description, or a log of one of the containers. A log gives the same events
 * wherever it is cut; what an event points to can be read. What is wrong ends in abort(). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events/described.h"
#include "events/format/description.h"
#include "events/format/finding.h"
#include "events/format/frame.h"
#include "fuzz/fuzz.h"

#define RULES                                                                                  \
    "\"detect\":{\"all\":[\"a\"]},\"time\":[\"t\",{\"path\":\"s\",\"as\":\"syslog\"},"         \
    "{\"path\":\"e\",\"as\":\"milliseconds\"},{\"path\":\"f\",\"as\":\"%d/%b/%Y %I:%M %p "     \
    "%z\"}],"                                                                                  \
    "\"user\":{\"name\":[\"u\",\"U.#text\",\"g[k=v].u\",{\"path\":\"h\",\"decode\":\"hex\"}]," \
    "\"domain\":\"d\",\"split\":\"@\\\\/\",\"machines\":\"$\",\"built-in\":[\"sys.*\"]},"      \
    "\"source\":[\"i\",\"w\"],\"destination\":[\"c\",{\"path\":\"n\",\"name\":true}],"         \
    "\"loopback\":\"c\",\"count\":\"x\",\"drop\":[{\"why\":\"dropped\",\"if\":{\"q\":"         \
    "{\"missing\":false}}}],\"outcome\":[{\"if\":{\"o\":[\"F\",0]},\"is\":\"failure\"},"       \
    "{\"if\":{\"o\":{\"nonzero\":true}},\"is\":\"success\"},{\"if\":{\"o\":\"K\"},\"is\":"     \
    "\"skip\"}],\"columns\":[{\"name\":\"o\",\"of\":\"o\"}],\"mask\":[\"p=(\\\\S+)\"]"

static const char *const descriptions[] = {
    "{\"title\":\"lines\",\"container\":{\"type\":\"json\"},\"keep\":{\"u\":[\"a\",\"b\"]},"
    "\"kind\":\"u\"," RULES "}",
    "{\"title\":\"json\",\"container\":{\"type\":\"json\",\"records\":[\"r\",\"a.b\"],\"each\":"
    "\"g\",\"json-in\":[\"j\"],\"pairs-in\":[\"p\"],\"sections-in\":[\"m\"],\"unwrap\":[\"j\","
    "\"z\"]}," RULES "}",
    "{\"title\":\"csv\",\"container\":{\"type\":\"csv\",\"more-columns\":[\"u\"],\"json-in\":"
    "[\"j\"]}," RULES "}",
    "{\"title\":\"xml\",\"container\":{\"type\":\"xml\",\"element\":\"E\"}," RULES "}",
    "{\"title\":\"text\",\"container\":{\"type\":\"text\",\"pass-over\":[\"^#\"]},\"text\":{"
    "\"must\":"
    "[\"a\",\"log\"],\"line\":[\"(?<t>\\\\S+) (?<c>\\\\S+) "
    "(?<body>.*)\"],\"repeat\":\"(?<x>\\\\d+) "
    "times "
    "(?<body>.*)\",\"pairs\":{\"in\":\"body\",\"nested\":[\"msg\"]},\"body\":[{\"pattern\":"
    "\"(?<u>[a-z]+)(?:x+x+)+y\"},{\"if\":{\"c\":{\"match\":\"^w\"}},\"pattern\":\"^(?<u>\\\\w+)"
    "\","
    "\"set\":{\"o\":\"F\"}}]}," RULES "}",
    "{\"title\":\"zeek\",\"container\":{\"type\":\"zeek\"}," RULES "}",
    "{\"title\":\"cef\",\"container\":{\"type\":\"cef\"}," RULES "}",
    "{\"title\":\"leef\",\"container\":{\"type\":\"leef\"}," RULES "}",
};
enum { DESCRIPTIONS = sizeof descriptions / sizeof *descriptions };

static const struct finding_settings settings = {.newest = 1710000000};

/* ---- a log ---- */

struct seen {
    uint64_t events, left_out, rejected, sum;
    const struct event_text *text;
};

static void touch(struct seen *seen, struct span text)
{
    for (size_t i = 0; i < text.length; i++) {
        seen->sum = seen->sum * 31 + (unsigned char)text.bytes[i];
    }
}

static void split(struct seen *seen, const struct event *event)
{
    struct span fields[LOG_FIELDS_MAX];
    struct arena room = {0};
    struct event_text line = *seen->text;
    line.bytes = event->line.bytes;
    line.length = event->line.length;
    if (!line.format->split(&line, event->part, fields, &room)) {
        abort();
    }
    for (size_t f = 0; f < line.format->n_fields; f++) {
        touch(seen, fields[f]);
    }
    arena_free(&room);
}

static bool take(void *context, const struct event *event)
{
    struct seen *seen = context;
    char reason[120];
    seen->rejected += event->reject == EVENT_UNREADABLE || event->reject == EVENT_LONG;
    seen->left_out += event->reject == EVENT_LEFT_OUT;
    if (event->reject != EVENT_FINE) {
        seen->text->format->reason(event, reason, sizeof reason);
        touch(seen, event->about);
        return true;
    }
    seen->events++;
    if (event->user.length == 0 || event->weight == 0 || event->time < 0 ||
        event->time > EVENT_TIME_MAX) {
        abort();
    }
    touch(seen, event->user);
    touch(seen, event->source);
    touch(seen, event->destination);
    if (seen->text->length < 4096) {
        split(seen, event);
    }
    return true;
}

/* A text with the padding that a scan may read. */
static char *padded(const char *bytes, size_t length)
{
    char *copy = calloc(1, length + 1 + EVENT_PADDING);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, bytes, length);
    copy[length] = '\n';
    return copy;
}

/* Scans lines in two pieces, the second from the first line behind `cut` on. */
static struct seen scan(const struct log_format *format, const char *bytes, size_t length,
                        size_t cut)
{
    struct seen seen = {0};
    struct status status = {0};
    struct span header = {"", 0};
    size_t at = 0;
    const char *newline = cut < length ? memchr(bytes + cut, '\n', length - cut) : NULL;
    size_t end = newline != NULL ? (size_t)(newline - bytes) + 1 : length;
    while (at < length) {
        char *piece = padded(bytes + at, end - at);
        struct span line = {"", 0};
        bool found =
            format->header != NULL && format->header(format, piece, end - at, at == 0, &line);
        const struct span before = at == 0 && found && format->header_first ? line : header;
        char *copy = padded(before.bytes, before.length);
        struct event_text text = {.bytes = piece,
                                  .length =
                                      piece[end - at - 1] == '\n' ? end - at : end - at + 1,
                                  .format = format,
                                  .header = {copy, before.length},
                                  .settings = &settings,
                                  .status = &status};
        seen.text = &text;
        format->scan(&text, take, &seen);
        if (status.code != STATUS_OK) {
            abort();
        }
        if (found) {
            header = (struct span){bytes + at + (line.bytes - piece), line.length};
        }
        free(copy);
        free(piece);
        at = end;
        end = length;
    }
    seen.text = NULL;
    return seen;
}

static void run_log(const char *description, const char *bytes, size_t length, unsigned step)
{
    struct status status = {0};
    const struct log_format *format =
        described_new(description, strlen(description), "t", "t", &status);
    if (format == NULL) {
        fprintf(stderr, "%s\n", status.text);
        abort();
    }
    format->recognise(format, bytes, length);
    char *whole = padded(bytes, length), *pieces = padded(bytes, length);
    struct framer framer;
    const size_t first = length < 100 ? length : 100;
    framer_begin(&framer, format->description);
    framer_run(&framer, whole, 0, first);
    framer_run(&framer, whole, first, length);
    framer_begin(&framer, format->description);
    framer_run(&framer, pieces, 0, first);
    for (size_t at = first; at < length; at += step) {
        framer_run(&framer, pieces, at, at + step < length ? at + step : length);
    }
    if (memcmp(whole, pieces, length) != 0) {
        abort();
    }
    struct seen one = scan(format, whole, length, length);
    struct seen two = scan(format, whole, length, length / 2);
    if (one.events != two.events || one.left_out != two.left_out ||
        one.rejected != two.rejected) {
        abort();
    }
    framer_resume(&framer, format->description);
    framer_run(&framer, pieces, 0, length);
    free(whole);
    free(pieces);
    log_format_release(format);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct status status = {0};
    if (size < 2) {
        return 0;
    }
    const char *bytes = (const char *)data + 1;
    const unsigned kind = data[0] % (DESCRIPTIONS + 1);
    if (kind < DESCRIPTIONS) {
        run_log(descriptions[kind], bytes, size - 1, 1 + data[0] / (DESCRIPTIONS + 1));
        return 0;
    }
    const struct log_format *format = described_new(bytes, size - 1, "t", "t", &status);
    if (format != NULL) {
        described_check(format, &status);
        log_format_release(format);
    } else if (status.text[0] == '\0') {
        abort();
    }
    return 0;
}
