/* A review as CSV: one line for each row of an entry, one for an undo or redo. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/double_text.h"
#include "base/format.h"
#include "base/mem.h"
#include "base/quote.h"
#include "base/text.h"
#include "review/exchange/exchange_internal.h"
#include "table/csv/csv_records.h"

/* The columns, in the order written; read in any order. `at` is for people only. */
#define COLUMNS(X)                                                                             \
    X(uid)                                                                                     \
    X(kind)                                                                                    \
    X(reviewer)                                                                                \
    X(at)                                                                                      \
    X(verdict)                                                                                 \
    X(note)                                                                                    \
    X(row_id)                                                                                  \
    X(dt)                                                                                      \
    X(src_user)                                                                                \
    X(rank) X(seconds) X(detector) X(queue) X(role) X(blind) X(k) X(at_ms) X(target) X(origin) \
        X(content) X(dataset_hash) X(dataset_name) X(features) X(dataset_bytes)                \
            X(dataset_rows) X(reason) X(episode) X(suggestion) X(occurrence)

enum column {
#define X(name) COLUMN_##name,
    COLUMNS(X)
#undef X
        COLUMN_COUNT
};

static const char *const names[COLUMN_COUNT] = {
#define X(name) #name,
    COLUMNS(X)
#undef X
};

/* -- out -- */

static void put_field(struct outfile *file, enum column column, const char *text)
{
    if (column > 0) {
        outfile_write(file, ",", 1);
    }
    if (text != NULL) {
        quote_csv_write(file, text, strlen(text));
    }
}

static void put_count(struct outfile *file, enum column column, uint64_t count, bool known)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, count);
    put_field(file, column, known ? text : NULL);
}

static void put_when(struct outfile *file, int64_t at_ms)
{
    enum { DAY = 86400 };
    char text[80];
    int64_t seconds = at_ms / 1000 - (at_ms % 1000 < 0);
    int64_t day = seconds / DAY - (seconds % DAY < 0), rest = seconds - day * DAY;
    struct civil_date date = format_civil(day);
    snprintf(text, sizeof text, "%" PRId64 "-%02u-%02uT%02d:%02d:%02dZ", date.year, date.month,
             date.day, (int)rest / 3600, (int)rest / 60 % 60, (int)rest % 60);
    put_field(file, COLUMN_at, text);
}

static void put_line(struct outfile *file, const struct entry *entry,
                     const struct entry_row *row, const struct review_dataset *dataset)
{
    char at_ms[32], seconds[DOUBLE_TEXT], content[17];
    snprintf(at_ms, sizeof at_ms, "%" PRId64, entry->at_ms);
    double_text_write(entry->seconds, seconds);
    snprintf(content, sizeof content, "%016" PRIx64, row != NULL ? row->content : 0);
    put_field(file, COLUMN_uid, entry->uid);
    put_field(file, COLUMN_kind, entry_kind_name(entry->kind));
    put_field(file, COLUMN_reviewer, entry->reviewer);
    put_when(file, entry->at_ms);
    put_field(file, COLUMN_verdict,
              entry->kind == ENTRY_VERDICT ? verdict_name(entry->verdict) : NULL);
    put_field(file, COLUMN_note, entry->note);
    put_count(file, COLUMN_row_id, row != NULL ? row->row : 0, row != NULL);
    put_field(file, COLUMN_dt, row != NULL ? row->dt : NULL);
    put_field(file, COLUMN_src_user, row != NULL ? row->user : NULL);
    put_count(file, COLUMN_rank, row != NULL ? row->rank : 0, row != NULL && row->rank > 0);
    put_field(file, COLUMN_seconds, isfinite(entry->seconds) ? seconds : NULL);
    put_field(file, COLUMN_detector, entry->detector);
    put_field(file, COLUMN_queue, entry->queue);
    put_field(file, COLUMN_role, entry_role_name(entry->role));
    put_count(file, COLUMN_blind, entry->blind, true);
    put_count(file, COLUMN_k, entry->k, entry->k > 0);
    put_field(file, COLUMN_at_ms, at_ms);
    put_field(file, COLUMN_target, entry->target);
    put_field(file, COLUMN_origin, entry->origin);
    put_field(file, COLUMN_content, row != NULL ? content : NULL);
    put_field(file, COLUMN_dataset_hash, dataset->hash);
    put_field(file, COLUMN_dataset_name, dataset->name);
    put_field(file, COLUMN_features, dataset->features);
    put_count(file, COLUMN_dataset_bytes, dataset->bytes, true);
    put_count(file, COLUMN_dataset_rows, dataset->rows, true);
    put_field(file, COLUMN_reason, entry->reason);
    put_field(file, COLUMN_episode, entry->episode);
    put_field(file, COLUMN_suggestion, entry->suggestion);
    put_count(file, COLUMN_occurrence, row != NULL ? row->occurrence : 0,
              row != NULL && row->occurrence > 0);
    outfile_write(file, "\n", 1);
}

