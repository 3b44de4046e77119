#define _GNU_SOURCE
#include "table/csv/block.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "table/printable.h"

static const char what[] = "a block of the file";

bool block_input_start(struct block_input *input, struct csv_feed *feed,
                       const struct progress *progress, struct status *status)
{
    const char *parser = getenv("ODDHOURS_READER"), *wanted = getenv("ODDHOURS_BLOCK");
    *input =
        (struct block_input){.feed = feed, .progress = progress, .unquoted_from = UINT64_MAX};
    if (parser != NULL && strcmp(parser, "libcsv") == 0) {
        input->parser = BLOCK_LIBCSV;
    }
    input->wanted_then = BLOCK_WANTED;
    if (wanted != NULL) {
        size_t bytes = strtoul(wanted, NULL, 10);
        input->wanted_then = bytes < 1 ? 1 : bytes < BLOCK_BYTES ? bytes : BLOCK_BYTES;
    }
    input->wanted = input->wanted_then < BLOCK_FIRST ? input->wanted_then : BLOCK_FIRST;
    input->carry = mem_new(BLOCK_BYTES, 1, what, status);
    return input->carry != NULL;
}

void block_input_clear(struct block_input *input)
{
    free(input->carry);
    input->carry = NULL;
}

/* ---- the header ---- */

enum { LOOK = 1 << 16 }; /* bytes of the beginning that are looked at */

struct header {
    struct columns *columns;
    const struct columns_wanted *wanted;
    const struct layout *layout;
    const char *title;
    bool seen;
    struct status *status;
};

static bool header_line(void *context, const struct line *line)
{
    struct header *header = context;
    header->seen = true;
    return columns_find(header->columns, line->fields, line->n_fields, header->wanted,
                        header->layout, header->title, header->status);
}

/* Feeds bytes one by one, because libcsv cannot be stopped behind a row. */
static bool feed_header(struct csv_text *text, struct header *header, const char *bytes,
                        size_t length, size_t *used)
{
    for (*used = 0; *used < length && !header->seen; ++*used) {
        if (!csv_text_feed(text, bytes + *used, 1, header_line, header, header->status)) {
            return false;
        }
    }
    return true;
}

static bool end_header(struct csv_text *text, struct header *header)
{
    uint64_t open_line;
    if (!csv_text_end(text, header_line, header, &open_line, header->status)) {
        return false;
    }
    if (open_line != UINT64_MAX) {
        return status_set(header->status, STATUS_INPUT,
                          "%s has a quote in its header that is not closed", header->title);
    }
    return header->seen ||
           status_set(header->status, STATUS_INPUT,
                      "%s is empty: a header line and rows are wanted", header->title);
}

/* Reads what is looked at into input->carry: a header fits in a block. */
static bool read_beginning(struct block_input *input, size_t *length, struct status *status)
{
    for (*length = 0; *length < LOOK && !input->at_end;) {
        size_t got;
        if (!csv_feed_read(input->feed, input->carry + *length, BLOCK_BYTES - *length, &got,
                           input->progress, status)) {
            return false;
        }
        *length += got;
        input->at_end = got == 0;
    }
    return true;
}

static bool refuse_binary(const struct header *header)
{
    return status_set(header->status, STATUS_INPUT,
                      "%s is a binary file: a CSV file with a header line is wanted",
                      header->title);
}

/* What to do about a file that begins with data: the names are asked for, so that its first row
 * is a row. */
static bool refuse_headless(const struct layout *layout, const struct header *header)
{
    char first[64], names[96] = "";
    size_t width = layout_width(layout), used = 0;
    struct span field =
        layout->n > 0 ? layout_field(layout, &layout->records[0], 0) : (struct span){"", 0};
    for (size_t i = 0; i < width && used + 8 < sizeof names; i++) {
        used += (size_t)snprintf(names + used, sizeof names - used, "%sname%zu",
                                 i > 0 ? "," : "", i + 1);
    }
    return status_set(header->status, STATUS_INPUT,
                      "%s has no header line: its first line begins with '%s'; name its %zu "
                      "columns: --header=%s",
                      header->title, printable(first, sizeof first, field), width, names);
}

/* Feeds from the header's line on, until columns were found in it; `*used` bytes of the carry.
 */
