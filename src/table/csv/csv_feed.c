#include "table/csv/csv_feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "table/csv/column_names.h"
#include "table/csv/csv_text.h"
#include "table/csv/layout.h"
#include "table/dict.h"
#include "table/json/json_rows.h"
#include "table/printable.h"
#include "table/table.h"

/* DESIGN. One file of CSV goes through as it is. Of several, the first one's header is looked
 * at here, too, and those of the others are compared with it and left out; the CSV reader then
 * sees one long file, whose lines are counted here so that a line can be told to be one of a
 * file's again. */

enum { LOOK = 1 << 16 }; /* bytes in which a header is looked for */

/* A file on its way. */
struct part {
    uint64_t first_line;    /* lines of the whole text before it */
    uint64_t left_out;      /* lines of the file that did not go into the text */
    struct json_rows *json; /* NULL: it is CSV */
    char name[48];
};

struct csv_feed {
    struct source *source;
    const struct reading *reading;
    const struct progress *progress; /* of the call that reads */
    struct dict *columns;            /* of records in JSON, or of the header where several files
                                      * are read; NULL: not looked at */
    uint64_t order;                  /* of the names in the header */
    char delimiter;                  /* of the first header */
    char first_title[128];           /* of the file that it is from */
    struct part *parts;              /* (n_parts) the last is being read */
    size_t n_parts, parts_room;
    char *head; /* (LOOK) the beginning of a file, which was looked at: from `from` to `to` */
    size_t from, to;
    bool ended;
    /* Where several files are read: what went out. */
    uint64_t lines;
    char last;
};

static bool read_source(void *context, void *buffer, size_t size, size_t *got,
                        struct status *status)
{
    struct csv_feed *feed = context;
    return source_read(feed->source, buffer, size, got, feed->progress, status);
}

static bool is_one_of_many(const struct csv_feed *feed)
{
    return source_files(feed->source) > 1;
}

/* ---- the header of one of several files ---- */

struct header {
    struct csv_feed *feed;
    const struct layout *layout;
    bool first, seen;
    struct status *status;
};

static bool refuse_columns(const struct header *header, const char *problem, struct span name)
{
    char shown[64];
    return status_set(header->status, STATUS_INPUT,
                      "%s has other columns than %s: %s '%s'; files that are read as one table "
                      "must have the same",
                      source_file_title(header->feed->source), header->feed->first_title,
                      problem, printable(shown, sizeof shown, name));
}

/* A number for the order of names, which may be there more than once. */
static uint64_t order_of(const struct dict *columns, const struct line *line)
{
    uint64_t order = line->n_fields;
    for (size_t i = 0; i < line->n_fields; i++) {
        struct span name = column_names_trimmed(line->fields[i]);
        order = order * 1000003 + dict_find(columns, name.bytes, name.length);
    }
    return order;
}

