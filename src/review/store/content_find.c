/* Rows found by what they hold: which of the equal ones a row is, and where such a one is now.
 */
#include <stdlib.h>
#include <xxhash.h>

#include "base/mem.h"
#include "review/store/content.h"

enum { SIEVE = 1 << 16 }; /* most rows are turned away by one bit of their content */

/* -- occurrences: rows of one table are equal when their numbers of time, user and profile are
 * -- */

struct counted {
    uint32_t profile, time, user, row;
    size_t index; /* in the caller's list */
    /* of the first of its content: */
    uint32_t seen;
    size_t next; /* the one that waits for its row */
};

static int compare(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int by_parts(const struct counted *one, const struct counted *two)
{
    int order = compare(one->profile, two->profile);
    order = order != 0 ? order : compare(one->time, two->time);
    return order != 0 ? order : compare(one->user, two->user);
}

static int by_parts_and_row(const void *a, const void *b)
{
    const struct counted *one = a, *two = b;
    int order = by_parts(one, two);
    return order != 0 ? order : compare(one->row, two->row);
}

static struct counted parts_of(const struct table *table, uint32_t row)
{
    return (struct counted){.profile = table->row_profile[row],
                            .time = table->row_time != NULL ? table->row_time[row] : 0,
                            .user = table->row_user != NULL ? table->row_user[row] : 0,
                            .row = row};
}

/* One more row of the table, which may be like some of the list. */
static void count_row(struct counted *list, size_t n, const struct counted *row,
                      struct entry_row *rows)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_parts(&list[middle], row) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == n || by_parts(&list[low], row) != 0) {
        return;
    }
    struct counted *first = &list[low];
    first->seen++;
    size_t next = low + first->next;
    if (next < n && by_parts(&list[next], row) == 0 && list[next].row == row->row) {
        rows[list[next].index].occurrence = first->seen;
        first->next++;
    }
}

/* Which of its content one row is: a verdict waits for this, so that blocks without its profile
 * are passed over at the speed of memory. */
static uint32_t count_one(const struct table *table, const struct counted *one)
{
    enum { BLOCK = 256 };
    const uint32_t *profile = table->row_profile;
    uint32_t count = 0;
    for (size_t from = 0; from <= one->row; from += BLOCK) {
        size_t to = one->row - from < BLOCK ? (size_t)one->row + 1 : from + BLOCK;
        uint32_t any = to - from < BLOCK;
        if (any == 0) {
            for (size_t i = 0; i < BLOCK; i++) {
                any |= profile[from + i] == one->profile;
            }
        }
        for (size_t i = from; any != 0 && i < to; i++) {
            struct counted row = parts_of(table, (uint32_t)i);
            count += by_parts(&row, one) == 0;
        }
    }
    return count;
}

bool content_occurrences(const void *source, struct entry_row *rows, size_t n,
                         struct status *status)
{
    const struct table *table = source;
    struct counted *list = mem_new(n, sizeof *list, "rows to count", status);
    unsigned char *sieve = mem_zero(SIEVE, 1, "rows to count", status);
    if (list == NULL || sieve == NULL) {
        free(list);
        free(sieve);
        return false;
    }
    size_t used = 0, last = 0;
    for (size_t i = 0; i < n; i++) {
        struct counted one = parts_of(table, rows[i].row);
        rows[i].occurrence = 1;
        if (table->profiles.copies[one.profile] > 1) {
            one.index = i;
            list[used++] = one;
            sieve[one.profile % SIEVE] = 1;
            last = rows[i].row > last ? rows[i].row : last;
        }
    }
    if (used > 1) {
        qsort(list, used, sizeof *list, by_parts_and_row);
    }
    if (used == 1) {
        rows[list[0].index].occurrence = count_one(table, &list[0]);
    }
    for (size_t row = 0; used > 1 && row <= last; row++) {
        if (sieve[table->row_profile[row] % SIEVE] != 0) {
            struct counted one = parts_of(table, (uint32_t)row);
            count_row(list, used, &one, rows);
        }
    }
    free(list);
    free(sieve);
    return true;
}

/* -- finding -- */

struct sought {
    uint64_t content;
    uint32_t row, occurrence;
    size_t index; /* in the caller's list */
    /* of the first of its content: */
    uint32_t seen;
    size_t next;
};

