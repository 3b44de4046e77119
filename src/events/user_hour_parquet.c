#include "events/user_hour_parquet.h"

enum { DT, USER, EVENTS, FAILED, FAIL_RATIO, DST, SRC, NIGHT, NIGHT_RATIO, COLUMNS };

/* Those of novelty are the last, in the order of novelty_columns. */
static const struct parquet_column columns[COLUMNS + NOVELTY_COLUMNS] = {
    [DT] = {"dt", PARQUET_KIND_TEXT},
    [USER] = {"src_user", PARQUET_KIND_TEXT},
    [EVENTS] = {"total_events", PARQUET_KIND_INT64},
    [FAILED] = {"failed_events", PARQUET_KIND_INT64},
    [FAIL_RATIO] = {"fail_ratio", PARQUET_KIND_DOUBLE},
    [DST] = {"dst_hosts", PARQUET_KIND_INT64},
    [SRC] = {"src_hosts", PARQUET_KIND_INT64},
    [NIGHT] = {"nbhours_events", PARQUET_KIND_INT64},
    [NIGHT_RATIO] = {"nbhours_ratio", PARQUET_KIND_DOUBLE},
    [COLUMNS] = {"least_visits", PARQUET_KIND_DOUBLE},
    [COLUMNS + 1] = {"mean_visits", PARQUET_KIND_DOUBLE},
    [COLUMNS + 2] = {"new_dst", PARQUET_KIND_DOUBLE},
    [COLUMNS + 3] = {"new_src", PARQUET_KIND_DOUBLE},
    [COLUMNS + 4] = {"dst_rarity", PARQUET_KIND_DOUBLE},
};

static bool put_novelty(struct parquet_append *table, const struct novelty_values *novelty,
                        struct status *status)
{
    const float values[NOVELTY_COLUMNS] = {novelty->least_visits, novelty->mean_visits,
                                           novelty->new_dst, novelty->new_src,
                                           novelty->dst_rarity};
    for (size_t i = 0; i < NOVELTY_COLUMNS; i++) {
        if (!parquet_append_number(table, COLUMNS + i, (double)values[i], status)) {
            return false;
        }
    }
    return true;
}

struct parquet_append *user_hour_parquet_new(struct outfile *file, bool novelty,
                                             struct status *status)
{
    return parquet_append_new(file, columns, COLUMNS + (novelty ? NOVELTY_COLUMNS : 0), status);
}

bool user_hour_parquet_put(struct parquet_append *table, const struct user_hour *row,
                           const char *dt, size_t dt_length, struct status *status)
{
    const double events = (double)row->events;
    return parquet_append_text(table, DT, dt, dt_length, status) &&
           parquet_append_text(table, USER, row->user.bytes, row->user.length, status) &&
           parquet_append_count(table, EVENTS, (int64_t)row->events, status) &&
           parquet_append_count(table, FAILED, (int64_t)row->failed, status) &&
           parquet_append_number(table, FAIL_RATIO, (double)row->failed / events, status) &&
           parquet_append_count(table, DST, row->dst_hosts, status) &&
           parquet_append_count(table, SRC, row->src_hosts, status) &&
           parquet_append_count(table, NIGHT, (int64_t)row->night, status) &&
           parquet_append_number(table, NIGHT_RATIO, (double)row->night / events, status) &&
           (row->novelty == NULL || put_novelty(table, row->novelty, status)) &&
           parquet_append_row(table, status);
}
