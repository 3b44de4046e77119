#include "table/json/json_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "table/json/json_record.h"
#include "table/table.h"

/* DESIGN. A record stands whole in `bytes` while it is read: where the bytes end within it,
 * more are read and it is begun again, which costs little as long as records are much smaller
 * than what is read at once. Rows gather in `out` and go from there.
 *
 * The CSV reader counts the lines of what it gets. Empty lines, which it passes over, keep its
 * count that of the file; where it must run ahead, `runs` says from where on by how much. */

enum {
    AT_ONCE = 1 << 18,      /* bytes that are read */
    LONGEST = 1 << 20,      /* bytes of a record, as of a row in CSV */
    LEARN_FROM = 100,       /* records that decide the columns, where they are read at once */
    GATHER = 1 << 16,       /* bytes of rows that go together */
    MOST_EMPTY_LINES = 4096 /* to keep the count of lines */
};

enum framing { LINES, ARRAY, WRAPPED };

/* From a line of the CSV on: `line` of the file, and so on, or all of them that one. */
struct run {
    uint64_t csv_line, line, record;
    bool same;
};

struct bad {
    uint64_t csv_line;
    char reason[sizeof(((struct reject *)NULL)->reason)];
};

struct json_rows {
    struct json_input input;
    struct dict *columns;
    struct json_record *record;
    char *bytes; /* (capacity) read and not used: from `from` to `to` */
    size_t capacity, from, to;
    bool at_end, ended; /* the input is; the records are */
    bool failed;        /* reading has, after what is in `bytes` */
    struct status failure;
    enum framing framing;
    bool first_on_line; /* records stand at the beginning of lines */
    bool one_line;      /* and do not go on in the next */
    uint64_t line;      /* lines before `from` */
    bool line_begins;   /* there is nothing but blanks before `from` in its line */
    size_t column;      /* bytes before it there */
    uint64_t n_records;
    struct json_text out;
    size_t out_from;
    struct run *runs;
    size_t n_runs, runs_room;
    struct bad bads[TABLE_REJECTS_KEPT];
    size_t n_bads;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_blanks(const char *bytes, size_t at, size_t length)
{
    while (at < length && is_blank(bytes[at])) {
        at++;
    }
    return at;
}

bool json_rows_recognise(const char *bytes, size_t length)
{
    size_t at = skip_blanks(bytes, text_byte_order_mark(bytes, length), length);
    if (at == length || (bytes[at] != '{' && bytes[at] != '[')) {
        return false;
    }
    size_t next = skip_blanks(bytes, at + 1, length);
    return next < length && (bytes[at] == '{' ? bytes[next] == '"' || bytes[next] == '}'
                                              : bytes[next] == '{' || bytes[next] == ']');
}

const char *json_rows_kind(const struct json_rows *rows)
{
    return rows->framing == LINES   ? "JSON, an object for each row"
           : rows->framing == ARRAY ? "JSON, an array of objects"
                                    : "JSON, an array of objects within another";
}

const char *json_rows_unread(const struct json_rows *rows)
{
    return json_record_unread(rows->record);
}

/* ---- bytes ---- */

/* Reads until there are `want` bytes, or the end. What fails waits until they are used. */
static bool fill(struct json_rows *rows, size_t want, struct status *status)
{
    if (rows->from > 0 && rows->to - rows->from < want) {
        memmove(rows->bytes, rows->bytes + rows->from, rows->to - rows->from);
        rows->to -= rows->from;
        rows->from = 0;
    }
    if (!mem_grow(&rows->bytes, &rows->capacity, want, 1, "records", status)) {
        return false;
    }
    while (rows->to - rows->from < want && !rows->at_end) {
        size_t got;
        if (!rows->input.read(rows->input.context, rows->bytes + rows->to,
                              rows->capacity - rows->to, &got, &rows->failure)) {
            rows->failed = true;
            got = 0;
        }
        rows->to += got;
        rows->at_end = got == 0;
    }
    return true;
}

/* Makes sure that there is a byte, unless it is the end. */
static bool ready(struct json_rows *rows, struct status *status)
{
    return rows->from < rows->to || rows->at_end || fill(rows, AT_ONCE, status);
}

/* Passes over bytes. */
static void use(struct json_rows *rows, size_t n)
{
    const char *at = rows->bytes + rows->from, *end = at + n, *next;
    while ((next = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        rows->line++;
        rows->line_begins = true;
        rows->column = 0;
        at = next + 1;
    }
    rows->column += (size_t)(end - at);
    for (; at < end && rows->line_begins; at++) {
        rows->line_begins = is_blank(*at);
    }
    rows->from += n;
}

/* Passes over blanks, and in an array over commas. */
static bool skip_between(struct json_rows *rows, struct status *status)
{
    for (;;) {
        if (!ready(rows, status)) {
            return false;
        }
        size_t at = rows->from;
        while (at < rows->to && (is_blank(rows->bytes[at]) ||
                                 (rows->framing != LINES && rows->bytes[at] == ','))) {
            at++;
        }
        use(rows, at - rows->from);
        if (rows->from < rows->to || rows->at_end) {
            return true;
        }
    }
}

/* ---- rows ---- */

/* Where in the file a line of the CSV is; `*record` is set where several share it. */
static uint64_t line_of(const struct json_rows *rows, uint64_t csv_line, uint64_t *record)
{
    size_t low = 0, high = rows->n_runs;
    *record = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows->runs[middle].csv_line <= csv_line) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return csv_line;
    }
    const struct run *run = &rows->runs[low - 1];
    if (run->same) {
        *record = run->record + (csv_line - run->csv_line);
        return run->line;
    }
    return run->line + (csv_line - run->csv_line);
}

