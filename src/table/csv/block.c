#define _GNU_SOURCE
#include "table/csv/block.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static const char what[] = "a block of the file";

bool block_input_start(struct block_input *input, struct source *source,
                       const struct progress *progress, struct status *status)
{
    const char *parser = getenv("ODDHOURS_READER"), *wanted = getenv("ODDHOURS_BLOCK");
    *input = (struct block_input){.source = source, .progress = progress};
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

struct header {
    struct columns *columns;
    const char *const *features;
    size_t d;
    const char *title;
    bool seen;
    struct status *status;
};

static bool header_line(void *context, const struct line *line)
{
    struct header *header = context;
    header->seen = true;
    return columns_find(header->columns, line->fields, line->n_fields, header->features,
                        header->d, header->title, header->status);
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

/* A text that does not read as a header may be no text at all. */
static bool blame_binary(const char *bytes, size_t length, const struct header *header)
{
    if (header->status == NULL || header->status->code != STATUS_INPUT || header->seen ||
        memchr(bytes, '\0', length) == NULL) {
        return false;
    }
    return status_set(header->status, STATUS_INPUT,
                      "%s is a binary file: a CSV file with a header line is wanted",
                      header->title);
}

/* A header that ends in CR at the end of what is read: the LF that may follow belongs to it. */
static bool complete_line_end(struct block_input *input, size_t *length, size_t from,
                              struct status *status)
{
    size_t got;
    if (from < *length || from == 0 || input->carry[from - 1] != '\r' || input->at_end ||
        *length == BLOCK_BYTES) {
        return true;
    }
    if (!source_read(input->source, input->carry + *length, 1, &got, input->progress, status)) {
        return false;
    }
    *length += got;
    input->at_end = got == 0;
    return true;
}

static bool find_header(struct block_input *input, struct csv_text *text, struct header *header)
{
    size_t length = 0, from = 0;
    while (!header->seen && !input->at_end) {
        size_t got, used;
        if (length == BLOCK_BYTES) {
            status_set(header->status, STATUS_INPUT,
                       "%s has a header of more than %d bytes: no such table", header->title,
                       BLOCK_BYTES);
            return blame_binary(input->carry, length, header);
        }
        if (!source_read(input->source, input->carry + length, BLOCK_BYTES - length, &got,
                         input->progress, header->status)) {
            return false;
        }
        length += got;
        input->at_end = got == 0;
        if (length < 3 && !input->at_end) {
            continue; /* a byte-order mark may be arriving in pieces */
        }
        from = from > 0 ? from : text_byte_order_mark(input->carry, length);
        if (!feed_header(text, header, input->carry + from, length - from, &used)) {
            return blame_binary(input->carry, length, header);
        }
        from += used;
    }
    if (!header->seen && !end_header(text, header)) {
        return blame_binary(input->carry, length, header);
    }
    if (!complete_line_end(input, &length, from, header->status)) {
        return false;
    }
    if (from > 0 && from < length && input->carry[from - 1] == '\r' &&
        input->carry[from] == '\n') {
        from++;
    }
    input->n_carry = length - from;
    memmove(input->carry, input->carry + from, input->n_carry);
    return true;
}

bool block_read_header(struct block_input *input, struct columns *columns,
                       const char *const *features, size_t d, uint64_t *lines,
                       struct status *status)
{
    struct status local = {0}; /* the code is looked at, so there must be one */
    struct header header = {.columns = columns,
                            .features = features,
                            .d = d,
                            .title = source_title(input->source),
                            .status = status != NULL ? status : &local};
    struct csv_text *text = csv_text_new(status);
    if (text == NULL) {
        return false;
    }
    bool found = find_header(input, text, &header);
    *lines = csv_text_lines(text);
    csv_text_free(text);
    return found;
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
    block->n_fields = columns->n_fields;
    block->bytes = mem_new(BLOCK_BYTES + LINE_SLACK, 1, what, status);
    block->fields =
        mem_new(columns->n_fields, SPLIT_LINES * sizeof *block->fields, what, status);
    if (parser == BLOCK_LIBCSV) {
        block->text = csv_text_new(status);
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

void block_read(struct block *block, struct block_input *input)
{
    size_t want = input->wanted;
    input->wanted = input->wanted_then;
    block->status.code = STATUS_OK;
    block->length = input->n_carry;
    memcpy(block->bytes, input->carry, input->n_carry);
    input->n_carry = 0;
    size_t looked_at = 0, cut = 0;
    for (;;) {
        const char *fresh = block->bytes + looked_at;
        input->quoted = input->quoted || memchr(fresh, '"', block->length - looked_at) != NULL;
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
        if (!source_read(input->source, block->bytes + block->length, room, &got,
                         input->progress, &input->failure)) {
            input->at_end = true;
            keep_whole_lines(block, input->quoted);
            break;
        }
        block->length += got;
        input->at_end = got == 0;
    }
    block->serial = input->quoted;
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
}

static const char open_quote[] = "a quote that is not closed: all that follows is left out";

static void end_text(struct block *block, struct csv_text *text)
{
    uint64_t open_line;
    if (csv_text_end(text, batch_line, block->batch, &open_line, &block->status) &&
        open_line != UINT64_MAX) {
        batch_reject(block->batch, open_line, open_quote);
    }
}

static void parse_with_libcsv(struct block *block, struct csv_text *text, bool end)
{
    batch_begin(block->batch, false);
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
    if (block->parser == BLOCK_LIBCSV) {
        parse_with_libcsv(block, block->text, true);
        return;
    }
    bool stopped;
    batch_begin(block->batch, true);
    block->lines = split_rows(block->bytes, block->length, block->fields, block->n_fields,
                              block->kernel, batch_line, block->batch, &stopped);
    batch_end(block->batch);
    block->status = *batch_status(block->batch);
}

bool block_parse_serially(struct block *block, struct csv_text *text)
{
    parse_with_libcsv(block, text, block->last);
    block->lines = 0;
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
