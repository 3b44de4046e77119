/* Rows of the same bytes that an earlier reader saw otherwise.
 *
 * 1.0 knew one name each for the time and the account: a table with other names had neither,
 * and the content of its rows was of their values alone. It took Windows-1252 as it is. And
 * some values it read otherwise (an outcome of a log that it did not know, 1.234 with a dot
 * between thousands). Lines that it left out are rows now, never the other way round: the row
 * with the number r then is one of r to r + (rows now - rows then).
 */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/mem.h"
#include "base/text.h"
#include "review/store/content.h"
#include "table/input/decode.h"

enum {
    WITHOUT_TIME = 1, /* what was not seen */
    WITHOUT_USER = 2,
    WITHOUT_VALUES = 4, /* what is not looked at, as it may be another now */
    VIEWS = 8
};

struct sought {
    uint64_t content; /* by its view */
    unsigned view;
    uint32_t from, to; /* rows that it can be */
    uint32_t found, hits;
    size_t index; /* in the caller's list */
};

/* The hashes of all texts and profiles. */
struct hashes {
    uint64_t *times, *users, *profiles;
};

static int by_view_content_end(const void *a, const void *b)
{
    const struct sought *one = a, *two = b;
    if (one->view != two->view) {
        return (one->view > two->view) - (one->view < two->view);
    }
    if (one->content != two->content) {
        return one->content > two->content ? 1 : -1;
    }
    return (one->to > two->to) - (one->to < two->to);
}

/* Of the bytes that were in the file when `bytes` (of Windows-1252), else of the text that is
 * recorded. */
static bool hash_text(struct span text, bool bytes, uint64_t *hash, struct status *status)
{
    size_t n;
    char *copy = bytes ? mem_new(text.length, 1, "a text", status)
                       : text_utf8(text.bytes, text.length, status);
    if (copy == NULL) {
        return false;
    }
    if (!bytes) {
        *hash = XXH3_64bits(copy, strlen(copy));
    } else if (decode_back_to_1252(text.bytes, text.length, copy, &n)) {
        *hash = XXH3_64bits(copy, n);
    } else {
        *hash = XXH3_64bits(text.bytes, text.length);
    }
    free(copy);
    return true;
}

static uint64_t *hash_texts(const struct dict *dict, bool bytes, struct status *status)
{
    size_t n = dict != NULL ? dict_count(dict) : 0;
    uint64_t *hashes = mem_new(n, sizeof *hashes, "hashes", status);
    for (size_t i = 0; hashes != NULL && i < n; i++) {
        if (!hash_text(dict_get(dict, (uint32_t)i), bytes, &hashes[i], status)) {
            free(hashes);
            return NULL;
        }
    }
    return hashes;
}

static void hashes_free(struct hashes *hashes)
{
    free(hashes->times);
    free(hashes->users);
    free(hashes->profiles);
}

static bool hashes_make(struct hashes *hashes, const struct table *table, bool bytes,
                        struct status *status)
{
    *hashes = (struct hashes){hash_texts(table->times, bytes, status),
                              hash_texts(table->users, bytes, status),
                              mem_new(table->profiles.n, sizeof(uint64_t), "hashes", status)};
    if (hashes->times == NULL || hashes->users == NULL || hashes->profiles == NULL) {
        hashes_free(hashes);
        return false;
    }
    for (size_t i = 0; i < table->profiles.n; i++) {
        hashes->profiles[i] = content_profile(table, i);
    }
    return true;
}

static uint64_t content_seen(const struct table *table, const struct hashes *hashes, size_t row,
                             unsigned view)
{
    bool time = table->row_time != NULL && (view & WITHOUT_TIME) == 0;
    bool user = table->row_user != NULL && (view & WITHOUT_USER) == 0;
    return content_combine(
        time ? hashes->times[table->row_time[row]] : 0,
        user ? hashes->users[table->row_user[row]] : 0,
        (view & WITHOUT_VALUES) != 0 ? 0 : hashes->profiles[table->row_profile[row]]);
}

struct search {
    const struct table *table;
    struct sought *list; /* in order */
    size_t n;
    uint32_t widest; /* of the ranges */
};

static bool equal_rows(const struct table *table, uint32_t a, uint32_t b)
{
    return table->row_profile[a] == table->row_profile[b] &&
           (table->row_time == NULL || table->row_time[a] == table->row_time[b]) &&
           (table->row_user == NULL || table->row_user[a] == table->row_user[b]);
}

