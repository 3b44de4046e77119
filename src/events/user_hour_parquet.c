#include "events/user_hour_parquet.h"

enum { DT, USER, EVENTS, FAILED, FAIL_RATIO, DST, SRC, NIGHT, NIGHT_RATIO, COLUMNS };

static const struct parquet_column columns[COLUMNS] = {
    [DT] = {"dt", PARQUET_KIND_TEXT},
    [USER] = {"src_user", PARQUET_KIND_TEXT},
    [EVENTS] = {"total_events", PARQUET_KIND_INT64},
    [FAILED] = {"failed_events", PARQUET_KIND_INT64},
    [FAIL_RATIO] = {"fail_ratio", PARQUET_KIND_DOUBLE},
    [DST] = {"dst_hosts", PARQUET_KIND_INT64},
    [SRC] = {"src_hosts", PARQUET_KIND_INT64},
    [NIGHT] = {"nbhours_events", PARQUET_KIND_INT64},
    [NIGHT_RATIO] = {"nbhours_ratio", PARQUET_KIND_DOUBLE},
};

struct parquet_append *user_hour_parquet_new(struct outfile *file, struct status *status)
{
    return parquet_append_new(file, columns, COLUMNS, status);
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
           parquet_append_row(table, status);
}