static int by_content(const struct sought *one, const struct sought *two)
{
    return (one->content > two->content) - (one->content < two->content);
}

static int by_content_and_row(const void *a, const void *b)
{
    const struct sought *one = a, *two = b;
    int order = by_content(one, two);
    return order != 0 ? order : compare(one->row, two->row);
}

static int by_content_and_occurrence(const void *a, const void *b)
{
    const struct sought *one = a, *two = b;
    int order = by_content(one, two);
    return order != 0 ? order : compare(one->occurrence, two->occurrence);
}

/* In the order to be found; where no occurrence is recorded, the order of the rows stands for
 * it. */
static struct sought *sought_rows(const struct row_wanted *wanted, size_t n,
                                  struct status *status)
{
    struct sought *list = mem_new(n, sizeof *list, "rows to find", status);
    if (list == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        list[i] = (struct sought){.content = wanted[i].content,
                                  .row = wanted[i].row,
                                  .occurrence = wanted[i].occurrence,
                                  .index = i};
    }
    if (n > 1) {
        qsort(list, n, sizeof *list, by_content_and_row);
    }
    uint32_t nth = 0;
    for (size_t i = 0; i < n; i++) {
        bool same = i > 0 && by_content(&list[i - 1], &list[i]) == 0;
        nth = !same ? 1 : list[i - 1].row == list[i].row ? nth : nth + 1;
        list[i].occurrence = list[i].occurrence > 0 ? list[i].occurrence : nth;
    }
    if (n > 1) {
        qsort(list, n, sizeof *list, by_content_and_occurrence);
    }
    return list;
}

/* Row `row` of the table is the next of its content: it is given to those that wait for that.
 */
static void offer(struct sought *list, size_t n, uint64_t content, uint32_t row,
                  struct row_wanted *wanted)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list[middle].content < content) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == n || list[low].content != content) {
        return;
    }
    struct sought *first = &list[low];
    first->seen++;
    for (size_t i = low + first->next;
         i < n && list[i].content == content && list[i].occurrence == first->seen; i++) {
        wanted[list[i].index].found = row;
        first->next++;
    }
}

/* The hashes of all times, users and profiles: a row's content is then one short hash. */
struct parts {
    uint64_t *times, *users, *profiles;
};

static uint64_t *text_hashes(const struct dict *dict, struct status *status)
{
    size_t n = dict != NULL ? dict_count(dict) : 0;
    uint64_t *hashes = mem_new(n, sizeof *hashes, "hashes", status);
    for (size_t i = 0; hashes != NULL && i < n; i++) {
        struct span text = dict_get(dict, (uint32_t)i);
        hashes[i] = XXH3_64bits(text.bytes, text.length);
    }
    return hashes;
}

bool content_find(const void *source, struct row_wanted *wanted, size_t n,
                  struct status *status)
{
    const struct table *table = source;
    struct sought *list = sought_rows(wanted, n, status);
    struct parts parts = {text_hashes(table->times, status), text_hashes(table->users, status),
                          mem_new(table->profiles.n, sizeof(uint64_t), "hashes", status)};
    unsigned char *sieve = mem_zero(SIEVE, 1, "hashes", status);
    bool good = list != NULL && parts.times != NULL && parts.users != NULL &&
                parts.profiles != NULL && sieve != NULL;
    for (size_t i = 0; good && i < table->profiles.n; i++) {
        parts.profiles[i] = content_profile(table, i);
    }
    for (size_t i = 0; good && i < n; i++) {
        sieve[wanted[i].content % SIEVE] = 1;
        wanted[i].found = UINT32_MAX;
    }
    for (size_t row = 0; good && n > 0 && row < table->n_rows; row++) {
        uint64_t content =
            content_combine(table->row_time != NULL ? parts.times[table->row_time[row]] : 0,
                            table->row_user != NULL ? parts.users[table->row_user[row]] : 0,
                            parts.profiles[table->row_profile[row]]);
        if (sieve[content % SIEVE] != 0) {
            offer(list, n, content, (uint32_t)row, wanted);
        }
    }
    free(list);
    free(parts.times);
    free(parts.users);
    free(parts.profiles);
    free(sieve);
    return good;
}
