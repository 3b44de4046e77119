#include "table/csv/columns.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "table/printable.h"

static const char time_name[] = "dt";
static const char user_name[] = "src_user";

enum { SHOWN = 160 }; /* bytes of a list of names in a message */

static struct span trimmed(struct span text)
{
    while (text.length > 0 && (text.bytes[0] == ' ' || text.bytes[0] == '\t')) {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 &&
           (text.bytes[text.length - 1] == ' ' || text.bytes[text.length - 1] == '\t')) {
        text.length--;
    }
    return text;
}

static bool is_named(struct span field, const char *name)
{
    field = trimmed(field);
    return field.length == strlen(name) && memcmp(field.bytes, name, field.length) == 0;
}

static size_t find(const struct span *fields, size_t n_fields, const char *name, size_t from)
{
    for (size_t i = from; i < n_fields; i++) {
        if (is_named(fields[i], name)) {
            return i;
        }
    }
    return COLUMN_NONE;
}

bool columns_check(const char *const *features, size_t d, struct status *status)
{
    if (d < 1 || d > TABLE_FEATURES_MAX) {
        return status_set(status, STATUS_USAGE, "%zu features: name 1 to %d columns", d,
                          TABLE_FEATURES_MAX);
    }
    char shown[SHOWN];
    for (size_t i = 0; i < d; i++) {
        if (features[i][0] == '\0') {
            return status_set(status, STATUS_USAGE, "a feature has an empty name");
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(features[i], features[j]) == 0) {
                struct span name = {features[i], strlen(features[i])};
                return status_set(status, STATUS_USAGE, "feature %s is named twice",
                                  printable(shown, sizeof shown, name));
            }
        }
    }
    return true;
}

/* The column that `name` was probably meant to be, or COLUMN_NONE. Letters alone say too
 * little. */
static size_t find_alike(const struct span *fields, size_t n_fields, const char *name)
{
    char field[64];
    size_t best = COLUMN_NONE, least = SIZE_MAX;
    for (size_t i = 0; i < n_fields && strlen(name) > 2; i++) {
        struct suggestion suggestion = {0};
        suggest_consider(&suggestion, name, printable(field, sizeof field, trimmed(fields[i])));
        if (suggestion.word != NULL && suggestion.distance < least) {
            least = suggestion.distance;
            best = i;
        }
    }
    return best;
}

/* Adds a name to a list of names; one that does not fit ends the list with "...". */
static void append(char *list, size_t size, struct span name)
{
    static const char more[] = ", ...";
    char shown[64];
    size_t used = strlen(list), need = strlen(printable(shown, sizeof shown, name));
    if (used >= 3 && strcmp(list + used - 3, "...") == 0) {
        return;
    }
    bool fits = used + 2 + need + sizeof more <= size;
    snprintf(list + used, size - used, "%s%s", used > 0 ? ", " : "", fits ? shown : "...");
}

static bool looks_binary(const struct span *fields, size_t n_fields)
{
    for (size_t i = 0; i < n_fields; i++) {
        for (size_t j = 0; j < fields[i].length; j++) {
            unsigned char byte = (unsigned char)fields[i].bytes[j];
            if (byte < 0x20 && memchr("\t\n\r\f\033", byte, 5) == NULL) {
                return true;
            }
        }
    }
    return false;
}

/* Says why the columns are not there; sentences for the commonest mistakes. */
static bool explain_missing(const struct span *fields, size_t n_fields,
                            const char *const *features, size_t d, const char *title,
                            struct status *status)
{
    if (looks_binary(fields, n_fields)) {
        return status_set(status, STATUS_INPUT,
                          "%s is a binary file: a CSV file with a header line is wanted",
                          title);
    }
    char missing[SHOWN] = "", there[SHOWN] = "", hint[SHOWN + 32] = "";
    for (size_t i = 0; i < d; i++) {
        if (find(fields, n_fields, features[i], 0) != COLUMN_NONE) {
            continue;
        }
        append(missing, sizeof missing, (struct span){features[i], strlen(features[i])});
        size_t alike = find_alike(fields, n_fields, features[i]);
        if (hint[0] == '\0' && alike != COLUMN_NONE) {
            char shown[48], wanted[48];
            printable(shown, sizeof shown, trimmed(fields[alike]));
            printable(wanted, sizeof wanted, (struct span){features[i], strlen(features[i])});
            snprintf(hint, sizeof hint, "is '%s' meant to be %s?", shown, wanted);
        }
    }
    for (size_t i = 0; i < n_fields; i++) {
        append(there, sizeof there, trimmed(fields[i]));
    }
    static const char delimiters[] = ";\t|";
    for (const char *c = delimiters; n_fields == 1 && *c != '\0'; c++) {
        if (memchr(fields[0].bytes, *c, fields[0].length) != NULL) {
            snprintf(hint, sizeof hint, "fields must be separated by commas, not by %s",
                     *c == '\t'  ? "tabs"
                     : *c == ';' ? "';'"
                                 : "'|'");
        }
    }
    if (hint[0] == '\0') {
        snprintf(hint, sizeof hint, "name other columns with --features");
    }
    return status_set(status, STATUS_INPUT, "%s has no column %s; its header has %s: %s", title,
                      missing, there[0] != '\0' ? there : "no names", hint);
}

static bool refuse_twice(const struct span *fields, size_t n_fields, const char *name,
                         const char *title, struct status *status)
{
    size_t first = find(fields, n_fields, name, 0);
    size_t second = first == COLUMN_NONE ? first : find(fields, n_fields, name, first + 1);
    if (second == COLUMN_NONE) {
        return true;
    }
    char shown[SHOWN];
    printable(shown, sizeof shown, (struct span){name, strlen(name)});
    return status_set(status, STATUS_INPUT,
                      "%s has the column %s twice (fields %zu and %zu): rename one", title,
                      shown, first + 1, second + 1);
}

bool columns_find(struct columns *columns, const struct span *fields, size_t n_fields,
                  const char *const *features, size_t d, const char *title,
                  struct status *status)
{
    size_t first = SIZE_MAX, last = 0;
    *columns = (struct columns){.n_fields = n_fields, .d = d, .names = features};
    for (size_t i = 0; i < d; i++) {
        size_t field = find(fields, n_fields, features[i], 0);
        if (field == COLUMN_NONE) {
            return explain_missing(fields, n_fields, features, d, title, status);
        }
        if (!refuse_twice(fields, n_fields, features[i], title, status)) {
            return false;
        }
        columns->feature[i] = field;
        first = field < first ? field : first;
        last = field > last ? field : last;
    }
    columns->first = first;
    columns->adjacent = last - first + 1 == d;
    columns->time = find(fields, n_fields, time_name, 0);
    columns->user = find(fields, n_fields, user_name, 0);
    return refuse_twice(fields, n_fields, time_name, title, status) &&
           refuse_twice(fields, n_fields, user_name, title, status);
}
