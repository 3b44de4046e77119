#define _GNU_SOURCE
#include "table/csv/layout.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/csv/column_names.h"
#include "table/number.h"
#include "table/number_style.h"
#include "table/time_text.h"

/* DESIGN. The beginning is cut into records, counting for each what fields it would have by
 * each delimiter. The delimiter is the one by which most records agree with each other and with
 * a line of names before them: that line is the header, and what stands before it is skipped.
 */

/* The last four are those of databases (Hive has \1) and of people who have run out of others.
 */
static const char delimiters[LAYOUT_DELIMITERS] = {',', ';', '\t', '|', '\1', '\x1f', '^', '~'};

const char *layout_delimiter_name(char delimiter)
{
    switch (delimiter) {
    case ';': return "semicolons";
    case '\t': return "tabs";
    case '|': return "bars";
    case '\1':
    case '\x1f': return "control characters";
    case '^': return "carets";
    case '~': return "tildes";
    default: return "commas";
    }
}

static size_t delimiter_index(char delimiter)
{
    size_t i = 0;
    while (i + 1 < LAYOUT_DELIMITERS && delimiters[i] != delimiter) {
        i++;
    }
    return i;
}

/* ---- records ---- */

struct scan {
    const char *text;
    size_t length, at;
    bool quotes; /* taken for quotes; not behind one that does not close */
};

/* The record that begins at scan->at, and moves behind its line end. False at the end. */
static bool next_record(struct scan *scan, struct layout_record *record)
{
    bool open = false;
    if (scan->at == scan->length) {
        return false;
    }
    *record = (struct layout_record){.from = scan->at, .fields = {1, 1, 1, 1, 1, 1, 1, 1}};
    size_t i = scan->at;
    for (; i < scan->length; i++) {
        char c = scan->text[i];
        if (c == '"' && scan->quotes) {
            open = !open;
        } else if (!open && (c == '\n' || c == '\r')) {
            break;
        } else if (!open) {
            for (size_t k = 0; k < LAYOUT_DELIMITERS; k++) {
                record->fields[k] += c == delimiters[k];
            }
        }
    }
    record->to = i;
    i += i + 1 < scan->length && scan->text[i] == '\r' && scan->text[i + 1] == '\n';
    scan->at = i < scan->length ? i + 1 : i;
    return true;
}

/* Whether a quote of the record does not close before the text ends. */
static bool is_open(const struct scan *scan, const struct layout_record *record)
{
    size_t quotes = 0;
    for (size_t i = record->from; i < record->to; i++) {
        quotes += scan->text[i] == '"';
    }
    return record->to == scan->length && quotes % 2 == 1;
}

/* A quote that closes nowhere in sight is a letter: else nothing behind it could be looked at.
 */
static bool cut_records(struct layout *layout, bool whole, struct status *status)
{
    struct scan scan = {layout->text, layout->length, 0, true};
    layout->records = mem_new(LAYOUT_RECORDS, sizeof *layout->records, "a look", status);
    if (layout->records == NULL) {
        return false;
    }
    while (layout->n < LAYOUT_RECORDS && next_record(&scan, &layout->records[layout->n])) {
        struct layout_record *record = &layout->records[layout->n];
        if (scan.quotes && is_open(&scan, record)) {
            scan.quotes = false;
            scan.at = record->from;
            continue;
        }
        layout->n++;
    }
    bool cut_off = layout->n > 1 && !whole && scan.at == scan.length;
    layout->n -= cut_off; /* the last is not all there */
    return true;
}

static bool is_blank(const struct layout *layout, const struct layout_record *record)
{
    for (size_t i = record->from; i < record->to; i++) {
        if (layout->text[i] != ' ' && layout->text[i] != '\t') {
            return false;
        }
    }
    return true;
}

static bool is_comment(const struct layout *layout, const struct layout_record *record)
{
    return record->to > record->from && layout->text[record->from] == '#';
}

/* ---- fields ---- */

struct span layout_field(const struct layout *layout, const struct layout_record *record,
                         size_t k)
{
    size_t at = record->from, n = 0;
    bool open = false;
    for (; n < k && at < record->to; at++) {
        open ^= layout->text[at] == '"';
        n += !open && layout->text[at] == layout->delimiter;
    }
    if (n < k) {
        return (struct span){"", 0};
    }
    size_t end = at;
    for (open = false; end < record->to && (open || layout->text[end] != layout->delimiter);
         end++) {
        open ^= layout->text[end] == '"';
    }
    struct span field = {layout->text + at, end - at};
    if (field.length >= 2 && field.bytes[0] == '"' && field.bytes[field.length - 1] == '"') {
        field.bytes++;
        field.length -= 2;
    }
    return field;
}

bool layout_is_value(struct span field)
{
    struct number_census census = {0};
    struct time_text time;
    number_census_add(&census, field);
    if (census.numbers > 0 || time_text_parse(field, &time)) {
        return true;
    }
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    double value;
    bool number = c_locale != (locale_t)0 && field.length > 0 &&
                  number_parse(field, c_locale, &value) != NUMBER_BAD;
    if (c_locale != (locale_t)0) {
        freelocale(c_locale);
    }
    return number;
}