bool exchange_put_csv(struct outfile *file, const struct history *history,
                      const struct review_dataset *dataset, size_t first, struct status *status)
{
    (void)status;
    for (unsigned i = 0; i < COLUMN_COUNT; i++) {
        put_field(file, (enum column)i, names[i]);
    }
    outfile_write(file, "\n", 1);
    for (size_t i = first; i < history_count(history); i++) {
        const struct entry *entry = history_entry(history, i);
        for (size_t j = 0; j < entry->n_rows; j++) {
            put_line(file, entry, &entry->rows[j], dataset);
        }
        if (entry->n_rows == 0) {
            put_line(file, entry, NULL, dataset);
        }
    }
    return true; /* outfile_commit() reports what failed */
}

/* -- in -- */

struct reading {
    struct exchange *exchange;
    size_t n_fields;         /* of the header; 0 before it was read */
    size_t at[COLUMN_COUNT]; /* the field of each column, SIZE_MAX: not there */
    size_t row_capacity;     /* of the last entry */
    const struct line *line;
    bool good;
    struct status *status;
};

static bool wrong(struct reading *r, const char *what)
{
    r->good = false;
    return status_set(r->status, STATUS_INPUT, "line %llu of the review: %s",
                      (unsigned long long)r->line->number + 1, what);
}

static struct span field(const struct reading *r, enum column column)
{
    return r->at[column] == SIZE_MAX ? (struct span){"", 0} : r->line->fields[r->at[column]];
}

/* A copy of a field; an empty one is NULL. */
static char *text_of(struct reading *r, enum column column)
{
    struct span span = field(r, column);
    if (span.length == 0) {
        return NULL;
    }
    char *text = text_utf8(span.bytes, span.length, r->status);
    r->good = r->good && text != NULL;
    return text;
}

/* A field of at most 32 bytes as a word. */
struct word {
    char text[33];
};

static struct word word_of(const struct reading *r, enum column column)
{
    struct span span = field(r, column);
    struct word word = {""};
    if (span.length < sizeof word.text) {
        memcpy(word.text, span.bytes, span.length);
    }
    return word;
}

/* A whole number in least .. most; empty is 0. */
static int64_t number_of(struct reading *r, enum column column, int64_t least, int64_t most)
{
    struct word word = word_of(r, column);
    if (field(r, column).length == 0) {
        return 0;
    }
    char *end = NULL;
    errno = 0;
    long long value = strtoll(word.text, &end, 10);
    if (word.text[0] == '\0' || *end != '\0' || errno != 0 || value < least || value > most) {
        wrong(r, "a number cannot be read");
        return 0;
    }
    return value;
}

static bool read_header(struct reading *r)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        r->at[i] = SIZE_MAX;
        for (size_t j = 0; j < r->line->n_fields; j++) {
            struct span span = r->line->fields[j];
            if (span.length == strlen(names[i]) &&
                memcmp(span.bytes, names[i], span.length) == 0) {
                r->at[i] = j;
            }
        }
    }
    static const enum column needed[] = {COLUMN_uid,     COLUMN_kind,        COLUMN_reviewer,
                                         COLUMN_verdict, COLUMN_row_id,      COLUMN_at_ms,
                                         COLUMN_content, COLUMN_dataset_hash};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (r->at[needed[i]] == SIZE_MAX) {
            r->good = false;
            return status_set(r->status, STATUS_INPUT,
                              "this is no exported review: it has no column %s",
                              names[needed[i]]);
        }
    }
    r->n_fields = r->line->n_fields;
    return true;
}

/* All lines are of one dataset; the first says which. */
static bool read_dataset(struct reading *r)
{
    struct review_dataset *dataset = &r->exchange->dataset;
    struct span hash = field(r, COLUMN_dataset_hash);
    if (dataset->hash == NULL) {
        struct span name = field(r, COLUMN_dataset_name), features = field(r, COLUMN_features);
        dataset->hash = text_utf8(hash.bytes, hash.length, r->status);
        dataset->name = text_utf8(name.bytes, name.length, r->status);
        dataset->features = text_utf8(features.bytes, features.length, r->status);
        dataset->bytes = (uint64_t)number_of(r, COLUMN_dataset_bytes, 0, EXCHANGE_MOST);
        dataset->rows = (uint64_t)number_of(r, COLUMN_dataset_rows, 0, EXCHANGE_MOST);
        return r->good && dataset->hash != NULL && dataset->name != NULL &&
               dataset->features != NULL;
    }
    return (hash.length == strlen(dataset->hash) &&
            memcmp(hash.bytes, dataset->hash, hash.length) == 0) ||
           wrong(r, "it is of another file than the lines before");
}

static void read_uid(struct reading *r, enum column column, char uid[ENTRY_UID])
{
    struct span span = field(r, column);
    if (!exchange_uid(span.bytes, span.length, uid)) {
        wrong(r, "its uid, target or origin is none");
    }
}

