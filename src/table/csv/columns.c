#include "table/csv/columns.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "table/csv/column_names.h"
#include "table/glob.h"
#include "table/printable.h"

enum { SHOWN = 160, NAMES = 256, CANDIDATES = 8 }; /* bytes of a list of names in a message */

/* The header while its columns are looked for. */
struct search {
    const struct span *fields;
    size_t n_fields;
    const struct columns_wanted *wanted;
    const struct layout *layout; /* or NULL */
    const char *title;
    struct columns *columns;
    struct status *status;
};

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static bool same(struct span a, struct span b)
{
    return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

/* The field of exactly that name, from `from` on. */
static size_t find_exactly(const struct search *search, struct span name, size_t from)
{
    for (size_t i = from; i < search->n_fields; i++) {
        if (same(column_names_unwrapped(search->fields[i]), name)) {
            return i;
        }
    }
    return COLUMN_NONE;
}

/* The same in any case, with blanks and signs as they come. */
static size_t find_alike(const struct search *search, struct span name, size_t from)
{
    for (size_t i = from; i < search->n_fields; i++) {
        if (column_names_alike(column_names_unwrapped(search->fields[i]), name)) {
            return i;
        }
    }
    return COLUMN_NONE;
}

bool columns_check(const char *const *features, size_t n, struct status *status)
{
    if (n < 1 || n > TABLE_FEATURES_MAX) {
        return status_set(status, STATUS_USAGE, "%zu features: name 1 to %d columns", n,
                          TABLE_FEATURES_MAX);
    }
    char shown[SHOWN];
    for (size_t i = 0; i < n; i++) {
        if (features[i][0] == '\0') {
            return status_set(status, STATUS_USAGE, "a feature has an empty name");
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(features[i], features[j]) == 0) {
                return status_set(status, STATUS_USAGE, "feature %s is named twice",
                                  printable(shown, sizeof shown, span_of(features[i])));
            }
        }
    }
    return true;
}

static bool is_time_or_user(const struct search *search, size_t field)
{
    const struct columns *columns = search->columns;
    return field == columns->time || field == columns->user || field == columns->clock;
}

/* ---- what to say when they are not there ---- */

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

/* "is 'totl_events' meant to be total_events?" */
static void suggest_name(const struct search *search, const char *name, char *hint, size_t size)
{
    char field[64], shown[48], wanted[48];
    size_t best = COLUMN_NONE, least = SIZE_MAX;
    for (size_t i = 0; i < search->n_fields && strlen(name) > 2; i++) {
        struct suggestion suggestion = {0};
        suggest_consider(
            &suggestion, name,
            printable(field, sizeof field, column_names_trimmed(search->fields[i])));
        if (suggestion.word != NULL && suggestion.distance < least) {
            least = suggestion.distance;
            best = i;
        }
    }
    if (best != COLUMN_NONE) {
        printable(shown, sizeof shown, column_names_trimmed(search->fields[best]));
        printable(wanted, sizeof wanted, span_of(name));
        snprintf(hint, size, "is '%s' meant to be %s?", shown, wanted);
    }
}

/* The columns that could be features, as --features takes them. */
static size_t list_numeric(const struct search *search, char *list, size_t size)
{
    size_t n = 0, used = 0;
    bool fits = true;
    list[0] = '\0';
    for (size_t i = 0; search->layout != NULL && i < search->n_fields; i++) {
        char shown[64];
        struct span name = column_names_trimmed(search->fields[i]);
        if (name.length == 0 || is_time_or_user(search, i) ||
            !column_names_numeric(search->layout, i)) {
            continue;
        }
        n++;
        printable(shown, sizeof shown, name);
        bool quoted = strpbrk(shown, ",\"*?") != NULL;
        int more = snprintf(list + used, size - used, "%s%s%s%s", used > 0 ? "," : "",
                            quoted ? "\"" : "", shown, quoted ? "\"" : "");
        fits = fits && more >= 0 && (size_t)more < size - used;
        used += fits ? (size_t)more : 0;
    }
    if (!fits) {
        snprintf(list, size, "*"); /* too many to name: all that are numbers */
    }
    return n;
}