/* A line of names has no values, or hardly any: a spreadsheet may number a column or two. */
static bool is_names(const struct layout *layout, const struct layout_record *record,
                     size_t width)
{
    size_t names = 0, values = 0;
    for (size_t k = 0; k < width; k++) {
        struct span field = layout_field(layout, record, k);
        bool value = layout_is_value(field);
        values += value;
        names += !value && field.length > 0;
    }
    return names > 0 && values * 4 <= names;
}

/* ---- the delimiter and the header ---- */

struct choice {
    size_t width;  /* fields of most records */
    size_t agree;  /* records that have so many */
    size_t header; /* index of a record of names; SIZE_MAX: none */
    bool spare;    /* the header has one field less: lines end with a delimiter */
    bool trusted;  /* the width is that of the first line */
};

static void find_width(const struct layout *layout, size_t k, struct choice *choice)
{
    for (size_t i = 0; i < layout->n; i++) {
        size_t width = layout->records[i].fields[k], agree = 0;
        if (is_comment(layout, &layout->records[i])) {
            continue;
        }
        for (size_t j = 0; j < layout->n; j++) {
            agree += layout->records[j].fields[k] == width &&
                     !is_blank(layout, &layout->records[j]) &&
                     !is_comment(layout, &layout->records[j]);
        }
        if (agree > choice->agree || (agree == choice->agree && width > choice->width)) {
            choice->width = width;
            choice->agree = agree;
        }
    }
}

/* Whether the last field of every record of the usual width is empty. */
static bool ends_empty(const struct layout *layout, size_t k, size_t width)
{
    for (size_t i = 0; i < layout->n; i++) {
        const struct layout_record *record = &layout->records[i];
        if (record->fields[k] == width && record->to > record->from &&
            layout->text[record->to - 1] != layout->delimiter) {
            return false;
        }
    }
    return width > 1;
}

static bool is_headline(const struct layout *layout, size_t i, size_t k, size_t width)
{
    return layout->records[i].fields[k] == width && !is_blank(layout, &layout->records[i]) &&
           is_names(layout, &layout->records[i], width);
}

/* "Report,,,,": what a spreadsheet makes of a title, most of whose fields are empty. */
static bool is_title(const struct layout *layout, size_t i, size_t k, size_t width)
{
    size_t filled = 0;
    for (size_t field = 0; field < width; field++) {
        filled += layout_field(layout, &layout->records[i], field).length > 0;
    }
    return width > 2 && layout->records[i].fields[k] == width && filled * 2 < width;
}

static void find_header_from(struct layout *layout, size_t k, struct choice *choice,
                             bool titles)
{
    bool empty = ends_empty(layout, k, choice->width);
    choice->header = SIZE_MAX;
    for (size_t i = 0; i < layout->n && choice->header == SIZE_MAX; i++) {
        if (titles && is_title(layout, i, k, choice->width)) {
            continue;
        }
        bool comment = is_comment(layout, &layout->records[i]);
        /* A comment is the header only when nothing but data follows it. */
        bool last = i + 1 < layout->n && !is_comment(layout, &layout->records[i + 1]);
        if (!comment || (last && !is_headline(layout, i + 1, k, choice->width))) {
            if (is_headline(layout, i, k, choice->width)) {
                choice->header = i;
            } else if (empty && is_headline(layout, i, k, choice->width - 1)) {
                choice->header = i;
                choice->spare = true;
            }
        }
        if (!comment && layout->records[i].fields[k] == choice->width &&
            !is_blank(layout, &layout->records[i])) {
            break; /* data begin here: a later line of names is the header come again */
        }
    }
}

static void find_header(struct layout *layout, size_t k, struct choice *choice)
{
    find_header_from(layout, k, choice, true);
    if (choice->header == SIZE_MAX) {
        find_header_from(layout, k, choice, false);
    }
}

/* Whether the fields of a record are names without a gap, one of them that of a time or an
 * account. */
static bool names_columns(const struct layout *layout, const struct layout_record *record,
                          size_t width)
{
    enum { MOST = 64 };
    struct span fields[MOST];
    size_t found[1], n = width < MOST ? width : MOST;
    for (size_t i = 0; i < n; i++) {
        fields[i] = layout_field(layout, record, i);
        if (fields[i].length == 0) {
            return false;
        }
    }
    return column_names_times(fields, n, NULL, found, 1) > 0 ||
           column_names_users(fields, n, found, 1) > 0;
}

/* Lines that are none of the table may be most of its beginning: a first line that names more
 * columns than those have fields says how many there are. */