/* Makes the next row stand for `line` of the file. */
static bool keep_line(struct json_rows *rows, uint64_t line, struct status *status)
{
    uint64_t record, now = rows->out.lines, there = line_of(rows, now, &record);
    if (there < line && line - there < MOST_EMPTY_LINES &&
        (rows->n_runs == 0 || !rows->runs[rows->n_runs - 1].same)) {
        size_t n = (size_t)(line - there);
        if (!mem_grow(&rows->out.bytes, &rows->out.capacity, rows->out.length + n, 1, "records",
                      status)) {
            return false;
        }
        memset(rows->out.bytes + rows->out.length, '\n', n);
        rows->out.length += n;
        rows->out.lines += n;
        return true;
    }
    if (there == line && (record == 0 || record == rows->n_records)) {
        return true;
    }
    struct run *last = rows->n_runs > 0 ? &rows->runs[rows->n_runs - 1] : NULL;
    if (last != NULL && !last->same && last->line == line && last->csv_line + 1 == now) {
        last->same = true;
        return true;
    }
    if (!mem_grow(&rows->runs, &rows->runs_room, rows->n_runs + 1, sizeof *rows->runs,
                  "lines of records", status)) {
        return false;
    }
    rows->runs[rows->n_runs++] = (struct run){now, line, rows->n_records, false};
    return true;
}

static bool add_bad(struct json_rows *rows, uint64_t line, const char *reason,
                    struct status *status)
{
    rows->n_records++;
    if (!keep_line(rows, line, status)) {
        return false;
    }
    if (rows->n_bads < TABLE_REJECTS_KEPT) {
        struct bad *bad = &rows->bads[rows->n_bads++];
        bad->csv_line = rows->out.lines;
        snprintf(bad->reason, sizeof bad->reason, "%s", reason);
    }
    return json_record_bad_row(rows->record, &rows->out, status);
}

/* ---- what is no record ---- */

/* Passes over the rest of a line. */
static bool skip_line(struct json_rows *rows, struct status *status)
{
    for (bool found = false; !found;) {
        if (!ready(rows, status)) {
            return false;
        }
        const char *at = rows->bytes + rows->from;
        const char *end = memchr(at, '\n', rows->to - rows->from);
        found = end != NULL || rows->from == rows->to;
        use(rows, end != NULL ? (size_t)(end + 1 - at) : rows->to - rows->from);
    }
    return true;
}

/* Passes over a record that is broken, to where its brackets close; where records begin lines,
 * at most to the next line that begins as it does. */
static bool skip_brackets(struct json_rows *rows, size_t indent, struct status *status)
{
    size_t depth = 0, column = SIZE_MAX; /* SIZE_MAX: behind the line's blanks */
    bool text = false, escaped = false;
    for (bool first = true;; first = false) {
        if (!ready(rows, status)) {
            return false;
        }
        if (rows->from == rows->to) {
            return true;
        }
        size_t at = rows->from;
        for (; at < rows->to; at++, first = false) {
            char c = rows->bytes[at];
            if (c == '\n') {
                text = escaped = false;
                column = 0;
                continue;
            }
            if (column != SIZE_MAX && c != ' ' && c != '\t') {
                if (rows->first_on_line && !first && c == '{' && column == indent) {
                    use(rows, at - rows->from);
                    return true;
                }
                column = SIZE_MAX;
            }
            column += column != SIZE_MAX;
            if (text) {
                text = escaped || c != '"';
                escaped = !escaped && c == '\\';
            } else if (c == '"') {
                text = true;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                use(rows, at + 1 - rows->from);
                return true;
            }
        }
        use(rows, at - rows->from);
    }
}

