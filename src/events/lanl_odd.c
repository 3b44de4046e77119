/* Lines of a LANL log that other programs have rewritten: blanks or quotes around fields, a
 * counter before them, more columns behind, a header. A byte at a time, as they are few. */
#include <stddef.h>
#include <string.h>

#include "base/ascii.h"
#include "events/lanl.h"
#include "table/csv/column_names.h"

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* The field that begins at `*at`, which moves behind its comma, or to length + 1. A comma
 * within quotes is none; quotes that do not close, or close within the field, are letters. */
static struct span next_field(struct span line, size_t *at, bool *odd)
{
    const char *bytes = line.bytes;
    size_t from = *at, quote = from;
    while (quote < line.length && is_blank(bytes[quote])) {
        quote++;
    }
    if (quote < line.length && bytes[quote] == '"') {
        size_t end = quote + 1;
        while (end < line.length &&
               (bytes[end] != '"' || (end + 1 < line.length && bytes[end + 1] == '"'))) {
            end += bytes[end] == '"' ? 2 : 1;
        }
        size_t after = end + 1;
        while (after < line.length && is_blank(bytes[after])) {
            after++;
        }
        if (end < line.length && (after >= line.length || bytes[after] == ',')) {
            *odd = true;
            *at = after < line.length ? after + 1 : line.length + 1;
            return column_names_trimmed((struct span){bytes + quote + 1, end - quote - 1});
        }
    }
    const char *comma = memchr(bytes + from, ',', line.length - from);
    size_t end = comma != NULL ? (size_t)(comma - bytes) : line.length;
    *at = end + 1;
    struct span field = column_names_trimmed((struct span){bytes + from, end - from});
    *odd |= field.length != end - from;
    return field;
}

static bool is_number(struct span field)
{
    for (size_t i = 0; i < field.length; i++) {
        if (field.bytes[i] < '0' || field.bytes[i] > '9') {
            return false;
        }
    }
    return field.length > 0;
}

static bool is_one_of(struct span field, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strlen(*words) == field.length && ascii_same(field.bytes, *words, field.length)) {
            return true;
        }
    }
    return false;
}

enum event_outcome lanl_outcome(struct span result)
{
    static const char *const failures[] = {"fail", "failure", "failed", "fails", NULL};
    static const char *const successes[] = {"success", "successful", "succeeded", "succeed",
                                            NULL};
    result = column_names_trimmed(result);
    return is_one_of(result, failures)    ? EVENT_FAILURE
           : is_one_of(result, successes) ? EVENT_SUCCESS
                                          : EVENT_UNKNOWN;
}

/* A line of names: its first field, or the second behind a nameless counter, is called time. */
static bool is_header(const struct span *fields, size_t n)
{
    size_t found[1];
    return n >= LANL_FIELDS && !is_number(fields[0]) && !is_number(fields[1]) &&
           column_names_times(fields, 2, NULL, found, 1) == 1;
}

/* Which field is the time, or LANL_ROOM when the line has too many to say. With ten fields or
 * more the place of a result tells; a counter is known by the time behind it, too. */
static size_t first_field(const struct span *fields, size_t n)
{
    if (n == LANL_FIELDS ||
        (is_number(fields[0]) && lanl_outcome(fields[LANL_RESULT]) != EVENT_UNKNOWN)) {
        return 0;
    }
    bool counter = (fields[0].length == 0 || is_number(fields[0])) && is_number(fields[1]);
    bool result = lanl_outcome(fields[1 + LANL_RESULT]) != EVENT_UNKNOWN;
    return counter && (result || n == LANL_FIELDS + 1) ? 1 : LANL_ROOM;
}

enum event_reject lanl_read_odd(struct span line, struct lanl_odd *odd)
{
    struct span fields[LANL_ROOM];
    size_t at = 0;
    bool dressed = false;
    *odd = (struct lanl_odd){0};
    while (at <= line.length) {
        struct span field = next_field(line, &at, &dressed);
        if (odd->n < LANL_ROOM) {
            fields[odd->n] = field;
        }
        odd->n++;
    }
    for (size_t i = 0; i < LANL_FIELDS; i++) {
        odd->field[i] = i < odd->n ? fields[i] : (struct span){"", 0};
    }
    if (odd->n < LANL_FIELDS) {
        return EVENT_FEW_FIELDS;
    }
    if (is_header(fields, odd->n)) {
        return EVENT_HEADER;
    }
    size_t first = odd->n > LANL_ROOM ? LANL_ROOM : first_field(fields, odd->n);
    if (first == LANL_ROOM) {
        return EVENT_MANY_FIELDS;
    }
    memcpy(odd->field, fields + first, sizeof odd->field);
    odd->oddity = (uint8_t)((dressed ? EVENT_DRESSED : 0) | (first > 0 ? EVENT_COUNTER : 0) |
                            (odd->n > first + LANL_FIELDS ? EVENT_BEHIND : 0));
    return EVENT_FINE;
}
