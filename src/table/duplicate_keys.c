#include "table/duplicate_keys.h"

#include <stdlib.h>

#include "base/mem.h"
#include "table/row_index.h"

/* DESIGN. Rows are taken time by time. For each user the last time it was seen in is kept, and
 * whether that was more than once. Files are mostly sorted by time; then rows are walked as
 * they are, else through an index. */

struct seen {
    uint32_t time_plus_1; /* 0: never */
    uint32_t more;        /* than one row in that time */
};

static inline void look_at(struct seen *seen, uint32_t time, struct duplicate_keys *duplicates)
{
    if (seen->time_plus_1 != time + 1) {
        *seen = (struct seen){time + 1, 0};
    } else if (seen->more) {
        duplicates->rows++;
    } else {
        seen->more = 1;
        duplicates->pairs++;
        duplicates->rows += 2;
    }
}

enum { STEP = 1 << 16 }; /* rows between two looks at cancel */

/* True when all rows of a time stand together. */
static bool is_grouped(const struct table *table)
{
    size_t runs = 0;
    for (size_t row = 0; row < table->n_rows; row++) {
        runs += row == 0 || table->row_time[row] != table->row_time[row - 1];
    }
    return runs == dict_count(table->times);
}

static bool walk(const struct table *table, const uint32_t *order, struct seen *seen,
                 const struct progress *progress, struct duplicate_keys *duplicates,
                 struct status *status)
{
    for (size_t i = 0; i < table->n_rows; i++) {
        if (i % STEP == 0 && progress_cancelled(progress)) {
            return status_cancelled(status);
        }
        size_t row = order == NULL ? i : order[i];
        look_at(&seen[table->row_user[row]], table->row_time[row], duplicates);
    }
    return true;
}

bool duplicate_keys_count(const struct table *table, struct parallel *parallel,
                          const struct progress *progress, struct duplicate_keys *duplicates,
                          struct status *status)
{
    *duplicates = (struct duplicate_keys){0, 0};
    struct seen *seen = mem_zero(dict_count(table->users), sizeof *seen, "users", status);
    if (seen == NULL) {
        return false;
    }
    bool done;
    if (is_grouped(table)) {
        done = walk(table, NULL, seen, progress, duplicates, status);
    } else {
        struct row_index *by_time = row_index_new(
            table->row_time, table->n_rows, dict_count(table->times), parallel,
            &(struct progress){.cancel = progress == NULL ? NULL : progress->cancel}, status);
        done =
            by_time != NULL && walk(table, by_time->rows, seen, progress, duplicates, status);
        row_index_free(by_time);
    }
    free(seen);
    return done;
}