static bool explain_missing(const struct search *search)
{
    const struct columns_wanted *wanted = search->wanted;
    char missing[SHOWN] = "", there[SHOWN] = "", hint[SHOWN + 32] = "", numeric[NAMES] = "";
    if (!wanted->not_text && looks_binary(search->fields, search->n_fields)) {
        return status_set(search->status, STATUS_INPUT,
                          "%s is a binary file: a CSV file with a header line is wanted",
                          search->title);
    }
    size_t n_missing = 0;
    for (size_t i = 0; i < wanted->n; i++) {
        struct span name = span_of(wanted->features[i]);
        if (find_exactly(search, name, 0) != COLUMN_NONE ||
            (wanted->study && find_alike(search, name, 0) != COLUMN_NONE)) {
            continue;
        }
        n_missing++;
        append(missing, sizeof missing, name);
        if (hint[0] == '\0') {
            suggest_name(search, wanted->features[i], hint, sizeof hint);
        }
    }
    for (size_t i = 0; i < search->n_fields; i++) {
        append(there, sizeof there, column_names_trimmed(search->fields[i]));
    }
    if (wanted->study && n_missing == wanted->n) {
        size_t n = list_numeric(search, numeric, sizeof numeric);
        if (n > 0) {
            return status_set(search->status, STATUS_INPUT,
                              "%s has none of the study's columns (total_events, ...); %zu of "
                              "its columns %s numbers: --features '%s'",
                              search->title, n, n == 1 ? "has" : "have", numeric);
        }
    }
    if (hint[0] == '\0') {
        snprintf(hint, sizeof hint, "name other columns with --features");
    }
    return status_set(search->status, STATUS_INPUT,
                      "%s has no column %s; its header has %s: %s", search->title, missing,
                      there[0] != '\0' ? there : "no names", hint);
}

static bool refuse_twice(const struct search *search, struct span name, size_t first)
{
    size_t second = find_exactly(search, name, first + 1);
    char shown[SHOWN];
    return second == COLUMN_NONE ||
           status_set(search->status, STATUS_INPUT,
                      "%s has the column %s twice (fields %zu and %zu): rename one",
                      search->title, printable(shown, sizeof shown, name), first + 1,
                      second + 1);
}

/* ---- features ---- */

static bool add_feature(struct search *search, size_t field, struct span name, bool pattern)
{
    struct columns *columns = search->columns;
    char shown[SHOWN];
    for (size_t i = 0; i < columns->d; i++) {
        if (columns->feature[i] == field) {
            return pattern ||
                   status_set(search->status, STATUS_USAGE, "feature %s is named twice",
                              printable(shown, sizeof shown, name));
        }
    }
    if (columns->d == TABLE_FEATURES_MAX) {
        return status_set(search->status, STATUS_USAGE, "more than %d features: name fewer",
                          TABLE_FEATURES_MAX);
    }
    if (!refuse_twice(search, column_names_trimmed(search->fields[field]), field)) {
        return false;
    }
    char *copy = mem_text(name.bytes, name.length, search->status);
    if (copy == NULL) {
        return false;
    }
    columns->names[columns->d] = copy;
    columns->feature[columns->d++] = field;
    return true;
}

static bool add_field(struct search *search, size_t field)
{
    return add_feature(search, field, column_names_unwrapped(search->fields[field]), true);
}

/* All columns of numbers that a glob matches; those of times and accounts only by their own
 * name. */
static bool add_glob(struct search *search, const char *pattern)
{
    struct glob glob = glob_make(pattern, false);
    size_t before = search->columns->d;
    char shown[SHOWN];
    for (size_t i = 0; i < search->n_fields; i++) {
        struct span name = column_names_trimmed(search->fields[i]);
        bool other = is_time_or_user(search, i);
        if (other || name.length == 0 || !glob_match(&glob, name) ||
            (search->layout != NULL && search->layout->n > 0 &&
             !column_names_numeric(search->layout, i))) {
            continue;
        }
        if (!add_field(search, i)) {
            return false;
        }
    }
    return search->columns->d > before ||
           status_set(search->status, STATUS_INPUT, "%s has no column of numbers like %s",
                      search->title, printable(shown, sizeof shown, span_of(pattern)));
}