/* Compares the names of a later file with those of the first. */
static bool compare_names(const struct header *header, const struct line *line)
{
    const struct dict *columns = header->feed->columns;
    const size_t n = dict_count(columns);
    for (size_t i = 0; i < line->n_fields; i++) {
        struct span name = column_names_trimmed(line->fields[i]);
        if (dict_find(columns, name.bytes, name.length) == DICT_NONE) {
            return refuse_columns(header, "only it has", name);
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        bool found = false;
        for (size_t j = 0; j < line->n_fields && !found; j++) {
            struct span name = column_names_trimmed(line->fields[j]);
            found = dict_find(columns, name.bytes, name.length) == i;
        }
        if (!found) {
            return refuse_columns(header, "it does not have", dict_get(columns, i));
        }
    }
    return order_of(columns, line) == header->feed->order ||
           refuse_columns(header, "they are in another order:", line->fields[0]);
}

static bool header_line(void *context, const struct line *line)
{
    struct header *header = context;
    header->seen = true;
    if (!header->first) {
        return compare_names(header, line);
    }
    for (size_t i = 0; i < line->n_fields; i++) {
        struct span name = column_names_trimmed(line->fields[i]);
        if (dict_add(header->feed->columns, name.bytes, name.length, header->status) ==
            DICT_NONE) {
            return false;
        }
    }
    header->feed->order = order_of(header->feed->columns, line);
    return true;
}

/* Reads the header's line, byte by byte because the parser cannot be stopped behind a row;
 * `*at` becomes the byte behind it. */
static bool read_names(struct header *header, size_t *at, uint64_t *lines)
{
    struct csv_feed *feed = header->feed;
    struct csv_text *text = csv_text_new(header->layout->delimiter, header->status);
    bool good = text != NULL;
    uint64_t open_line;
    for (; good && !header->seen && *at < feed->to; ++*at) {
        good = csv_text_feed(text, feed->head + *at, 1, header_line, header, header->status);
    }
    if (good && !header->seen) {
        good = csv_text_end(text, header_line, header, &open_line, header->status);
    }
    *lines = text != NULL ? csv_text_lines(text) : 0;
    csv_text_free(text);
    if (*at > 0 && *at < feed->to && feed->head[*at - 1] == '\r' && feed->head[*at] == '\n') {
        ++*at;
    }
    return good;
}

static bool refuse_file(const struct csv_feed *feed, const char *what, const char *other,
                        struct status *status)
{
    return status_set(status, STATUS_INPUT,
                      "%s %s, and %s %s; files that are read as one table must be alike",
                      source_file_title(feed->source), what, feed->first_title, other);
}

/* Learns the names from the first file, which goes out whole, or compares with them those of
 * another, whose header stays here. */
static bool look_at_header(struct csv_feed *feed, struct part *part, struct layout *layout,
                           struct status *status)
{
    struct header header = {
        .feed = feed, .layout = layout, .first = feed->columns == NULL, .status = status};
    size_t mark = text_byte_order_mark(feed->head, feed->to), at;
    uint64_t lines;
    if (!layout_look(layout, feed->head + mark, feed->to - mark, feed->to < LOOK,
                     feed->reading->delimiter, LAYOUT_HEADER_FIND, status)) {
        return false;
    }
    at = mark + layout->header_from;
    if (!header.first && !layout->has_header) {
        return refuse_file(feed, "has no header line", "has one", status);
    }
    if (!header.first && layout->delimiter != feed->delimiter) {
        char what[48], other[48];
        snprintf(what, sizeof what, "has %s between fields",
                 layout_delimiter_name(layout->delimiter));
        snprintf(other, sizeof other, "has %s", layout_delimiter_name(feed->delimiter));
        return refuse_file(feed, what, other, status);
    }
    if (header.first) {
        feed->delimiter = layout->delimiter;
        if ((feed->columns = dict_new(status)) == NULL) {
            return false;
        }
    }
    if (!read_names(&header, &at, &lines)) {
        return false;
    }
    if (!header.first) {
        feed->from = at;
        part->left_out = layout->header_line + lines;
    }
    return true;
}

/* ---- files ---- */

static bool is_blank(const char *bytes, size_t length)
{
    return strspn(bytes, " \t\r\n") >= length;
}

/* Reads what is looked at. */
static bool fill_head(struct csv_feed *feed, struct status *status)
{
    if (feed->head == NULL && (feed->head = mem_new(LOOK + 1, 1, "a reader", status)) == NULL) {
        return false;
    }
    size_t got = 1;
    for (feed->from = feed->to = 0; feed->to < LOOK && got > 0; feed->to += got) {
        if (!read_source(feed, feed->head + feed->to, LOOK - feed->to, &got, status)) {
            return false;
        }
    }
    feed->head[feed->to] = '\0';
    return true;
}

static bool begin_json(struct csv_feed *feed, struct part *part, struct status *status)
{
    struct json_input input = {read_source, feed, source_file_title(feed->source)};
    if (feed->columns != NULL && feed->parts[0].json == NULL) {
        return refuse_file(feed, "is JSON", "is not", status);
    }
    if (feed->columns == NULL && (feed->columns = dict_new(status)) == NULL) {
        return false;
    }
    part->json = json_rows_new(input, feed->columns, status);
    return part->json != NULL;
}

static bool begin_csv(struct csv_feed *feed, struct part *part, struct status *status)
{
    struct layout layout = {.delimiter = ','};
    if (feed->n_parts > 1 && feed->parts[0].json != NULL) {
        return refuse_file(feed, "is not JSON", "is", status);
    }
    if (!is_one_of_many(feed)) {
        return true;
    }
    if (!fill_head(feed, status)) {
        return false;
    }
    bool named = feed->reading->text[READING_HEADER] != NULL;
    if (named || is_blank(feed->head, feed->to)) {
        return true; /* all its lines are rows; or there is nothing */
    }
    bool good = look_at_header(feed, part, &layout, status);
    layout_clear(&layout);
    return good;
}

/* Begins with the file that the source stands at. */
static bool begin(struct csv_feed *feed, struct status *status)
{
    enum { ENOUGH = 4096 };
    const char *bytes;
    size_t length;
    if (!mem_grow(&feed->parts, &feed->parts_room, feed->n_parts + 1, sizeof *feed->parts,
                  "a reader", status) ||
        !source_peek(feed->source, ENOUGH, &bytes, &length, feed->progress, status)) {
        return false;
    }
    struct part *part = &feed->parts[feed->n_parts++];
    *part = (struct part){.first_line = feed->lines};
    const char *title = source_file_title(feed->source), *slash = strrchr(title, '/');
    snprintf(part->name, sizeof part->name, "%s", slash != NULL ? slash + 1 : title + 1);
    size_t end = strlen(part->name);
    part->name[end - (end > 0 && part->name[end - 1] == '\'')] = '\0';
    if (feed->columns == NULL) {
        snprintf(feed->first_title, sizeof feed->first_title, "%s", title);
    }
    return json_rows_recognise(bytes, length) ? begin_json(feed, part, status)
                                              : begin_csv(feed, part, status);
}

struct csv_feed *csv_feed_new(struct source *source, const struct reading *reading,
                              const struct progress *progress, struct status *status)
{
    struct csv_feed *feed = mem_zero(1, sizeof *feed, "a reader", status);
    if (feed == NULL) {
        return NULL;
    }
    feed->source = source;
    feed->reading = reading;
    feed->progress = progress;
    if (!begin(feed, status)) {
        csv_feed_free(feed);
        return NULL;
    }
    return feed;
}

void csv_feed_free(struct csv_feed *feed)
{
    if (feed != NULL) {
        for (size_t i = 0; i < feed->n_parts; i++) {
            json_rows_free(feed->parts[i].json);
        }
        free(feed->parts);
        free(feed->head);
        dict_free(feed->columns);
        free(feed);
    }
}

/* ---- reading ---- */

static bool read_part(struct csv_feed *feed, void *buffer, size_t size, size_t *got,
                      struct status *status)
{
    const struct part *part = &feed->parts[feed->n_parts - 1];
    if (part->json != NULL) {
        return json_rows_read(part->json, buffer, size, got, status);
    }
    size_t ready = feed->to - feed->from;
    if (ready == 0) {
        return read_source(feed, buffer, size, got, status);
    }
    *got = ready < size ? ready : size;
    memcpy(buffer, feed->head + feed->from, *got);
    feed->from += *got;
    return true;
}

/* Counts as the CSV reader does: CR LF ends one line. */
static void count_lines(struct csv_feed *feed, const char *bytes, size_t length)
{
    char last = feed->last;
    for (size_t i = 0; i < length; i++) {
        feed->lines += bytes[i] == '\r' || (bytes[i] == '\n' && last != '\r');
        last = bytes[i];
    }
    feed->last = last;
}

bool csv_feed_read(struct csv_feed *feed, void *buffer, size_t size, size_t *got,
                   const struct progress *progress, struct status *status)
{
    feed->progress = progress;
    if (!is_one_of_many(feed)) {
        return read_part(feed, buffer, size, got, status);
    }
    *got = 0;
    while (*got == 0 && !feed->ended && size > 0) {
        bool more;
        if (!read_part(feed, buffer, size, got, status)) {
            return false;
        }
        if (*got > 0) {
            break;
        }
        if (feed->last != '\n' && feed->last != '\r' && feed->last != '\0') {
            *(char *)buffer = '\n'; /* the last line of a file need not have an end */
            *got = 1;
            break;
        }
        if (feed->parts[feed->n_parts - 1].json != NULL) {
            json_rows_rest(feed->parts[feed->n_parts - 1].json);
        }
        if (!source_next(feed->source, &more, progress, status) ||
            (more && !begin(feed, status))) {
            return false;
        }
        feed->ended = !more;
    }
    count_lines(feed, buffer, *got);
    return true;
}

const char *csv_feed_title(const struct csv_feed *feed)
{
    return source_title(feed->source);
}

bool csv_feed_has_header(const struct csv_feed *feed)
{
    return feed->parts[0].json != NULL;
}

/* The part that a line of the text is in. */
static const struct part *part_of(const struct csv_feed *feed, uint64_t line)
{
    size_t k = feed->n_parts - 1;
    while (k > 0 && feed->parts[k].first_line >= line) {
        k--;
    }
    return &feed->parts[k];
}

void csv_feed_place(const struct csv_feed *feed, uint64_t *line, char *reason, size_t size)
{
    const struct part *part = part_of(feed, *line);
    *line -= part->first_line;
    if (part->json != NULL) {
        json_rows_place(part->json, line, reason, size);
    }
    *line += part->left_out;
    if (is_one_of_many(feed)) {
        char why[sizeof(((struct reject *)NULL)->reason)];
        snprintf(why, sizeof why, "%s", reason);
        snprintf(reason, size, "%s: %s", part->name, why);
    }
}

const char *csv_feed_kind(const struct csv_feed *feed)
{
    return feed->parts[0].json != NULL ? json_rows_kind(feed->parts[0].json) : NULL;
}

const char *csv_feed_unread(const struct csv_feed *feed)
{
    for (size_t i = 0; i < feed->n_parts; i++) {
        const struct json_rows *json = feed->parts[i].json;
        if (json != NULL && json_rows_unread(json)[0] != '\0') {
            return json_rows_unread(json);
        }
    }
    return NULL;
}
