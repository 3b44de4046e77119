#include "unit/same_table.h"

#include <string.h>

static bool same_bytes(const void *a, const void *b, size_t count, size_t size)
{
    if ((a == NULL) != (b == NULL)) {
        return false;
    }
    return a == NULL || count == 0 || memcmp(a, b, count * size) == 0;
}

static bool same_dict(const struct dict *a, const struct dict *b)
{
    if (a == NULL || b == NULL || dict_count(a) != dict_count(b)) {
        return a == NULL && b == NULL;
    }
    for (uint32_t id = 0; id < dict_count(a); id++) {
        struct span x = dict_get(a, id), y = dict_get(b, id);
        if (x.length != y.length || memcmp(x.bytes, y.bytes, x.length) != 0) {
            return false;
        }
    }
    return true;
}

static const char *same_report(const struct read_report *a, const struct read_report *b,
                               size_t d)
{
    if (a->bytes != b->bytes || strcmp(a->hash, b->hash) != 0) {
        return "bytes or hash";
    }
    if (a->lines != b->lines || a->rejected != b->rejected || a->n_rejects != b->n_rejects) {
        return "lines or rejected lines";
    }
    for (size_t i = 0; i < a->n_rejects; i++) {
        if (a->rejects[i].line != b->rejects[i].line ||
            strcmp(a->rejects[i].reason, b->rejects[i].reason) != 0) {
            return "a rejected line";
        }
    }
    if (!same_bytes(a->missing, b->missing, d, sizeof *a->missing) ||
        !same_bytes(a->infinite, b->infinite, d, sizeof *a->infinite) ||
        a->missing_time != b->missing_time || a->missing_user != b->missing_user) {
        return "missing or infinite values";
    }
    return NULL;
}

const char *same_table(const struct table *a, const struct table *b)
{
    const struct profiles *p = &a->profiles, *q = &b->profiles;
    if (a->n_rows != b->n_rows) {
        return "rows";
    }
    if (p->n != q->n || p->d != q->d || !same_bytes(p->values, q->values, p->n * p->d, 8) ||
        !same_bytes(p->copies, q->copies, p->n, 4) ||
        !same_bytes(p->first_row, q->first_row, p->n, 4)) {
        return "profiles";
    }
    if (!same_dict(a->times, b->times) || !same_dict(a->users, b->users)) {
        return "times or users";
    }
    if (!same_bytes(a->row_time, b->row_time, a->n_rows, 4) ||
        !same_bytes(a->row_user, b->row_user, a->n_rows, 4) ||
        !same_bytes(a->row_profile, b->row_profile, a->n_rows, 4)) {
        return "ids of rows";
    }
    if (a->first_day != b->first_day || a->last_day != b->last_day ||
        !same_bytes(a->time_seconds, b->time_seconds,
                    a->times == NULL ? 0 : dict_count(a->times), 8)) {
        return "parsed times";
    }
    return same_report(&a->report, &b->report, p->d);
}
