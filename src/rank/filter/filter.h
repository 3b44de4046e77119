/* filter: the language in which an analyst picks user-hours.
 *
 *     user:U66* failed:>=10 iforest:>p99.9 hour:0-6 -day:12 copies:1 sort:autoencoder
 *
 * Terms are joined by "and"; `-` or `!` before a term negates it; a comma joins alternatives by
 * "or". A word without a field is searched in user names. docs/FILTER.md lists the fields;
 * filter_names() gives them for completion.
 *
 *     text    user, time (or dt), words: `*` and `?`, smart case; quotes keep blanks and
 * commas; kind (person, machine, service, anonymous), owner, label of accounts number  hour,
 * day, copies, row, every feature and column, every detector and list, such as `ensemble` (its
 * score): 5  >5  >=5  <5  <=5  =5  !=5  1-5  1..5; k, M and G are 1e3, 1e6 and 1e9; p99.9 is a
 * percentile over rows (features and scores) rank    `rank` (of the detector in view),
 * `iforest.rank`: whole numbers, 1 is the top day     also `last` and dates: day:last
 * day:2015-01-24..2015-01-26 other   like:ROW (the rows with that row's features),
 * flagged:iforest (or any, all), sort:FIELD[-asc|-desc], and what hooks add
 *
 * A name may be cut short where that is clear (`failed`, `dst`); an exact name wins.
 */
#ifndef ODDHOURS_RANK_FILTER_H
#define ODDHOURS_RANK_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "past/account_kind.h"
#include "rank/episodes.h"
#include "rank/ranking.h"
#include "rank/row_order.h"
#include "rank/rows.h"
#include "table/row_index.h"
#include "table/table.h"

struct filter;

struct filter_ranking {
    const char *name;              /* "iforest", "ensemble" */
    const char *alias;             /* "IF", any case; may be NULL */
    const struct ranking *ranking; /* NULL: no scores yet */
    double threshold;              /* flagged: strictly above */
    bool apart;                    /* not one of those that flagged:any and all mean */
};

/* A field that another part of the program knows about, such as verdict or note. */
struct filter_hook {
    const char *field;
    const char *const *words; /* the values it takes, NULL-terminated; NULL: any text */
    /* Sets the bits of the rows that match `value` in rows (bit row % 64 of word row / 64, all
     * zero before). False on failure. Called from the thread that evaluates. */
    bool (*mark)(void *context, const char *value, uint64_t *rows, struct status *status);
    void *context;
};

/* What names mean. All is borrowed for the call. */
struct filter_context {
    const struct table *table;
    const struct row_index *by_profile; /* rows of each profile; NULL: no ranks yet */
    const struct accounts *accounts;    /* what users are; NULL: that is not known */
    const struct filter_ranking *rankings;
    size_t n_rankings;
    size_t main_ranking; /* the one that `rank` means; n_rankings when there is none */
    const struct filter_hook *hooks;
    size_t n_hooks;
    bool to_come; /* only to be checked: scores and ranks count as ready */
    bool blind;   /* scores, ranks and flags must not be asked about */
};

struct filter_error {
    size_t column, length; /* in bytes of the text, from 0: what is wrong */
    char text[200];        /* a sentence; may hold bytes of the text */
    char nearest[64];      /* for suggest_hint(): the field that was probably meant, or "" */
};

/* NULL, with `error` filled in, when the text is wrong. A filter refers to fields by their
 * number in the context: parse again when features or rankings change. An empty text is a
 * filter that every row passes. */
struct filter *filter_parse(const char *text, const struct filter_context *context,
                            struct filter_error *error);
void filter_free(struct filter *filter);

/* Without terms (every row passes), and without a sort. */
bool filter_is_empty(const struct filter *filter);

/* The order that sort: asks for; false when it does not. */
bool filter_order(const struct filter *filter, const struct filter_context *context,
                  struct row_order *order);

/* The filter as it was understood, with whole names: parsing it gives the same filter. The
 * caller frees it. */
char *filter_format(const struct filter *filter, const struct filter_context *context,
                    struct status *status);

/* Counts matching rows. Progress in rows; a cancel is seen within some milliseconds. */
bool filter_count(const struct filter *filter, const struct filter_context *context,
                  struct parallel *parallel, const struct progress *progress, size_t *count,
                  struct status *status);

/* Why no row may have passed, where that is a name: "no user is named u66; user:u66* has 274
 * rows", as names are whole without `*`. False, with "", when that is not the reason, or when
 * it could not be found out. Names of the table stand in it as they are. */
enum { FILTER_HINT = 300 };
bool filter_hint(const struct filter *filter, const struct filter_context *context,
                 struct parallel *parallel, const struct progress *progress,
                 char text[FILTER_HINT]);

/* The matching rows: as sort: says, or else in the order of `otherwise` (NULL: by row_id), at
 * most `most` (SIZE_MAX: all), into `rows` (cleared by the caller). `*total` is how many match;
 * may be NULL. */
bool filter_rows(const struct filter *filter, const struct filter_context *context,
                 const struct row_order *otherwise, struct parallel *parallel,
                 const struct progress *progress, size_t most, struct row_set *rows,
                 size_t *total, struct status *status);

/* The same in `order`, whatever `sort:` says. */
bool filter_rows_in(const struct filter *filter, const struct filter_context *context,
                    const struct row_order *order, struct parallel *parallel,
                    const struct progress *progress, size_t most, struct row_set *rows,
                    size_t *total, struct status *status);

/* The episodes that have one of the rows that pass, with all their rows: the first `k` in the
 * order of "sort:", or by their places.
 * False, and nothing to clear, when cancelled or out of memory. */
bool filter_episodes(const struct filter *filter, const struct filter_context *context,
                     const struct episode_cut *cut, struct parallel *parallel,
                     const struct progress *progress, size_t k, struct episodes *episodes,
                     struct status *status);

/* Every name a term can begin with, in the order of the help; returns how many there are, and
 * writes the first `room` (borrowed from the context, but for those of ranks, which stand as
 * "iforest" with `rank` set). */
struct filter_name {
    const char *name;
    bool rank; /* followed by ".rank" */
};
size_t filter_names(const struct filter_context *context, struct filter_name *names,
                    size_t room);

#endif
