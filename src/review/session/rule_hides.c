#include "review/session/rule_hides.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"

static const char what[] = "rules";

void rule_hides_free(struct rule_hides *hides)
{
    if (hides != NULL) {
        store_rules_free(hides->rules, hides->n);
        free(hides->hidden);
        free(hides->bits);
        free(hides);
    }
}

bool rule_covers(const char *filter, const struct filter_context *context, const float *own,
                 struct parallel *parallel, const struct progress *progress,
                 struct row_set *rows, double *highest, struct status *status)
{
    struct filter_error error;
    struct filter *parsed = filter_parse(filter, context, &error);
    if (parsed == NULL) {
        return status_set(status, STATUS_USAGE, "column %zu: %s", error.column + 1, error.text);
    }
    bool good =
        filter_rows(parsed, context, NULL, parallel, progress, SIZE_MAX, rows, NULL, status);
    filter_free(parsed);
    *highest = NAN;
    for (size_t i = 0; good && own != NULL && i < rows->n; i++) {
        double score = (double)own[rows->rows[i]];
        *highest = isnan(*highest) || score > *highest ? score : *highest;
    }
    return good;
}

static void hide(struct rule_hides *hides, size_t i, const struct row_set *rows,
                 const float *own)
{
    const double most = hides->rules[i].highest + RULE_DECADES_ABOVE;
    struct rule_hidden *hidden = &hides->hidden[i];
    for (size_t k = 0; k < rows->n; k++) {
        uint32_t row = rows->rows[k];
        if (own != NULL && !isnan(most) && (double)own[row] > most) {
            hidden->let_pass++;
            continue;
        }
        uint64_t bit = UINT64_C(1) << row % 64;
        hides->rows += (hides->bits[row / 64] & bit) == 0;
        hides->bits[row / 64] |= bit;
        hidden->rows++;
    }
}

static bool held(const struct rule *rule, int64_t at_ms)
{
    return rule->at_ms <= at_ms && at_ms < rule->expires_ms &&
           !(rule->ended && rule->ended_ms <= at_ms);
}

static void note_change(struct rule_hides *hides, int64_t changed_ms, int64_t at_ms)
{
    if (changed_ms <= at_ms && changed_ms > hides->since_ms) {
        hides->since_ms = changed_ms;
    }
}

static bool apply(struct rule_hides *hides, const struct filter_context *context,
                  const float *own, struct parallel *parallel, const struct progress *progress,
                  int64_t now_ms, struct status *status)
{
    for (size_t i = 0; i < hides->n; i++) {
        const struct rule *rule = &hides->rules[i];
        note_change(hides, rule->at_ms, now_ms);
        note_change(hides, rule->expires_ms, now_ms);
        note_change(hides, rule->ended ? rule->ended_ms : INT64_MAX, now_ms);
        if (!held(rule, now_ms)) {
            continue;
        }
        hides->n_holding++;
        struct row_set rows = {0};
        struct status problem = {0};
        double highest;
        if (rule_covers(hides->rules[i].filter, context, own, parallel, progress, &rows,
                        &highest, &problem)) {
            hide(hides, i, &rows, own);
        } else if (problem.code == STATUS_USAGE) {
            snprintf(hides->hidden[i].problem, sizeof hides->hidden[i].problem, "%.159s",
                     problem.text);
        } else {
            row_set_clear(&rows);
            return status_set(status, problem.code, "%s", problem.text);
        }
        row_set_clear(&rows);
    }
    hides->since_ms = hides->n_holding > 0 ? hides->since_ms : 0;
    return true;
}

struct rule_hides *rule_hides_new(struct store *store, const struct filter_context *context,
                                  const float *own, struct parallel *parallel,
                                  const struct progress *progress, struct status *status)
{
    return rule_hides_at(store, store_now_ms(store), context, own, parallel, progress, status);
}

struct rule_hides *rule_hides_at(struct store *store, int64_t at_ms,
                                 const struct filter_context *context, const float *own,
                                 struct parallel *parallel, const struct progress *progress,
                                 struct status *status)
{
    struct rule_hides *hides = mem_zero(1, sizeof *hides, what, status);
    if (hides == NULL || !store_rules(store, &hides->rules, &hides->n, status)) {
        free(hides);
        return NULL;
    }
    hides->n_rows = context->table->n_rows;
    hides->hidden = mem_zero(hides->n + 1, sizeof *hides->hidden, what, status);
    hides->bits = mem_zero(hides->n_rows / 64 + 1, sizeof *hides->bits, what, status);
    if (hides->hidden == NULL || hides->bits == NULL ||
        !apply(hides, context, own, parallel, progress, at_ms, status)) {
        rule_hides_free(hides);
        return NULL;
    }
    return hides;
}

void rule_hides_say(const struct rule_hides *hides, char *text, size_t size)
{
    text[0] = '\0';
    if (hides != NULL && hides->n_holding > 0) {
        snprintf(text, size, "%s hide%s %s", format_count(hides->n_holding, "rule").text,
                 hides->n_holding == 1 ? "s" : "", format_count(hides->rows, "user-hour").text);
    }
}