/* Row `row` of the table may be the one that these wait for. Of rows that are equal in all
 * parts the first is as good as any. */
static void offer(struct search *search, unsigned view, uint64_t content, uint32_t row)
{
    const struct sought key = {.view = view, .content = content, .to = row};
    size_t low = 0, high = search->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_view_content_end(&search->list[middle], &key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (size_t i = low; i < search->n; i++) {
        struct sought *one = &search->list[i];
        if (one->view != view || one->content != content || one->to - row > search->widest) {
            return;
        }
        if (row >= one->from &&
            (one->hits == 0 || !equal_rows(search->table, row, one->found))) {
            one->found = row;
            one->hits++;
        }
    }
}

static bool walk(const struct table *table, bool bytes, struct sought *list, size_t n,
                 struct status *status)
{
    struct search search = {table, list, n, 0};
    struct hashes hashes;
    bool used[VIEWS] = {false};
    if (!hashes_make(&hashes, table, bytes, status)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t width = list[i].to - list[i].from;
        search.widest = width > search.widest ? width : search.widest;
        used[list[i].view] = true;
    }
    qsort(list, n, sizeof *list, by_view_content_end);
    for (size_t row = 0; row < table->n_rows; row++) {
        for (unsigned view = 0; view < VIEWS; view++) {
            if (used[view]) {
                offer(&search, view, content_seen(table, &hashes, row, view), (uint32_t)row);
            }
        }
    }
    hashes_free(&hashes);
    return true;
}

static void range_of(const struct table *table, const struct row_recorded *wanted,
                     struct sought *to)
{
    size_t more = wanted->rows > 0 && wanted->rows <= table->n_rows
                      ? table->n_rows - (size_t)wanted->rows
                      : table->n_rows;
    to->from = wanted->row->row;
    to->to = more < UINT32_MAX - to->from ? to->from + (uint32_t)more : UINT32_MAX - 1;
}

/* What the row was without what was not seen of it. */
static bool seek_content(const struct row_recorded *wanted, struct sought *to)
{
    to->view = (wanted->row->dt == NULL ? WITHOUT_TIME : 0) |
               (wanted->row->user == NULL ? WITHOUT_USER : 0);
    to->content = wanted->row->content;
    return wanted->same_features;
}

/* Nothing to go by but its number: it stands when no line has become a row. */
static bool same_number(const struct table *table, const struct row_recorded *wanted)
{
    return !wanted->same_features && wanted->row->dt == NULL && wanted->row->user == NULL &&
           wanted->rows == table->n_rows && wanted->row->row < table->n_rows;
}

/* Time and account as they are recorded. */
static bool seek_names(const struct row_recorded *wanted, struct sought *to)
{
    const struct entry_row *row = wanted->row;
    if (row->dt == NULL || row->user == NULL) {
        return false;
    }
    to->view = WITHOUT_VALUES;
    to->content = content_combine(XXH3_64bits(row->dt, strlen(row->dt)),
                                  XXH3_64bits(row->user, strlen(row->user)), 0);
    return true;
}

static bool seek(const struct table *table, bool by_names, struct sought *sought,
                 struct row_recorded *list, size_t n, struct status *status)
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        struct sought one = {.index = i, .found = UINT32_MAX};
        if (list[i].found == UINT32_MAX && list[i].row->row != UINT32_MAX &&
            (by_names ? seek_names(&list[i], &one) : seek_content(&list[i], &one))) {
            range_of(table, &list[i], &one);
            sought[used++] = one;
        }
    }
    bool good = used == 0 || walk(table, !by_names, sought, used, status);
    for (size_t i = 0; good && i < used; i++) {
        if (sought[i].hits == 1) {
            list[sought[i].index].found = sought[i].found;
        }
    }
    return good;
}

bool content_find_earlier(const void *source, struct row_recorded *list, size_t n,
                          struct status *status)
{
    const struct table *table = source;
    struct sought *sought = mem_new(n, sizeof *sought, "rows to find", status);
    for (size_t i = 0; i < n; i++) {
        list[i].found = same_number(table, &list[i]) ? list[i].row->row : UINT32_MAX;
    }
    bool good = sought != NULL && seek(table, false, sought, list, n, status) &&
                seek(table, true, sought, list, n, status);
    free(sought);
    return good;
}
