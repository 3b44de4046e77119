/* past: own past, how odd a user-hour is for its own account.
 *
 * A row is judged by the strictly earlier windows of its account, and where these say little by
 * those of its account kind and of everybody. Rows of one window do not see each other;
 * fragments of a window are learnt as one (sums, hosts by maximum) and judged each by itself.
 * Old windows fade. The score is in decades: 3 is "1 in 1,000 for this account"; NaN for rows
 * of the first window and those without a readable time. docs/TRIAGE.md has the formulas.
 *
 * What is learnt is kept, and goes on with another table: a table cut in two, at any window,
 * scores as the whole does. Whatever the order of the rows and the number of threads, scores
 * are the same to the bit.
 */
#ifndef ODDHOURS_PAST_PAST_H
#define ODDHOURS_PAST_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/archive.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/status.h"
#include "past/account_kind.h"
#include "table/row_index.h"
#include "table/table.h"

enum { PAST_COUNTS_MAX = 8, PAST_RAW_BINS = 128 };
#define PAST_THRESHOLD 3.0

/* What a score is made of: the counts one by one, the share of failures among the events, the
 * silence before, how long each count has been high, the hour of the day, the day of the week.
 */
enum past_part {
    PAST_PART_COUNT = 0,
    PAST_PART_SLOW = PAST_COUNTS_MAX,
    PAST_PART_SHARE = 2 * PAST_COUNTS_MAX,
    PAST_PART_SILENCE,
    PAST_PART_HOUR,
    PAST_PART_DAY,
    PAST_PARTS
};

struct past_options {
    double half_life_days; /* 30 */
    bool explain;          /* keep what past_explain() needs: some 60 kB a day of the table */
};

struct past;

/* Nothing learnt yet; which columns of such tables are looked at is settled here. NULL on
 * failure: STATUS_INPUT, with the reason, when there can be no own past (no dt, no src_user,
 * one window only, no count among the features). */
struct past *past_new(const struct table *table, const struct past_options *options,
                      struct status *status);
void past_free(struct past *past);

/* Scores all rows of a table with these features into score (n_rows), then has learnt them.
 * `kinds` (dict_count(users)) are the accounts' kinds. Rows at or before the last window learnt
 * before are scored and not learnt: past_late() counts them. On failure, and when cancelled,
 * what was learnt is not to be used any more. */
bool past_score(struct past *past, const struct table *table, const uint8_t *kinds,
                float *score, struct parallel *parallel, const struct progress *progress,
                struct status *status);
size_t past_late(const struct past *past);

/* Frees what is only needed to learn more. Explanations go on, if there are any. */
void past_rest(struct past *past);
/* The same, but what was learnt is not freed: it goes on as a past of its own. NULL when memory
 * ran out. */
struct past *past_part(struct past *past, struct status *status);

/* What explanations need, for a saved run, and whether that is small beside the table: if not,
 * learning it again takes no longer than reading it. Not of one that knew another table before.
 * `get` gives one that can explain, of the same table. */
bool past_worth_keeping(const struct past *past, size_t n_rows);
void past_put(const struct past *past, struct archive_out *archive);
struct past *past_get(struct archive_in *archive, const struct table *table,
                      const struct past_options *options, struct status *status);

/* Which rows of the next table are scored and not learnt, wherever they stand: not zero in
 * `skip` (n_rows), which is borrowed while that table is scored and explained. NULL: none. */
void past_skip(struct past *past, const uint8_t *skip);

/* What is known of an account by its name. */
struct past_known {
    bool known;
    enum account_kind kind; /* that it had when it was learnt last */
};
struct past_known past_find(const struct past *past, struct span name);

/* The instant of the last window learnt, seconds since 1970; NaN: nothing is learnt yet. */
double past_end(const struct past *past);
double past_half_life(const struct past *past); /* days */

/* A copy of what is learnt, to go on with; nothing of the last table. NULL on failure. */
struct past *past_copy(const struct past *past, bool explain, struct status *status);

/* Puts what is learnt (there must be something) into an archive, and gets it back, for tables
 * of `d` features: NULL with a status, STATUS_INPUT when what is there makes no sense. It goes
 * on to the same bits. */
void past_save(const struct past *past, struct archive_out *archive);
struct past *past_load(struct archive_in *archive, size_t d, struct status *status);

/* Bytes that past_score() takes beside the scores. */
size_t past_memory(size_t n_rows, size_t n_accounts, size_t n_profiles, bool in_order);

/* Which features and columns of the table are looked at: *n of them, by table_value_name(). */
const size_t *past_features(const struct past *past, size_t *n);

/* One reason of a score. */
struct past_reason {
    enum past_part part; /* of PAST_PART_COUNT and _SLOW the one of `feature` */
    size_t feature;      /* table_value_name(); SIZE_MAX for hour, day and silence */
    double odd;          /* decades, by itself */
    double credit;       /* share of all the odds, 0 to 1 */
    double value;        /* this row's: a count, a share, hours */
    double usual, most;  /* median and maximum of the earlier windows; NaN without any */
    size_t as_high;      /* earlier windows with at least this value */
};

struct past_why {
    float score;      /* as past_score() said; NaN: not scored */
    size_t windows;   /* earlier windows of the account */
    size_t n_reasons; /* the oddest first */
    struct past_reason reasons[PAST_PARTS];
    char sentence[200]; /* "831 failures; never more than 0 in 32 earlier hours" */
};

/* Why the row of the last scored table has its score. `by_user` groups the rows by user; NULL:
 * the account's rows are found in one walk over the table. */
bool past_explain(const struct past *past, const struct table *table, const uint8_t *kinds,
                  const struct row_index *by_user, size_t row, struct past_why *why,
                  struct status *status);

/* The same of `n` rows into why (n), with one walk. */
bool past_explain_rows(const struct past *past, const struct table *table, const uint8_t *kinds,
                       const struct row_index *by_user, const uint32_t *rows, size_t n,
                       struct past_why *why, const struct progress *progress,
                       struct status *status);

/* "failures" of failed_events; another column is called by its name. */
void past_noun(const char *feature, char *text, size_t size);

#endif