static bool skip_broken(struct json_rows *rows, const char *problem, struct status *status)
{
    uint64_t line = rows->line;
    char reason[sizeof rows->bads->reason];
    bool good = rows->first_on_line && rows->one_line
                    ? skip_line(rows, status)
                    : skip_brackets(rows, rows->column, status);
    uint64_t more = rows->line - line - (rows->line > line && rows->line_begins);
    int used = snprintf(reason, sizeof reason, "no JSON: %s", problem);
    if (more > 0) {
        snprintf(reason + used, sizeof reason - (size_t)used,
                 "; it takes in the %" PRIu64 " lines that follow", more);
    }
    return good && add_bad(rows, line, reason, status);
}

/* Passes over what is no value, up to an object, the end of the array, or of the line. */
static bool skip_to_object(struct json_rows *rows, struct status *status)
{
    for (bool found = false; !found;) {
        if (!ready(rows, status)) {
            return false;
        }
        size_t at = rows->from;
        at += at < rows->to; /* the first is not what was wanted */
        while (at < rows->to && strchr("{]\n", rows->bytes[at]) == NULL) {
            at++;
        }
        found = at < rows->to || rows->from == rows->to;
        use(rows, at - rows->from);
    }
    return true;
}

/* Something between records that is none. */
static bool skip_other(struct json_rows *rows, struct status *status)
{
    struct json_scan scan;
    enum json_piece piece;
    uint64_t line = rows->line;
    if (rows->framing == LINES) {
        return skip_line(rows, status) && add_bad(rows, line, "no object", status);
    }
    for (size_t want = AT_ONCE;; want = LONGEST) {
        if (!fill(rows, want, status)) {
            return false;
        }
        json_scan_start(&scan, rows->bytes + rows->from, rows->to - rows->from, rows->at_end);
        piece = json_scan_next(&scan);
        if (piece == JSON_OBJECT || piece == JSON_ARRAY) {
            json_scan_skip(&scan, &piece);
        }
        if (piece != JSON_MORE || want == LONGEST) {
            break;
        }
    }
    if (piece == JSON_MORE || piece == JSON_BROKEN) {
        return skip_to_object(rows, status) && add_bad(rows, line, "no object", status);
    }
    use(rows, (size_t)(scan.at - rows->bytes) - rows->from);
    return add_bad(rows, line, "a value that is no object", status);
}

/* ---- records ---- */

/* Reads the record at `from`; more bytes where it needs them. */
static enum json_piece read_record(struct json_rows *rows, struct json_scan *scan, bool learn,
                                   struct status *status)
{
    for (;;) {
        size_t have = rows->to - rows->from;
        json_scan_start(scan, rows->bytes + rows->from, have, rows->at_end);
        enum json_piece piece = json_record_read(rows->record, scan, learn, status);
        if (piece != JSON_MORE) {
            return piece;
        }
        if (have >= LONGEST) {
            scan->problem = "longer than a million bytes";
            return JSON_BROKEN;
        }
        size_t want = have < AT_ONCE ? AT_ONCE : LONGEST;
        if (!fill(rows, want, status)) {
            return JSON_BROKEN;
        }
    }
}

static bool add_record(struct json_rows *rows, struct status *status)
{
    struct json_scan scan;
    struct status local = {0};
    enum json_piece piece = read_record(rows, &scan, false, &local);
    if (local.code != STATUS_OK) {
        return status_set(status, local.code, "%s", local.text);
    }
    if (piece == JSON_BROKEN && rows->failed) {
        rows->ended = true; /* reading has cut it off, which is what will be said */
        return true;
    }
    if (piece == JSON_BROKEN) {
        return skip_broken(rows, scan.problem, status);
    }
    rows->n_records++;
    if (!keep_line(rows, rows->line, status)) {
        return false;
    }
    size_t begins = rows->out.length;
    uint64_t begins_line = rows->out.lines;
    if (!json_record_row(rows->record, &rows->out, status)) {
        return false;
    }
    uint64_t line = rows->line;
    bool too_long = rows->out.length - begins >= LONGEST;
    use(rows, (size_t)(scan.at - rows->bytes) - rows->from);
    if (too_long) {
        rows->out.length = begins;
        rows->out.lines = begins_line;
        rows->n_records--;
        return add_bad(rows, line, "longer than a million bytes", status);
    }
    return true;
}

