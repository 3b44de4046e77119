#include "lists/find_query.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

enum { WINDOW = 1 << 14, NAME_BYTES = 512 };

/* For each entry of a dictionary whether it has the text; NULL when there is no dictionary, or
 * no memory. So every name is looked at once, not once a row. */
static bool *mark(const struct dict *dict, const char *text, struct status *status)
{
    size_t n = dict == NULL ? 0 : dict_count(dict);
    bool *marks = n == 0 ? NULL : mem_zero(n, sizeof *marks, "a search", status);
    for (size_t i = 0; marks != NULL && i < n; i++) {
        char name[NAME_BYTES];
        struct span span = dict_get(dict, (uint32_t)i);
        snprintf(name, sizeof name, "%.*s", (int)(span.length < 511 ? span.length : 511),
                 span.bytes);
        marks[i] = text_contains(name, text);
    }
    return marks;
}

static bool row_matches(const struct table *table, const bool *users, const bool *times,
                        uint32_t row)
{
    return (users != NULL && users[table->row_user[row]]) ||
           (times != NULL && times[table->row_time[row]]);
}

/* The position that is `step` (1 to n) after the cursor, or before it. */
static size_t position_of(const struct find_query *asked, size_t step)
{
    size_t n = asked->rows.n;
    size_t at = asked->from < n ? asked->from : 0;
    return asked->forward ? (at + step) % n : (at + n - step % n) % n;
}

/* Looks at the positions first_step .. first_step + count - 1, which are one run in the list.
 */
static bool look(struct find_query *asked, const bool *users, const bool *times,
                 size_t first_step, size_t count, uint32_t *rows, struct status *status)
{
    size_t low = position_of(asked, asked->forward ? first_step : first_step + count - 1);
    size_t got = row_set_get(&asked->rows, low, count, rows, status);
    for (size_t i = 0; i < got; i++) {
        size_t k = asked->forward ? i : got - 1 - i;
        if (row_matches(asked->table, users, times, rows[k])) {
            asked->found = true;
            asked->position = low + k;
            asked->row = rows[k];
            asked->wrapped = asked->forward ? asked->position <= asked->from
                                            : asked->position >= asked->from;
            return true;
        }
    }
    return false;
}

/* How many positions from `step` on are one run in the list. */
static size_t run_length(const struct find_query *asked, size_t step)
{
    size_t n = asked->rows.n;
    size_t position = position_of(asked, step);
    size_t to_edge = asked->forward ? n - position : position + 1;
    size_t left = n - step + 1;
    size_t length = to_edge < left ? to_edge : left;
    return length < WINDOW ? length : WINDOW;
}

static void work(struct query *query, const struct progress *progress)
{
    struct find_query *asked = (struct find_query *)query;
    size_t n = asked->rows.n;
    uint32_t *rows = mem_new(WINDOW, sizeof *rows, "a search", &query->status);
    bool *users = mark(asked->table->users, asked->text, &query->status);
    bool *times = mark(asked->table->times, asked->text, &query->status);
    for (size_t step = 1; rows != NULL && query->status.code == STATUS_OK && step <= n;) {
        size_t count = run_length(asked, step);
        if (progress_cancelled(progress)) {
            status_cancelled(&query->status);
        } else if (look(asked, users, times, step, count, rows, &query->status)) {
            break;
        }
        step += count;
    }
    free(rows);
    free(users);
    free(times);
}

static void free_query(struct query *query)
{
    free(query);
}

struct find_query *find_query_new(const struct app *app, const struct row_set *rows,
                                  const char *text, size_t from, bool forward, unsigned slot)
{
    struct find_query *asked = mem_zero(1, sizeof *asked, "a search", NULL);
    if (asked != NULL) {
        asked->query.work = work;
        asked->query.free = free_query;
        asked->query.slot = slot;
        snprintf(asked->text, sizeof asked->text, "%s", text);
        asked->table = app_session(app)->run->table;
        asked->rows = *rows;
        asked->from = from;
        asked->forward = forward;
    }
    return asked;
}

bool find_query_say(const struct find_query *found, struct app *app)
{
    if (found->query.status.code == STATUS_CANCELLED) {
        return false;
    }
    if (found->query.status.code != STATUS_OK) {
        app_say(app, LOG_ERROR, "%s", found->query.status.text);
        return false;
    }
    if (!found->found) {
        app_say(app, LOG_WARNING, "'%s' is nowhere in this list", found->text);
    } else if (found->wrapped) {
        app_say(app, LOG_NOTE, "went on from the %s", found->forward ? "beginning" : "end");
    }
    return found->found;
}