static void trust_first_line(const struct layout *layout, size_t k, struct choice *choice)
{
    size_t i = 0;
    while (i < layout->n &&
           (is_blank(layout, &layout->records[i]) || is_comment(layout, &layout->records[i]))) {
        i++;
    }
    size_t width = i < layout->n ? layout->records[i].fields[k] : 0;
    if (width > choice->width && is_names(layout, &layout->records[i], width) &&
        (choice->width == 1 ||
         (width > choice->width + 1 && names_columns(layout, &layout->records[i], width)))) {
        choice->width = width;
        choice->agree = 1;
        choice->trusted = true;
    }
}

static struct choice choose(struct layout *layout, size_t k, enum layout_header where)
{
    struct choice choice = {.header = SIZE_MAX};
    layout->delimiter = delimiters[k];
    find_width(layout, k, &choice);
    if (where == LAYOUT_HEADER_FIND) {
        trust_first_line(layout, k, &choice);
    }
    if (choice.width > 0 && where == LAYOUT_HEADER_FIND) {
        find_header(layout, k, &choice);
    }
    if (where == LAYOUT_HEADER_FIRST && layout->n > 0) {
        choice.header = 0;
    }
    if (where == LAYOUT_HEADER_NONE) {
        choice.spare = ends_empty(layout, k, choice.width);
    }
    return choice;
}

/* More fields are better than one, a header better than none; then what most records agree on.
 */
static bool is_better(const struct choice *a, const struct choice *b)
{
    bool a_wide = a->width > 1, b_wide = b->width > 1;
    bool a_header = a->header != SIZE_MAX, b_header = b->header != SIZE_MAX;
    if (a_wide != b_wide) {
        return a_wide;
    }
    if (a_header != b_header) {
        return a_header;
    }
    return a->agree > b->agree || (a->agree == b->agree && a->width > b->width);
}

/* "sep=;" of a spreadsheet names the delimiter and is no line of the table. */
static char named_delimiter(const struct layout *layout)
{
    if (layout->n == 0) {
        return '\0';
    }
    const struct layout_record *first = &layout->records[0];
    const char *text = layout->text + first->from;
    size_t length = first->to - first->from;
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        text++;
        length -= 2;
    }
    return length == 5 && strncmp(text, "sep=", 4) == 0 && strchr(",;\t|", text[4]) != NULL
               ? text[4]
               : '\0';
}

static uint64_t line_ends(const char *text, size_t length)
{
    uint64_t n = 0;
    for (size_t i = 0; i < length; i++) {
        n += text[i] == '\n' || (text[i] == '\r' && (i + 1 == length || text[i + 1] != '\n'));
    }
    return n;
}

static void apply(struct layout *layout, const struct choice *choice, size_t first)
{
    size_t header = choice->header == SIZE_MAX ? first : choice->header;
    layout->blank = true;
    for (size_t i = 0; i < layout->n; i++) {
        layout->blank = layout->blank && is_blank(layout, &layout->records[i]);
    }
    layout->has_header = choice->header != SIZE_MAX;
    layout->spare_field = choice->spare;
    layout->named_width = choice->trusted && layout->has_header ? choice->width : 0;
    if (header >= layout->n) {
        return;
    }
    struct layout_record *record = &layout->records[header];
    layout->header_from = record->from + (layout->has_header && is_comment(layout, record));
    layout->header_line = line_ends(layout->text, record->from);
    for (size_t i = 0; i < header; i++) {
        layout->skipped += !is_blank(layout, &layout->records[i]);
    }
    size_t from = header + layout->has_header;
    layout->n -= from;
    memmove(layout->records, layout->records + from, layout->n * sizeof *layout->records);
}

bool layout_look(struct layout *layout, const char *text, size_t length, bool whole,
                 char delimiter, enum layout_header where, struct status *status)
{
    *layout = (struct layout){.text = text, .length = length, .delimiter = ','};
    if (!cut_records(layout, whole, status)) {
        return false;
    }
    char named = named_delimiter(layout);
    size_t first = named != '\0';
    delimiter = delimiter != '\0' ? delimiter : named;
    struct choice best = {.header = SIZE_MAX};
    size_t best_k = 0;
    for (size_t k = 0; k < LAYOUT_DELIMITERS; k++) {
        if (delimiter == '\0' || delimiters[k] == delimiter) {
            struct choice choice = choose(layout, k, where);
            if (best.width == 0 || is_better(&choice, &best)) {
                best = choice;
                best_k = k;
            }
        }
    }
    layout->delimiter = delimiters[best_k];
    while (first < layout->n && is_comment(layout, &layout->records[first])) {
        first++;
    }
    apply(layout, &best, first);
    return true;
}

void layout_clear(struct layout *layout)
{
    free(layout->records);
    *layout = (struct layout){.delimiter = ','};
}

size_t layout_width(const struct layout *layout)
{
    struct choice choice = {.header = SIZE_MAX};
    if (layout->named_width > 0) {
        return layout->named_width;
    }
    find_width(layout, delimiter_index(layout->delimiter), &choice);
    return choice.width - layout->spare_field;
}
