/* find_query: the next row of a list whose user or time has a text, found by the queries
 * thread:
 * `/`, n and N in lists of user-hours. */
#ifndef ODDHOURS_TUI_FIND_QUERY_H
#define ODDHOURS_TUI_FIND_QUERY_H

#include "screen/app.h"
#include "rank/rows.h"

struct find_query {
    struct query query; /* first */

    char text[256];
    const struct table *table;
    struct row_set rows; /* its array is borrowed: the view keeps it until the answer comes */
    size_t from;         /* the position the cursor is at; looked at last */
    bool forward;

    /* The answer, when query.status is good. */
    bool found;
    bool wrapped; /* past the end, or the beginning */
    size_t position;
    uint32_t row; /* row_id */
};

/* NULL when memory is out. */
struct find_query *find_query_new(const struct app *app, const struct row_set *rows,
                                  const char *text, size_t from, bool forward, unsigned slot);

/* Says what is to be said of an answer; true when the cursor goes to `position`. */
bool find_query_say(const struct find_query *found, struct app *app);

#endif
