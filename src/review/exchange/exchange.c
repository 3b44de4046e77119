#include "review/exchange/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "base/infile.h"
#include "base/mem.h"
#include "review/exchange/exchange_internal.h"
#include "table/input/source.h"

enum exchange_format exchange_format_of(const char *path)
{
    size_t length = strlen(path);
    bool csv = length >= 4 && strcmp(path + length - 4, ".csv") == 0;
    return csv ? EXCHANGE_CSV : EXCHANGE_JSON;
}

bool exchange_write(const struct history *history, const struct review_dataset *dataset,
                    bool unsaved, enum exchange_format format, const char *path,
                    struct status *status)
{
    size_t n = history_count(history);
    size_t first = unsaved ? n - history_unsaved(history) : 0;
    struct outfile *file =
        unsaved ? outfile_open_new(path, status) : outfile_open(path, status);
    if (file == NULL) {
        return false;
    }
    bool good = format == EXCHANGE_CSV
                    ? exchange_put_csv(file, history, dataset, first, status)
                    : exchange_put_json(file, history, dataset, first, status);
    if (!good) {
        outfile_abandon(file);
        return false;
    }
    return outfile_commit(file, status);
}

void exchange_clear(struct exchange *exchange)
{
    for (size_t i = 0; i < exchange->n; i++) {
        entry_free(exchange->entries[i]);
    }
    free(exchange->entries);
    free(exchange->dataset.hash);
    free(exchange->dataset.name);
    free(exchange->dataset.features);
    *exchange = (struct exchange){0};
}

bool exchange_add(struct exchange *exchange, struct entry *take_entry, struct status *status)
{
    if (!mem_grow(&exchange->entries, &exchange->capacity, exchange->n + 1,
                  sizeof *exchange->entries, "entries", status)) {
        entry_free(take_entry);
        return false;
    }
    exchange->entries[exchange->n++] = take_entry;
    return true;
}

bool exchange_content(const char *text, uint64_t *content)
{
    if (strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16) {
        return false;
    }
    *content = strtoull(text, NULL, 16);
    return true;
}

bool exchange_uid(const char *text, size_t length, char uid[ENTRY_UID])
{
    uid[0] = '\0';
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '!' || text[i] > '~') {
            return false;
        }
    }
    if (length >= ENTRY_UID) {
        return false;
    }
    memcpy(uid, text, length);
    uid[length] = '\0';
    return true;
}

struct placed {
    const char *uid;
    size_t index;
};

static int by_uid(const void *a, const void *b)
{
    const struct placed *one = a, *two = b;
    int order = strcmp(one->uid, two->uid);
    return order != 0 ? order : (one->index > two->index) - (one->index < two->index);
}

/* A uid names one entry: the first that has it. A store holds no second one, and in CSV its
 * rows would be taken for rows of the first. */
static bool leave_out_repeated(struct exchange *exchange, struct status *status)
{
    struct placed *list = mem_new(exchange->n, sizeof *list, "entries", status);
    if (list == NULL) {
        return false;
    }
    for (size_t i = 0; i < exchange->n; i++) {
        list[i] = (struct placed){exchange->entries[i]->uid, i};
    }
    if (exchange->n > 1) {
        qsort(list, exchange->n, sizeof *list, by_uid);
    }
    const struct entry *first = NULL;
    for (size_t i = 0; i < exchange->n; i++) {
        struct entry **entry = &exchange->entries[list[i].index];
        if (first != NULL && strcmp(first->uid, (*entry)->uid) == 0) {
            entry_free(*entry);
            *entry = NULL;
            exchange->repeated++;
        } else {
            first = *entry;
        }
    }
    free(list);
    size_t kept = 0;
    for (size_t i = 0; i < exchange->n; i++) {
        if (exchange->entries[i] != NULL) {
            exchange->entries[kept++] = exchange->entries[i];
        }
    }
    exchange->n = kept;
    return true;
}