/* Ends the array, or says that its end is missing. */
static bool end_records(struct json_rows *rows, struct status *status)
{
    rows->ended = true;
    if (rows->failed) {
        return true;
    }
    if (rows->framing != LINES && rows->from == rows->to) {
        return add_bad(rows, rows->line - (rows->line > 0 && rows->line_begins),
                       "the array does not end: the file may be cut off", status);
    }
    if (rows->framing == ARRAY) {
        use(rows, 1);
        if (!skip_between(rows, status)) {
            return false;
        }
        return rows->from == rows->to ||
               add_bad(rows, rows->line, "something behind the end of the array: not read",
                       status);
    }
    return true;
}

static bool next_row(struct json_rows *rows, struct status *status)
{
    if (!skip_between(rows, status)) {
        return false;
    }
    char c = rows->from < rows->to ? rows->bytes[rows->from] : '\0';
    if (rows->from == rows->to || (c == ']' && rows->framing != LINES)) {
        return end_records(rows, status);
    }
    return c == '{' ? add_record(rows, status) : skip_other(rows, status);
}

bool json_rows_read(struct json_rows *rows, void *buffer, size_t size, size_t *got,
                    struct status *status)
{
    if (rows->out_from == rows->out.length) {
        rows->out.length = rows->out_from = 0;
        while (!rows->ended && rows->out.length < GATHER) {
            if (!next_row(rows, status)) {
                return false;
            }
        }
        if (rows->out.length == 0 && rows->failed) {
            return status_set(status, rows->failure.code, "%s", rows->failure.text);
        }
    }
    size_t left = rows->out.length - rows->out_from;
    *got = left < size ? left : size;
    if (*got > 0) {
        memcpy(buffer, rows->out.bytes + rows->out_from, *got);
    }
    rows->out_from += *got;
    return true;
}

void json_rows_place(const struct json_rows *rows, uint64_t *line, char *reason, size_t size)
{
    uint64_t record, csv_line = *line - 1;
    *line = line_of(rows, csv_line, &record) + 1;
    for (size_t i = 0; i < rows->n_bads; i++) {
        if (rows->bads[i].csv_line == csv_line) {
            snprintf(reason, size, "%s", rows->bads[i].reason);
        }
    }
    if (record > 0) {
        char why[sizeof rows->bads->reason];
        snprintf(why, sizeof why, "%s", reason);
        snprintf(reason, size, "record %" PRIu64 ": %s", record, why);
    }
}

/* ---- the beginning ---- */

/* Where, in an object, the first array of objects begins: behind its bracket; SIZE_MAX: there
 * is none. `*whole`: the object ends within the bytes, at `*end`. */
static size_t find_array(const struct json_rows *rows, bool *whole, size_t *end)
{
    struct json_scan scan;
    enum json_piece piece;
    size_t found = SIZE_MAX;
    bool is_array = false;
    json_scan_start(&scan, rows->bytes + rows->from, rows->to - rows->from, rows->at_end);
    *whole = false;
    for (;;) {
        piece = json_scan_next(&scan);
        if (piece == JSON_MORE || piece == JSON_BROKEN) {
            return found;
        }
        if (found == SIZE_MAX && is_array && piece == JSON_OBJECT && scan.depth == 3) {
            size_t at = (size_t)(scan.at - rows->bytes) - 1;
            while (rows->bytes[at] != '[') {
                at--;
            }
            found = at + 1;
        }
        is_array = piece == JSON_ARRAY && scan.depth == 2;
        if (scan.depth == 0) {
            *whole = true;
            *end = (size_t)(scan.at - rows->bytes);
            return found;
        }
    }
}

static bool find_framing(struct json_rows *rows, struct status *status)
{
    if (!fill(rows, AT_ONCE, status)) {
        return false;
    }
    use(rows, text_byte_order_mark(rows->bytes, rows->to));
    rows->line_begins = true;
    if (!skip_between(rows, status)) {
        return false;
    }
    if (rows->from < rows->to && rows->bytes[rows->from] == '[') {
        rows->framing = ARRAY;
        use(rows, 1);
    } else if (rows->from < rows->to) {
        bool whole;
        size_t end = 0, array = find_array(rows, &whole, &end);
        bool alone = !whole || skip_blanks(rows->bytes, end, rows->to) == rows->to;
        if (array != SIZE_MAX && alone) {
            rows->framing = WRAPPED;
            use(rows, array - rows->from);
        }
    }
    return skip_between(rows, status);
}

