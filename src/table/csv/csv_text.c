#include "table/csv/csv_text.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* DESIGN. libcsv hands out a field at a time in a buffer that it uses again, so the fields of a
 * row are gathered here, with a line end between as struct line wants it: a number in quotes
 * may hold the delimiter. It does not say where it is in the text; but with CSV_REPALL_NL it
 * reports every line end outside quotes, and the ones inside are seen in the fields, so lines
 * can be counted. */

struct csv_text {
    struct csv_parser parser;
    char delimiter;
    char *bytes; /* the fields of the present row */
    size_t n_bytes, bytes_capacity;
    size_t *starts; /* (n_fields + 1) offsets into bytes; the last is where the next will be */
    size_t starts_capacity;
    struct span *fields;
    size_t fields_capacity;
    size_t n_fields;
    uint64_t lines, row_line; /* line ends so far; and where the present row started */
    bool after_cr;            /* the byte before was a CR that ended a row */
    line_callback *row;
    void *context;
    bool failed; /* stop calling `row` */
    struct status *status;
};

static const char what[] = "a line";

static int never(unsigned char c)
{
    (void)c;
    return 0;
}

static void start_parser(struct csv_text *text)
{
    csv_init(&text->parser, CSV_REPALL_NL);
    csv_set_delim(&text->parser, (unsigned char)text->delimiter);
    csv_set_space_func(&text->parser, never); /* blanks belong to the field */
    csv_set_realloc_func(&text->parser, realloc);
    csv_set_free_func(&text->parser, free);
    csv_set_blk_size(&text->parser, 4096);
}

struct csv_text *csv_text_new(char delimiter, struct status *status)
{
    struct csv_text *text = mem_zero(1, sizeof *text, what, status);
    if (text == NULL) {
        return NULL;
    }
    text->delimiter = delimiter;
    start_parser(text);
    return text;
}

void csv_text_free(struct csv_text *text)
{
    if (text != NULL) {
        csv_free(&text->parser);
        free(text->bytes);
        free(text->starts);
        free(text->fields);
        free(text);
    }
}

static bool too_long(struct status *status)
{
    return status_set(status, STATUS_INPUT, "longer than %d bytes", CSV_LONGEST_LINE);
}

/* Line ends in a field: LFs, and CRs that no LF follows. */
static uint64_t line_ends(const char *bytes, size_t length)
{
    uint64_t n = 0;
    for (size_t i = 0; i < length; i++) {
        n +=
            bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 == length || bytes[i + 1] != '\n'));
    }
    return n;
}

static bool keep_field(struct csv_text *text, const char *bytes, size_t length)
{
    size_t start = text->n_bytes;
    if (length > CSV_LONGEST_LINE || start + length > CSV_LONGEST_LINE) {
        return too_long(text->status);
    }
    if (!mem_grow(&text->bytes, &text->bytes_capacity, start + length + 1 + LINE_SLACK, 1, what,
                  text->status) ||
        !mem_grow(&text->starts, &text->starts_capacity, text->n_fields + 2,
                  sizeof *text->starts, what, text->status)) {
        return false;
    }
    if (length > 0) {
        memcpy(text->bytes + start, bytes, length);
    }
    text->bytes[start + length] = '\n';
    text->starts[text->n_fields++] = start;
    text->n_bytes = start + length + 1;
    text->starts[text->n_fields] = text->n_bytes;
    return true;
}

static void on_field(void *bytes, size_t length, void *context)
{
    struct csv_text *text = context;
    text->after_cr = false;
    text->lines += line_ends(bytes, length);
    text->failed = text->failed || !keep_field(text, bytes, length);
}

static bool report_row(struct csv_text *text)
{
    if (!mem_grow(&text->fields, &text->fields_capacity, text->n_fields, sizeof *text->fields,
                  what, text->status)) {
        return false;
    }
    for (size_t i = 0; i < text->n_fields; i++) {
        size_t start = text->starts[i];
        text->fields[i] = (struct span){text->bytes + start, text->starts[i + 1] - start - 1};
    }
    struct line line = {text->fields, text->n_fields, text->row_line};
    return text->row(text->context, &line);
}

/* A line end outside quotes; -1 at the end of the text. */
static void on_row(int end, void *context)
{
    struct csv_text *text = context;
    if (text->n_fields > 0) {
        text->failed = text->failed || !report_row(text);
        text->n_fields = 0;
        text->n_bytes = 0;
        text->after_cr = false;
    }
    text->lines += end >= 0 && !(end == CSV_LF && text->after_cr);
    text->after_cr = end == CSV_CR;
    text->row_line = text->lines;
}

bool csv_text_feed(struct csv_text *text, const char *bytes, size_t length, line_callback *row,
                   void *context, struct status *status)
{
    text->row = row;
    text->context = context;
    text->status = status;
    text->failed = false;
    if (csv_parse(&text->parser, bytes, length, on_field, on_row, text) != length) {
        return status_nomem(status, text->parser.entry_size, what);
    }
    if (!text->failed && text->parser.entry_pos > CSV_LONGEST_LINE) {
        text->failed = !too_long(status);
    }
    return !text->failed;
}

bool csv_text_end(struct csv_text *text, line_callback *row, void *context, uint64_t *open_line,
                  struct status *status)
{
    text->row = row;
    text->context = context;
    text->status = status;
    text->failed = false;
    *open_line = UINT64_MAX;
    /* Strict only here: then libcsv says whether a quote is open, and has nothing else to
     * check. */
    csv_set_opts(&text->parser, CSV_REPALL_NL | CSV_STRICT | CSV_STRICT_FINI);
    if (csv_fini(&text->parser, on_field, on_row, text) != 0) {
        *open_line = text->row_line;
        /* libcsv keeps the state of the quote: the next text needs a new parser. */
        csv_free(&text->parser);
        start_parser(text);
    }
    csv_set_opts(&text->parser, CSV_REPALL_NL);
    text->n_fields = 0;
    text->n_bytes = 0;
    text->lines = 0;
    text->row_line = 0;
    text->after_cr = false;
    return !text->failed;
}

uint64_t csv_text_lines(const struct csv_text *text)
{
    return text->lines;
}

uint64_t csv_text_row_line(const struct csv_text *text)
{
    return text->row_line;
}
