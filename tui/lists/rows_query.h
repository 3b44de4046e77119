/* rows_query: the rows that a filter lets through, found by the queries thread. */
#ifndef ODDHOURS_TUI_ROWS_QUERY_H
#define ODDHOURS_TUI_ROWS_QUERY_H

#include "screen/app.h"
#include "rank/filter/filter.h"
#include "rank/row_folds.h"

struct rows_query {
    struct query query; /* first: the queries thread knows only this */

    /* What is asked, set by rows_query_new(). */
    char text[FILTER_TEXT];
    struct filter *filter;
    struct filter_context context;
    struct filter_ranking rankings[RUN_RESULTS_MAX];
    struct parallel *parallel; /* of the queries thread */
    size_t most;
    bool reorders; /* the rows found are put into another order, set by the view: */
    struct row_order reorder;
    bool folds; /* identical rows of the list are to be found, too */

    /* Episodes instead of rows, set by the view: `most` of them, and `folded` has a line each.
     */
    bool by_episode;
    struct episode_cut cut; /* its gap as asked, in seconds */

    /* Set by the view, or NULL: makes something of the rows found, on the queries thread, in
     * `made` and what is around it; `unmake` frees it when the view has not taken it. */
    void (*then)(struct rows_query *asked, const struct progress *progress);
    void (*unmake)(void *made);
    void *made;

    /* The answer, when query.status is good: at most `most` rows, of `total` that match. The
     * view takes `rows` by copying it and leaving a cleared one. */
    struct row_set rows;
    size_t total;
    char hint[FILTER_HINT];   /* why there is none, when they were only counted; or "" */
    struct row_order order;   /* that the rows are in */
    struct row_folds *folded; /* the view takes it; NULL unless `folds` or `by_episode` */
    struct episodes episodes; /* the view takes them; their rows are `rows` */
};

/* Asks for the rows that pass `text` (session->filter.text, or "" for all), in the order of
 * "sort:" in it, or else of `order` (NULL: file order). With `most` 0
 * they are only counted. `slot` is one of app.h's. Hand it to app_query(). NULL when there is
 * no table yet, when memory is out, or with `error` filled in when the text is wrong. */
struct rows_query *rows_query_new(const struct app *app, const char *text,
                                  const struct row_order *order, size_t most, unsigned slot,
                                  struct filter_error *error);

#endif