/* Learns the columns from the first records, which are read again afterwards, and how they
 * stand in lines. */
static bool learn(struct json_rows *rows, bool known, size_t *n_fields, struct status *status)
{
    const size_t from = rows->from;
    const uint64_t line = rows->line;
    const size_t column = rows->column;
    const bool begins = rows->line_begins;
    *n_fields = 0;
    rows->first_on_line = rows->one_line = true;
    for (size_t n = 0; n < LEARN_FROM; n++) {
        size_t at = rows->from;
        while (at < rows->to && (is_blank(rows->bytes[at]) || rows->bytes[at] == ',')) {
            at++;
        }
        use(rows, at - rows->from);
        if (rows->from == rows->to || rows->bytes[rows->from] == ']') {
            break;
        }
        struct json_scan scan;
        struct status local = {0};
        enum json_piece piece = JSON_BROKEN;
        if (rows->bytes[rows->from] == '{') {
            json_scan_start(&scan, rows->bytes + rows->from, rows->to - rows->from,
                            rows->at_end);
            piece = json_record_read(rows->record, &scan, !known, &local);
        }
        if (local.code != STATUS_OK) {
            return status_set(status, local.code, "%s", local.text);
        }
        if (piece == JSON_MORE) {
            break;
        }
        if (piece == JSON_BROKEN) { /* a line of something else: looked at the one below */
            const char *end = memchr(rows->bytes + rows->from, '\n', rows->to - rows->from);
            if (end == NULL) {
                break;
            }
            use(rows, (size_t)(end + 1 - rows->bytes) - rows->from);
            continue;
        }
        size_t fields = json_record_fields(rows->record);
        uint64_t starts = rows->line;
        *n_fields = fields > *n_fields ? fields : *n_fields;
        rows->first_on_line = rows->first_on_line && rows->line_begins;
        use(rows, (size_t)(scan.at - rows->bytes) - rows->from);
        rows->one_line = rows->one_line && rows->line == starts;
    }
    rows->from = from;
    rows->line = line;
    rows->column = column;
    rows->line_begins = begins;
    return true;
}

static bool begin(struct json_rows *rows, struct status *status)
{
    const bool known = dict_count(rows->columns) > 0;
    size_t n_fields = 0;
    if (!find_framing(rows, status) || !learn(rows, known, &n_fields, status)) {
        return false;
    }
    if (n_fields == 0 && rows->to - rows->from >= AT_ONCE / 2 && !rows->at_end) {
        /* The first record is longer than what was read. */
        if (!fill(rows, LONGEST, status) || !learn(rows, known, &n_fields, status)) {
            return false;
        }
    }
    if (n_fields == 0 && rows->failed) {
        return status_set(status, rows->failure.code, "%s", rows->failure.text);
    }
    if (n_fields == 0) {
        return status_set(status, STATUS_INPUT,
                          known ? "%s is JSON, but its records have none of the fields of the "
                                  "files before"
                                : "%s is JSON without records: objects are wanted, one in each "
                                  "line or in an array",
                          rows->input.title);
    }
    return known || json_record_header(rows->record, &rows->out, status);
}

struct json_rows *json_rows_new(struct json_input input, struct dict *columns,
                                struct status *status)
{
    struct json_rows *rows = mem_zero(1, sizeof *rows, "records", status);
    if (rows == NULL) {
        return NULL;
    }
    rows->input = input;
    rows->columns = columns;
    rows->record = json_record_new(columns, status);
    bool known = dict_count(columns) > 0;
    bool good = rows->record != NULL;
    if (good && !known) { /* the header has pushed all rows one line down */
        good = mem_grow(&rows->runs, &rows->runs_room, 1, sizeof *rows->runs,
                        "lines of records", status);
    }
    if (!good || !begin(rows, status)) {
        json_rows_free(rows);
        return NULL;
    }
    if (!known) {
        rows->runs[rows->n_runs++] = (struct run){rows->out.lines, 0, 1, false};
    }
    return rows;
}

void json_rows_rest(struct json_rows *rows)
{
    free(rows->bytes);
    free(rows->out.bytes);
    rows->bytes = NULL;
    rows->out.bytes = NULL;
}

void json_rows_free(struct json_rows *rows)
{
    if (rows != NULL) {
        json_record_free(rows->record);
        free(rows->bytes);
        free(rows->out.bytes);
        free(rows->runs);
        free(rows);
    }
}