static bool find_header(struct block_input *input, struct csv_text *text, struct header *header,
                        size_t from, size_t *length, size_t *used)
{
    while (!header->seen && from < *length) {
        size_t fed;
        if (!feed_header(text, header, input->carry + from, *length - from, &fed)) {
            return false;
        }
        from += fed;
        if (header->seen || input->at_end) {
            break;
        }
        if (*length == BLOCK_BYTES) {
            return status_set(header->status, STATUS_INPUT,
                              "%s has a header of more than %d bytes: no such table",
                              header->title, BLOCK_BYTES);
        }
        size_t got;
        if (!csv_feed_read(input->feed, input->carry + *length, BLOCK_BYTES - *length, &got,
                           input->progress, header->status)) {
            return false;
        }
        *length += got;
        input->at_end = got == 0;
    }
    *used = from;
    return header->seen || end_header(text, header);
}

/* A header that ends in CR at the end of what is read: the LF that may follow belongs to it. */
static bool complete_line_end(struct block_input *input, size_t *length, size_t *from,
                              struct status *status)
{
    if (*from > 0 && *from == *length && input->carry[*from - 1] == '\r' && !input->at_end &&
        *length < BLOCK_BYTES) {
        size_t got;
        if (!csv_feed_read(input->feed, input->carry + *length, 1, &got, input->progress,
                           status)) {
            return false;
        }
        *length += got;
        input->at_end = got == 0;
    }
    *from += *from > 0 && *from < *length && input->carry[*from - 1] == '\r' &&
             input->carry[*from] == '\n';
    return true;
}

/* The names of a file without header are those that the user gave. */
static bool name_columns(struct csv_text *text, struct header *header, const char *names)
{
    return csv_text_feed(text, names, strlen(names), header_line, header, header->status) &&
           end_header(text, header);
}

/* How the features of the first rows are written. */
static bool take_census(const struct columns *columns, const struct layout *layout,
                        struct block_header *header, struct status *status)
{
    header->census = mem_zero(columns->d, sizeof *header->census, what, status);
    for (size_t i = 0; header->census != NULL && i < layout->n; i++) {
        for (size_t j = 0; j < columns->d; j++) {
            number_census_add(&header->census[j],
                              layout_field(layout, &layout->records[i], columns->feature[j]));
        }
    }
    return header->census != NULL;
}

/* A name for nothing at the end of the header is no field when the rows have none there; and
 * the rows may have one more, with nothing in it. */
static void fit_width(struct columns *columns, const struct layout *layout)
{
    size_t width = layout_width(layout);
    if (layout->n > 0 && !layout->spare_field && width + 1 == columns->n_fields) {
        bool used = columns->time == width || columns->user == width || columns->clock == width;
        for (size_t i = 0; i < columns->d; i++) {
            used = used || columns->feature[i] == width;
        }
        columns->n_fields -= !used;
    }
}

static bool read_header(struct block_input *input, struct header *header,
                        const struct reading *reading, struct layout *layout, size_t length,
                        struct block_header *found)
{
    size_t from = text_byte_order_mark(input->carry, length), mark = from;
    const char *names = reading->text[READING_HEADER];
    bool certain = csv_feed_has_header(input->feed);
    names = certain ? NULL : names;
    if (!layout_look(layout, input->carry + from, length - from, input->at_end,
                     certain ? ',' : reading->delimiter,
                     certain         ? LAYOUT_HEADER_FIRST
                     : names != NULL ? LAYOUT_HEADER_NONE
                                     : LAYOUT_HEADER_FIND,
                     header->status)) {
        return false;
    }
    struct csv_text *text =
        csv_text_new(names != NULL ? ',' : layout->delimiter, header->status);
    bool good = text != NULL;
    from += layout->header_from;
    if (good && names != NULL) {
        good = name_columns(text, header, names);
        found->lines = layout->header_line;
    } else if (good && !layout->has_header && !layout->blank) {
        good = refuse_headless(layout, header);
    } else if (good) {
        good = find_header(input, text, header, from, &length, &from);
        found->lines = layout->header_line + csv_text_lines(text);
    }
    csv_text_free(text);
    found->skipped = layout->skipped;
    layout->text = input->carry + mark; /* it has not moved, but there may be more */
    if (!good || !complete_line_end(input, &length, &from, header->status)) {
        return false;
    }
    fit_width(header->columns, layout);
    if (!take_census(header->columns, layout, found, header->status)) {
        return false;
    }
    input->n_carry = length - from;
    memmove(input->carry, input->carry + from, input->n_carry);
    return true;
}

