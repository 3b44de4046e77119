#include "table/csv/batch_internal.h"

#include "base/mem.h"
#include "table/number.h"

static const char what[] = "rows being read";

enum {
    AHEAD = 48
}; /* how far ahead memory is asked for: a batch late in a large file has few
    * more that are new */

static bool resolve_times(struct batch *batch, struct status *status)
{
    size_t n = dict_count(batch->times);
    if (!mem_grow(&batch->time_map, &batch->time_map_capacity, n, sizeof *batch->time_map, what,
                  status)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        batch->time_map[i] =
            table_builder_time(batch->builder, dict_get(batch->times, (uint32_t)i), status);
        if (batch->time_map[i] == DICT_NONE) {
            return false;
        }
    }
    return true;
}

static struct span fresh_text(const struct batch *batch, const struct fresh *fresh)
{
    return (struct span){fresh->length > 0 ? batch->texts + fresh->text : "", fresh->length};
}

static bool resolve_users(struct batch *batch, struct status *status)
{
    struct dict *users = table_builder_users(batch->builder);
    for (size_t i = 0; i < batch->n_users; i++) {
        const struct fresh *fresh = &batch->users[i];
        if (i + AHEAD < batch->n_users) {
            dict_prefetch(users, fresh[AHEAD].hash);
        }
        uint32_t id = dict_add_hashed(users, fresh_text(batch, fresh), fresh->hash, status);
        if (id == DICT_NONE) {
            return false;
        }
        batch->row_user[fresh->row] = id;
        /* Each row without a user is counted, so the cache must not know it. */
        struct span text = fresh_text(batch, fresh);
        bool memorable = !number_missing(text);
        if (memorable && !text_cache_add(batch->caches.users, text, id, status)) {
            return false;
        }
    }
    return true;
}

static void prefetch_profile(const struct batch *batch, size_t i)
{
    if (i < batch->n_profiles) {
        const struct fresh *fresh = &batch->profiles[i];
        profile_set_prefetch(table_builder_profiles(batch->builder), fresh->hash);
        if (fresh->length > 0) {
            text_cache_prefetch(batch->caches.features, fresh_text(batch, fresh));
        }
    }
}

static bool resolve_profiles(struct batch *batch, struct status *status)
{
    struct profile_set *set = table_builder_profiles(batch->builder);
    for (size_t i = 0; i < AHEAD; i++) {
        prefetch_profile(batch, i);
    }
    for (size_t i = 0; i < batch->n_profiles; i++) {
        const struct fresh *fresh = &batch->profiles[i];
        prefetch_profile(batch, i + AHEAD);
        uint32_t id = profile_set_add_hashed(set, batch->values + i * batch->columns->d,
                                             fresh->hash, status);
        if (id == DICT_NONE) {
            return false;
        }
        batch->row_profile[fresh->row] = id;
        struct span text = fresh_text(batch, fresh);
        if (text.length > 0 && !text_cache_add(batch->caches.features, text, id, status)) {
            return false;
        }
    }
    text_cache_judge(batch->caches.features, batch->n_rows, batch->known);
    return true;
}

static void resolve_report(const struct batch *batch, uint64_t first_line)
{
    struct read_report *report = table_builder_report(batch->builder);
    for (size_t i = 0; i < batch->n_rejects && report->n_rejects < TABLE_REJECTS_KEPT; i++) {
        struct reject *kept = &report->rejects[report->n_rejects++];
        *kept = batch->rejects[i];
        kept->line += first_line + 1;
    }
    report->skipped.comments += batch->skipped.comments;
    report->skipped.headers += batch->skipped.headers;
    report->skipped.totals += batch->skipped.totals;
    report->rejected += batch->rejected;
    report->lines += batch->rejected + batch->n_rows;
    report->missing_time += batch->missing_time;
    report->missing_user += batch->missing_user;
    for (size_t i = 0; i < batch->columns->d; i++) {
        report->missing[i] += batch->missing[i];
        report->infinite[i] += batch->infinite[i];
    }
}

bool batch_resolve(struct batch *batch, uint64_t first_line, struct status *status)
{
    if ((batch->columns->time != COLUMN_NONE && !resolve_times(batch, status)) ||
        !resolve_users(batch, status) || !resolve_profiles(batch, status)) {
        return false;
    }
    resolve_report(batch, first_line);
    return true;
}

void batch_append(struct batch *batch)
{
    if (batch->columns->time != COLUMN_NONE) {
        for (size_t row = 0; row < batch->n_rows; row++) {
            batch->row_time[row] = batch->time_map[batch->row_time[row]];
        }
    }
    table_builder_append(batch->builder, batch->n_rows, batch->row_time, batch->row_user,
                         batch->row_profile);
}