/* "f00..f77": the columns from one to another, as the header has them. */
static bool add_range(struct search *search, const char *range, const char *dots)
{
    struct span from = column_names_trimmed((struct span){range, (size_t)(dots - range)});
    struct span to = column_names_trimmed(span_of(dots + 2));
    size_t first = find_exactly(search, from, 0), last = find_exactly(search, to, 0);
    char shown[SHOWN];
    if (first == COLUMN_NONE || last == COLUMN_NONE || last < first) {
        return status_set(
            search->status, STATUS_INPUT,
            "%s has no columns %s: a range names two columns, the first one first",
            search->title, printable(shown, sizeof shown, span_of(range)));
    }
    for (size_t i = first; i <= last; i++) {
        bool other = is_time_or_user(search, i);
        if (!other && !add_field(search, i)) {
            return false;
        }
    }
    return true;
}

static bool add_wanted(struct search *search, const char *wanted)
{
    struct span name = column_names_trimmed(span_of(wanted));
    size_t field = find_exactly(search, name, 0);
    if (field == COLUMN_NONE && search->wanted->study) {
        field = find_alike(search, name, 0);
    }
    if (field != COLUMN_NONE) {
        return add_feature(search, field, name, false);
    }
    const char *dots = strstr(wanted, "..");
    if (dots != NULL) {
        return add_range(search, wanted, dots);
    }
    if (strpbrk(wanted, "*?") != NULL) {
        return add_glob(search, wanted);
    }
    return explain_missing(search);
}

/* ---- time and account ---- */

/* A column that the user named. */
static bool find_named(const struct search *search, const char *name, const char *option,
                       size_t *field)
{
    struct span wanted = column_names_trimmed(span_of(name));
    char shown[64], there[SHOWN] = "";
    *field = find_exactly(search, wanted, 0);
    if (*field == COLUMN_NONE) {
        *field = find_alike(search, wanted, 0);
    }
    for (size_t i = 0; i < search->n_fields; i++) {
        append(there, sizeof there, column_names_trimmed(search->fields[i]));
    }
    return *field != COLUMN_NONE ||
           status_set(search->status, STATUS_INPUT,
                      "%s has no column %s (%s); its header has %s", search->title,
                      printable(shown, sizeof shown, wanted), option, there);
}

static bool is_feature(const struct search *search, size_t field)
{
    for (size_t i = 0; i < search->wanted->n; i++) {
        struct span name = column_names_trimmed(span_of(search->wanted->features[i]));
        if (same(name, column_names_trimmed(search->fields[field]))) {
            return true;
        }
    }
    return false;
}

/* The first candidate that is not asked for as a feature. */
static size_t first_free(const struct search *search, const size_t *found, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_feature(search, found[i])) {
            return found[i];
        }
    }
    return COLUMN_NONE;
}

/* What a column, or two of them, are called in the header. */
static bool name_column(const struct search *search, size_t field, size_t other, char **name)
{
    char both[160], first[64], second[64];
    if (field == COLUMN_NONE) {
        return true;
    }
    struct span text = column_names_unwrapped(search->fields[field]);
    if (text.length > 0 && !refuse_twice(search, text, field)) {
        return false;
    }
    if (other != COLUMN_NONE) {
        snprintf(
            both, sizeof both, "%s and %s", printable(first, sizeof first, text),
            printable(second, sizeof second, column_names_unwrapped(search->fields[other])));
        text = span_of(both);
    }
    *name = mem_text(text.bytes, text.length, search->status);
    return *name != NULL;
}

static bool find_time_and_user(struct search *search)
{
    static const struct span study[] = {{"dt", 2}, {"src_user", 8}};
    const struct columns_wanted *wanted = search->wanted;
    struct columns *columns = search->columns;
    size_t found[CANDIDATES];
    if (wanted->time != NULL) {
        if (!find_named(search, wanted->time, "--time", &columns->time)) {
            return false;
        }
    } else {
        size_t n = column_names_times(search->fields, search->n_fields, search->layout, found,
                                      CANDIDATES);
        size_t exact = find_exactly(search, study[0], 0);
        columns->time = exact != COLUMN_NONE ? exact : first_free(search, found, n);
        if (columns->time == COLUMN_NONE && search->layout != NULL) {
            found[0] = column_names_by_times(search->layout, search->n_fields);
            columns->time =
                found[0] < search->n_fields ? first_free(search, found, 1) : COLUMN_NONE;
        }
        if (columns->time != COLUMN_NONE && search->layout != NULL && wanted->joins) {
            found[0] = column_names_clock(search->fields, search->n_fields, search->layout,
                                          columns->time);
            columns->clock =
                found[0] < search->n_fields ? first_free(search, found, 1) : COLUMN_NONE;
        }
    }
    if (wanted->user != NULL) {
        if (!find_named(search, wanted->user, "--user", &columns->user)) {
            return false;
        }
    } else {
        size_t n = column_names_users(search->fields, search->n_fields, found, CANDIDATES);
        size_t exact = find_exactly(search, study[1], 0);
        columns->user = exact != COLUMN_NONE ? exact : first_free(search, found, n);
    }
    return name_column(search, columns->time, columns->clock, &columns->time_name) &&
           name_column(search, columns->user, COLUMN_NONE, &columns->user_name);
}

