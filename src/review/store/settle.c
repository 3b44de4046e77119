#include "review/store/settle.h"

#include <stdlib.h>

#include "base/mem.h"

/* A row that is to be looked up. */
struct unsettled {
    size_t entry, row;
    bool fits; /* its number is right as far as one can see */
};

struct settling {
    struct entry *const *entries;
    const struct place_recorded *place;
    const struct row_source *source;
    struct unsettled *list; /* by content */
    size_t n, capacity;
    bool any;               /* there is one that does not fit */
    struct unsettled *left; /* by what an earlier reader saw */
    size_t n_left, left_capacity;
};

/* Nothing else marks a row that goes: no row has this number. */
static void lose(struct entry_row *row)
{
    row->row = UINT32_MAX;
}

/* What is in these bytes, but not by content. */
static bool leave(struct settling *s, struct unsettled row, struct status *status)
{
    if (s->source->find_earlier == NULL || s->place[row.entry].how == RECORDED_EARLIER ||
        s->place[row.entry].how == RECORDED_UNKNOWN) {
        lose(&s->entries[row.entry]->rows[row.row]);
        return true;
    }
    if (!mem_grow(&s->left, &s->left_capacity, s->n_left + 1, sizeof *s->left, "rows to find",
                  status)) {
        return false;
    }
    s->left[s->n_left++] = row;
    return true;
}

/* Looks at one row: it stays, goes, or is to be looked up. */
static bool look_at(struct settling *s, size_t entry, size_t at, struct status *status)
{
    struct entry_row *row = &s->entries[entry]->rows[at];
    enum recorded how = s->place[entry].how;
    bool here = how == RECORDED_HERE || how == RECORDED_FEATURES;
    bool fits = here && row->row != UINT32_MAX &&
                (s->source->accepts == NULL ||
                 s->source->accepts(s->source->table, row, how == RECORDED_HERE));
    bool findable =
        s->source->find != NULL && (how == RECORDED_HERE || how == RECORDED_EARLIER);
    if (!findable) {
        return fits || leave(s, (struct unsettled){entry, at, fits}, status);
    }
    if (!mem_grow(&s->list, &s->capacity, s->n + 1, sizeof *s->list, "rows to find", status)) {
        return false;
    }
    s->list[s->n++] = (struct unsettled){entry, at, fits};
    s->any = s->any || !fits;
    return true;
}

static int by_content(const void *a, const void *b)
{
    const uint64_t *one = a, *two = b;
    return (*one > *two) - (*one < *two);
}

/* A row that fits and has no occurrence (1.0 recorded none) keeps its number, unless one of the
 * same content does not fit: then the order of both tells them apart. */
static bool leave_alone(struct settling *s, struct status *status)
{
    uint64_t *contents = mem_new(s->n, sizeof *contents, "rows to find", status);
    size_t n = 0, kept = 0;
    if (contents == NULL) {
        return false;
    }
    for (size_t i = 0; i < s->n; i++) {
        if (!s->list[i].fits) {
            contents[n++] = s->entries[s->list[i].entry]->rows[s->list[i].row].content;
        }
    }
    qsort(contents, n, sizeof *contents, by_content);
    for (size_t i = 0; i < s->n; i++) {
        const struct entry_row *row = &s->entries[s->list[i].entry]->rows[s->list[i].row];
        if (!s->list[i].fits || row->occurrence > 0 ||
            bsearch(&row->content, contents, n, sizeof *contents, by_content) != NULL) {
            s->list[kept++] = s->list[i];
        }
    }
    s->n = kept;
    free(contents);
    return true;
}

static bool find(struct settling *s, struct settled *settled, struct status *status)
{
    if (!leave_alone(s, status)) {
        return false;
    }
    struct row_wanted *wanted = mem_new(s->n, sizeof *wanted, "rows to find", status);
    if (wanted == NULL) {
        return false;
    }
    for (size_t i = 0; i < s->n; i++) {
        const struct entry_row *row = &s->entries[s->list[i].entry]->rows[s->list[i].row];
        wanted[i] = (struct row_wanted){row->content, row->row, row->occurrence, UINT32_MAX};
    }
    bool good = s->source->find(s->source->table, wanted, s->n, status);
    for (size_t i = 0; good && i < s->n; i++) {
        struct entry_row *row = &s->entries[s->list[i].entry]->rows[s->list[i].row];
        bool earlier = s->place[s->list[i].entry].how == RECORDED_EARLIER;
        uint32_t now = wanted[i].found;
        if (now == UINT32_MAX) {
            good = s->list[i].fits || leave(s, s->list[i], status);
            continue;
        }
        settled->moved += !earlier && now != row->row;
        settled->inherited += earlier;
        row->row = now;
    }
    free(wanted);
    return good;
}

static bool find_earlier(struct settling *s, struct settled *settled, struct status *status)
{
    struct row_recorded *list = mem_new(s->n_left, sizeof *list, "rows to find", status);
    if (list == NULL) {
        return false;
    }
    for (size_t i = 0; i < s->n_left; i++) {
        const struct place_recorded *place = &s->place[s->left[i].entry];
        list[i] =
            (struct row_recorded){.row = &s->entries[s->left[i].entry]->rows[s->left[i].row],
                                  .same_features = place->how == RECORDED_HERE,
                                  .rows = place->rows,
                                  .found = UINT32_MAX};
    }
    bool good = s->source->find_earlier(s->source->table, list, s->n_left, status);
    for (size_t i = 0; good && i < s->n_left; i++) {
        struct entry_row *row = &s->entries[s->left[i].entry]->rows[s->left[i].row];
        settled->moved += list[i].found != UINT32_MAX && list[i].found != row->row;
        row->row = list[i].found;
    }
    free(list);
    return good;
}

static int by_row(const void *a, const void *b)
{
    const struct entry_row *one = a, *two = b;
    return (one->row > two->row) - (one->row < two->row);
}

/* The rows of an entry that are here, ascending and each once. */
static size_t compact(struct entry *entry)
{
    size_t n = 0, lost = 0;
    bool sorted = true;
    for (size_t i = 1; i < entry->n_rows; i++) {
        sorted = sorted && entry->rows[i - 1].row < entry->rows[i].row;
    }
    if (!sorted) {
        qsort(entry->rows, entry->n_rows, sizeof *entry->rows, by_row);
    }
    for (size_t i = 0; i < entry->n_rows; i++) {
        struct entry_row *row = &entry->rows[i];
        bool gone = row->row == UINT32_MAX, twice = n > 0 && entry->rows[n - 1].row == row->row;
        if (!gone && !twice) {
            entry->rows[n++] = *row;
            continue;
        }
        free(row->dt);
        free(row->user);
        lost += gone;
    }
    entry->n_rows = n;
    return lost;
}

bool settle_rows(struct entry *const *entries, const struct place_recorded *place, size_t n,
                 const struct row_source *source, struct settled *settled,
                 struct status *status)
{
    struct settling s = {.entries = entries, .place = place, .source = source};
    bool good = true;
    for (size_t i = 0; good && i < n; i++) {
        for (size_t j = 0; good && j < entries[i]->n_rows; j++) {
            good = look_at(&s, i, j, status);
        }
    }
    good = good && (!s.any || find(&s, settled, status)) &&
           (s.n_left == 0 || find_earlier(&s, settled, status));
    for (size_t i = 0; good && i < n; i++) {
        size_t lost = compact(entries[i]);
        enum recorded where = place[i].how;
        settled->lost += where == RECORDED_HERE || where == RECORDED_FEATURES ? lost : 0;
    }
    free(s.list);
    free(s.left);
    return good;
}