static void read_values(struct reading *r, struct entry *entry)
{
    struct word seconds = word_of(r, COLUMN_seconds);
    struct word verdict = word_of(r, COLUMN_verdict), role = word_of(r, COLUMN_role);
    read_uid(r, COLUMN_uid, entry->uid);
    read_uid(r, COLUMN_target, entry->target);
    read_uid(r, COLUMN_origin, entry->origin);
    entry->kind = entry_kind_parse(word_of(r, COLUMN_kind).text);
    entry->role = role.text[0] != '\0' ? entry_role_parse(role.text) : ROLE_LIST;
    entry->verdict = verdict.text[0] != '\0' ? verdict_parse(verdict.text) : VERDICT_NONE;
    entry->at_ms = number_of(r, COLUMN_at_ms, -EXCHANGE_MOST, EXCHANGE_MOST);
    entry->blind = number_of(r, COLUMN_blind, 0, 1) != 0;
    entry->k = (uint32_t)number_of(r, COLUMN_k, 0, UINT32_MAX);
    if (seconds.text[0] != '\0') {
        char *end = NULL;
        entry->seconds = strtod(seconds.text, &end);
        if (*end != '\0' || !isfinite(entry->seconds)) {
            wrong(r, "its seconds cannot be read");
        }
    }
    if (entry->kind >= ENTRY_KINDS || entry->role >= ENTRY_ROLES) {
        wrong(r, "its kind or role is none that is known");
    }
}

static struct entry *read_entry(struct reading *r)
{
    struct entry *entry = entry_new(0, r->status);
    if (entry == NULL) {
        return NULL;
    }
    read_values(r, entry);
    entry->reviewer = text_of(r, COLUMN_reviewer);
    entry->detector = text_of(r, COLUMN_detector);
    entry->queue = text_of(r, COLUMN_queue);
    entry->reason = text_of(r, COLUMN_reason);
    entry->episode = text_of(r, COLUMN_episode);
    entry->suggestion = text_of(r, COLUMN_suggestion);
    if (entry->kind == ENTRY_REASON && entry->reason == NULL) { /* it removes one */
        entry->reason = text_utf8("", 0, r->status);
        r->good = r->good && entry->reason != NULL;
    }
    if (entry->kind == ENTRY_NOTE) { /* an empty note is a note: it removes one */
        struct span note = field(r, COLUMN_note);
        entry->note = text_utf8(note.bytes, note.length, r->status);
        r->good = r->good && entry->note != NULL;
    }
    if (!r->good) {
        entry_free(entry);
        return NULL;
    }
    return entry;
}

static bool read_row(struct reading *r, struct entry *entry)
{
    if (!mem_grow(&entry->rows, &r->row_capacity, entry->n_rows + 1, sizeof *entry->rows,
                  "rows", r->status)) {
        return false;
    }
    struct entry_row *row = &entry->rows[entry->n_rows];
    *row = (struct entry_row){0};
    row->row = (uint32_t)number_of(r, COLUMN_row_id, 0, (int64_t)UINT32_MAX - 1);
    row->rank = (uint32_t)number_of(r, COLUMN_rank, 0, UINT32_MAX);
    row->occurrence = (uint32_t)number_of(r, COLUMN_occurrence, 0, UINT32_MAX);
    if (!r->good || !exchange_content(word_of(r, COLUMN_content).text, &row->content)) {
        return r->good ? wrong(r, "its content is not 16 hexadecimal digits") : false;
    }
    row->dt = text_of(r, COLUMN_dt);
    row->user = text_of(r, COLUMN_src_user);
    entry->n_rows++;
    return r->good;
}

/* Whether two lines of one uid say the same of their entry: then the second is one more row of
 * it. Where they do not, it is another entry, whose uid is taken. */
static bool same_words(const struct entry *one, const struct entry *two)
{
    struct entry without_rows = *one;
    without_rows.n_rows = 0;
    return entry_same(&without_rows, two);
}

/* A line with the uid of the line before is one more row of that entry. */
static bool read_line(void *context, const struct line *line)
{
    struct reading *r = context;
    r->line = line;
    if (r->n_fields == 0) {
        return read_header(r);
    }
    if (line->n_fields != r->n_fields) {
        return wrong(r, "it has another number of fields");
    }
    struct exchange *exchange = r->exchange;
    struct word uid = word_of(r, COLUMN_uid);
    if (!read_dataset(r)) {
        return false;
    }
    const struct entry *last = exchange->n > 0 ? exchange->entries[exchange->n - 1] : NULL;
    struct entry *entry = read_entry(r);
    if (entry == NULL) {
        return false;
    }
    if (last != NULL && strcmp(last->uid, uid.text) == 0 && same_words(last, entry)) {
        entry_free(entry);
    } else {
        r->row_capacity = 0;
        if (!exchange_add(exchange, entry, r->status)) {
            return false;
        }
    }
    return field(r, COLUMN_row_id).length == 0 ||
           read_row(r, exchange->entries[exchange->n - 1]);
}

bool exchange_get_csv(const char *bytes, size_t length, struct exchange *exchange,
                      struct status *status)
{
    struct reading reading = {.exchange = exchange, .good = true, .status = status};
    if (!csv_records_bytes(bytes, length, "the review", read_line, &reading, status)) {
        return false;
    }
    return reading.n_fields > 0 ||
           status_set(status, STATUS_INPUT, "the review is an empty file");
}