/* Around most names stand blanks, or quotes that are none of CSV: 'a', “a”, or "a" behind a
 * blank. */
static bool are_wrapped(const struct span *fields, size_t n_fields)
{
    size_t wrapped = 0;
    for (size_t i = 0; i < n_fields; i++) {
        wrapped += column_names_unwrapped(fields[i]).length < fields[i].length;
    }
    return wrapped > 0 && wrapped * 2 >= n_fields;
}

void columns_note(const struct columns *columns, struct read_report *report)
{
    char time[96] = "", user[64] = "";
    bool other_time = columns->time_name != NULL && strcmp(columns->time_name, "dt") != 0;
    bool apart = columns->clock != COLUMN_NONE;
    bool other_user = columns->user_name != NULL && strcmp(columns->user_name, "src_user") != 0;
    if (other_time) {
        printable(time, sizeof time, span_of(columns->time_name));
    }
    if (other_user) {
        printable(user, sizeof user, span_of(columns->user_name));
    }
    if ((other_time || other_user) && report->n_notes < READ_NOTES) {
        snprintf(report->notes[report->n_notes++], READ_NOTE, "%s%s%s%s%s",
                 other_time ? (apart ? "times are in columns " : "times are in column ") : "",
                 time, other_time && other_user ? ", " : "",
                 other_user ? "accounts in column " : "", user);
    }
}

static void find_beside(struct search *search)
{
    struct columns *columns = search->columns;
    for (size_t i = 0; search->wanted->joins && i < TABLE_BESIDE; i++) {
        size_t field = find_exactly(search, span_of(table_beside[i]), 0);
        bool free = field != COLUMN_NONE && !is_time_or_user(search, field);
        for (size_t k = 0; k < columns->d; k++) {
            free = free && columns->feature[k] != field;
        }
        if (free) {
            columns->beside[columns->n_beside] = field;
            columns->beside_name[columns->n_beside++] = i;
        }
    }
}

bool columns_find(struct columns *columns, const struct span *fields, size_t n_fields,
                  const struct columns_wanted *wanted, const struct layout *layout,
                  const char *title, struct status *status)
{
    size_t first = SIZE_MAX, last = 0;
    struct search search = {fields, n_fields, wanted, layout, title, columns, status};
    *columns = (struct columns){.n_fields = n_fields,
                                .time = COLUMN_NONE,
                                .user = COLUMN_NONE,
                                .clock = COLUMN_NONE,
                                .wrapped = are_wrapped(fields, n_fields),
                                .delimiter = layout != NULL ? layout->delimiter : ','};
    if (!find_time_and_user(&search)) {
        return false;
    }
    for (size_t i = 0; i < wanted->n; i++) {
        if (!add_wanted(&search, wanted->features[i])) {
            return false;
        }
    }
    find_beside(&search);
    for (size_t i = 0; i < columns->d; i++) {
        size_t field = columns->feature[i];
        columns->style[i] = (struct number_style){'.', '\0'};
        first = field < first ? field : first;
        last = field > last ? field : last;
    }
    columns->first = first;
    columns->adjacent = last - first + 1 == columns->d;
    return true;
}

void columns_clear(struct columns *columns)
{
    for (size_t i = 0; i < columns->d; i++) {
        free(columns->names[i]);
    }
    free(columns->time_name);
    free(columns->user_name);
    *columns = (struct columns){.time = COLUMN_NONE, .user = COLUMN_NONE, .clock = COLUMN_NONE};
}