bool block_read_header(struct block_input *input, struct columns *columns,
                       const struct columns_wanted *wanted, const struct reading *reading,
                       struct block_header *found, struct status *status)
{
    struct layout layout = {.delimiter = ','};
    struct status local = {0}; /* the code is looked at, so there must be one */
    struct header header = {.columns = columns,
                            .wanted = wanted,
                            .layout = &layout,
                            .title = csv_feed_title(input->feed),
                            .status = status != NULL ? status : &local};
    size_t length;
    *columns = (struct columns){.time = COLUMN_NONE, .user = COLUMN_NONE, .clock = COLUMN_NONE};
    *found = (struct block_header){.lines = 0};
    bool good = read_beginning(input, &length, header.status) &&
                read_header(input, &header, reading, &layout, length, found);
    if (!good && header.status->code == STATUS_INPUT && length > 0 &&
        memchr(input->carry, '\0', length) != NULL) {
        refuse_binary(&header);
    }
    layout_clear(&layout);
    return good;
}

/* ---- blocks ---- */

struct block *block_new(const struct columns *columns, struct batch *take_batch,
                        enum block_parser parser, enum cpu_kernel kernel, struct status *status)
{
    struct block *block = take_batch == NULL ? NULL : mem_zero(1, sizeof *block, what, status);
    if (block == NULL) {
        batch_free(take_batch);
        return NULL;
    }
    block->batch = take_batch;
    block->parser = parser;
    block->kernel = kernel;
    block->delimiter = columns->delimiter;
    block->n_fields = columns->n_fields + 1; /* with one that may be spare */
    block->bytes = mem_new(BLOCK_BYTES + LINE_SLACK, 1, what, status);
    block->fields = mem_new(block->n_fields, SPLIT_LINES * sizeof *block->fields, what, status);
    if (parser == BLOCK_LIBCSV) {
        block->text = csv_text_new(columns->delimiter, status);
    }
    if (block->bytes == NULL || block->fields == NULL ||
        (parser == BLOCK_LIBCSV && block->text == NULL)) {
        block_free(block);
        return NULL;
    }
    return block;
}

void block_free(struct block *block)
{
    if (block != NULL) {
        free(block->bytes);
        free(block->fields);
        batch_free(block->batch);
        csv_text_free(block->text);
        free(block);
    }
}

/* Where the last whole line ends, or 0. A CR at the very end may be half a CR LF, and does not
 * count; other CRs only in a file that has no LF. */
static size_t last_line_end(const char *bytes, size_t length)
{
    const char *end = memrchr(bytes, '\n', length);
    if (end == NULL && length > 1) {
        end = memrchr(bytes, '\r', length - 1);
    }
    return end == NULL ? 0 : (size_t)(end - bytes) + 1;
}

static bool line_too_long(struct block *block)
{
    block->status_line = 0;
    return status_set(&block->status, STATUS_INPUT, "longer than %d bytes", BLOCK_BYTES);
}

/* Behind a failure there is no end of the line that it cut off. In series libcsv sees to that.
 */
static void keep_whole_lines(struct block *block, bool quoted)
{
    if (!quoted) {
        block->length = last_line_end(block->bytes, block->length);
    }
}

/* Counts the lines of what was read, until the one from which on quotes are letters: how many
 * of the bytes stand before it. */
static size_t before_letters(struct block_input *input, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (input->lines == input->unquoted_from && !(input->after_cr && bytes[i] == '\n')) {
            input->letters = true;
            return i;
        }
        input->lines += bytes[i] == '\r' || (bytes[i] == '\n' && !input->after_cr);
        input->after_cr = bytes[i] == '\r';
    }
    return length;
}

/* Ends a block that is parsed in series before the line from which on quotes are letters. */
static void cut_at_letters(struct block *block, struct block_input *input)
{
    if (input->unquoted_from == UINT64_MAX || input->letters) {
        return;
    }
    size_t keep = before_letters(input, block->bytes, block->length);
    if (input->letters) {
        input->n_carry = block->length - keep;
        memcpy(input->carry, block->bytes + keep, input->n_carry);
        block->length = keep;
        block->last = false;
        block->ends_series = block->serial;
        input->quoted = false;
    }
}