bool exchange_parse(const char *bytes, size_t length, struct exchange *exchange,
                    struct status *status)
{
    size_t first = 0;
    *exchange = (struct exchange){0};
    while (first < length && strchr(" \t\r\n", bytes[first]) != NULL && bytes[first] != '\0') {
        first++;
    }
    bool json = first < length && bytes[first] == '{';
    bool good = json ? exchange_get_json(bytes, length, exchange, status)
                     : exchange_get_csv(bytes, length, exchange, status);
    for (size_t i = 0; good && i < exchange->n; i++) {
        good = entry_check(exchange->entries[i], status);
    }
    good = good && leave_out_repeated(exchange, status);
    if (good && (exchange->dataset.hash == NULL || exchange->dataset.name == NULL ||
                 exchange->dataset.features == NULL)) {
        good = status_set(status, STATUS_INPUT, "the review does not say which file it is of");
    }
    if (!good) {
        exchange_clear(exchange);
    }
    return good;
}

bool exchange_load(const char *path, char **text, size_t *size, struct status *status)
{
    enum { BLOCK = 1 << 16 };
    bool readable = strcmp(path, "-") == 0 || infile_check_text(path, status);
    struct source *source = readable ? source_open(path, NULL, status) : NULL;
    char *bytes = NULL;
    size_t length = 0, capacity = 0, got = 1;
    bool good = source != NULL;
    while (good && got > 0) {
        good = mem_grow(&bytes, &capacity, length + BLOCK, 1, "a review", status) &&
               source_read(source, bytes + length, BLOCK, &got, NULL, status);
        /* Before it fills the memory: a device has no end. */
        good = good && (memchr(bytes + length, '\0', got) == NULL ||
                        status_set(status, STATUS_INPUT,
                                   "'%s' is a binary file, and no exported review", path));
        length += good ? got : 0;
    }
    if (source != NULL) {
        source_close(source);
    }
    if (!good) {
        free(bytes);
        bytes = NULL;
    }
    *text = bytes;
    *size = length;
    return good;
}

bool exchange_read(const char *path, struct exchange *exchange, struct status *status)
{
    char *bytes = NULL;
    size_t length = 0;
    *exchange = (struct exchange){0};
    bool good = exchange_load(path, &bytes, &length, status) &&
                exchange_parse(bytes, length, exchange, status);
    free(bytes);
    return good;
}

bool exchange_keep(struct exchange *exchange, const struct row_source *source,
                   bool same_features, struct settled *settled, struct status *status)
{
    struct place_recorded *place = mem_new(exchange->n, sizeof *place, "entries", status);
    bool good = place != NULL;
    *settled = (struct settled){.moved = 0};
    for (size_t i = 0; good && i < exchange->n; i++) {
        place[i].how = same_features ? RECORDED_HERE : RECORDED_FEATURES;
        place[i].rows = exchange->dataset.rows;
    }
    good = good && settle_rows(exchange->entries, place, exchange->n, source, settled, status);
    free(place);
    size_t kept = 0;
    for (size_t i = 0; good && i < exchange->n; i++) {
        struct entry *entry = exchange->entries[i];
        bool back = entry->kind == ENTRY_UNDO || entry->kind == ENTRY_REDO;
        if (entry->n_rows == 0 && !back) {
            entry_free(entry);
        } else {
            exchange->entries[kept++] = entry;
        }
    }
    exchange->n = good ? kept : exchange->n;
    return good;
}

struct history *exchange_history(const struct exchange *exchange, struct status *status)
{
    struct history *history = history_new(status);
    struct entry **copies =
        history != NULL ? mem_new(exchange->n, sizeof(struct entry *), "entries", status)
                        : NULL;
    bool good = copies != NULL;
    size_t n = 0;
    while (good && n < exchange->n) {
        copies[n] = entry_copy(exchange->entries[n], status);
        good = copies[n] != NULL;
        if (good) { /* in the order of the file, so that the latest note is the latest */
            copies[n]->number = n + 1;
            n++;
        }
    }
    if (good) {
        good = history_add(history, copies, n, status);
    } else {
        while (n > 0) {
            entry_free(copies[--n]);
        }
    }
    free(copies);
    if (!good) {
        history_free(history);
        return NULL;
    }
    return history;
}