void block_read(struct block *block, struct block_input *input)
{
    size_t want = input->wanted;
    block->ends_series = false;
    input->wanted = input->wanted_then;
    block->status.code = STATUS_OK;
    block->open_line = UINT64_MAX;
    block->length = input->n_carry;
    memcpy(block->bytes, input->carry, input->n_carry);
    input->n_carry = 0;
    size_t looked_at = 0, cut = 0;
    for (;;) {
        const char *fresh = block->bytes + looked_at;
        input->quoted =
            !input->letters &&
            (input->quoted || memchr(fresh, '"', block->length - looked_at) != NULL);
        looked_at = block->length;
        bool enough = block->length >= want || block->length == BLOCK_BYTES;
        if (enough && !input->quoted) {
            cut = last_line_end(block->bytes, block->length);
        }
        if (input->at_end || block->length == BLOCK_BYTES ||
            (enough && (cut > 0 || input->quoted))) {
            break;
        }
        size_t room = (block->length < want ? want : BLOCK_BYTES) - block->length, got;
        if (!csv_feed_read(input->feed, block->bytes + block->length, room, &got,
                           input->progress, &input->failure)) {
            input->at_end = true;
            keep_whole_lines(block, input->quoted);
            break;
        }
        block->length += got;
        input->at_end = got == 0;
    }
    block->serial = input->quoted;
    block->letters = input->letters;
    block->last = input->at_end && input->failure.code == STATUS_OK;
    if (input->failure.code != STATUS_OK) {
        return;
    }
    if (!block->serial && !block->last) {
        if (cut == 0) {
            line_too_long(block);
            cut = block->length;
        }
        input->n_carry = block->length - cut;
        memcpy(input->carry, block->bytes + cut, input->n_carry);
        block->length = cut;
    }
    cut_at_letters(block, input);
}

static void end_text(struct block *block, struct csv_text *text)
{
    uint64_t open_line, lines = csv_text_lines(text);
    if (csv_text_end(text, batch_line, block->batch, &open_line, &block->status) &&
        open_line != UINT64_MAX) {
        char reason[96];
        snprintf(reason, sizeof reason,
                 "a quote that is not closed: it takes in the %" PRIu64 " lines that follow",
                 lines > open_line ? lines - open_line : 0);
        batch_reject(block->batch, open_line, reason);
        block->open_line = open_line;
    }
}

static void parse_with_libcsv(struct block *block, struct csv_text *text, bool end)
{
    batch_begin(block->batch, false, false);
    if (!csv_text_feed(text, block->bytes, block->length, batch_line, block->batch,
                       &block->status)) {
        block->status_line = csv_text_row_line(text);
    } else {
        block->lines = csv_text_lines(text);
        if (end) {
            end_text(block, text);
        }
    }
    batch_end(block->batch);
    if (block->status.code == STATUS_OK) {
        block->status = *batch_status(block->batch);
    }
}

void block_parse(struct block *block)
{
    if (block->status.code != STATUS_OK) {
        return; /* reading has failed it */
    }
    if (block->parser == BLOCK_LIBCSV && !block->letters) {
        parse_with_libcsv(block, block->text, true);
        return;
    }
    bool stopped;
    batch_begin(block->batch, true, block->letters);
    block->lines =
        split_rows(block->bytes, block->length, block->delimiter, block->fields,
                   block->n_fields, block->kernel, batch_line, block->batch, &stopped);
    batch_end(block->batch);
    block->status = *batch_status(block->batch);
}

bool block_parse_serially(struct block *block, struct csv_text *text)
{
    bool end = block->last || block->ends_series;
    parse_with_libcsv(block, text, end);
    block->lines = block->ends_series ? block->lines : 0;
    return block->status.code == STATUS_OK;
}

bool block_status(const struct block *block, uint64_t first_line, const char *title,
                  struct status *status)
{
    if (block->status.code == STATUS_INPUT) {
        return status_set(status, STATUS_INPUT,
                          "%s, line %" PRIu64 ", is longer than %d bytes: no such table, or a "
                          "quote that is not closed",
                          title, first_line + block->status_line + 1, CSV_LONGEST_LINE);
    }
    if (block->status.code != STATUS_OK && status != NULL) {
        *status = block->status;
    }
    return block->status.code == STATUS_OK;
}
