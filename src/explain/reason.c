#include "explain/reason.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "base/percentile.h"

/* Where both sides speak for an anomaly, being above one's neighbours comes first unless it is
 * next to nothing beside being below: counts have a floor, and an incident is more of
 * something. Planted incidents are named right more often that way. */
enum { LACK = 50 };

/* What a detector holds against each feature, comparable; false when nothing is known. */
static bool weigh(const struct detector *detector, const void *model,
                  const struct detector_data *data, size_t profile,
                  double weight[TABLE_FEATURES_MAX])
{
    if (detector->explain == NULL || !detector->explain(model, data, profile, weight)) {
        return false;
    }
    for (size_t i = 0; i < data->table->profiles.d; i++) {
        const double lack = detector->credit_sided && weight[i] < 0 ? -weight[i] : 0;
        weight[i] = lack > 0 ? lack / LACK : weight[i];
    }
    return true;
}

/* The heaviest of those that are left (weight above 0), d when there is none. */
static size_t heaviest(const double *weight, size_t d)
{
    size_t best = d;
    for (size_t i = 0; i < d; i++) {
        if (weight[i] > 0 && (best == d || weight[i] > weight[best])) {
            best = i;
        }
    }
    return best;
}

bool reason_find(const struct detector *detector, const void *model,
                 const struct detector_data *data, size_t profile, size_t *feature)
{
    double weight[TABLE_FEATURES_MAX];
    size_t d = data->table->profiles.d;
    size_t best = weigh(detector, model, data, profile, weight) ? heaviest(weight, d) : d;
    if (best < d) {
        *feature = best;
    }
    return best < d;
}

/* ---- words ---- */

/* What counts are called where there is little room; NULL: by the column's name. */
static const char *noun_of(const char *feature)
{
    static const char *const nouns[][2] = {
        {"total_events", "events"},         {"failed_events", "failures"},
        {"dst_hosts", "dst hosts"},         {"src_hosts", "src hosts"},
        {"nbhours_events", "night events"}, {"new_dst", "new dst hosts"},
        {"new_src", "new src hosts"}};
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++) {
        if (strcmp(feature, nouns[i][0]) == 0) {
            return nouns[i][1];
        }
    }
    return NULL;
}

/* "831 failures", "f07 12". */
static int put_value(struct reason *reason, const struct table *table, size_t feature,
                     double value)
{
    const char *name = table_value_name(table, feature), *noun = noun_of(name);
    reason->feature = feature < table->profiles.d ? feature : SIZE_MAX;
    reason->value = value;
    return noun != NULL ? snprintf(reason->text, sizeof reason->text, "%s %s",
                                   format_value(value).text, noun)
                        : snprintf(reason->text, sizeof reason->text, "%.40s %s", name,
                                   format_value(value).text);
}

static void put_usual(struct reason *reason, int used, const char *usual, const char *most)
{
    snprintf(reason->text + used, sizeof reason->text - (size_t)used, "; usual %s, max %s",
             usual, most);
}

static void put_nothing(struct reason *reason, const char *text)
{
    reason->feature = SIZE_MAX;
    reason->value = NAN;
    snprintf(reason->text, sizeof reason->text, "%s", text);
}

/* ---- by own past ---- */

static bool is_usual(size_t as_high, size_t windows)
{
    return (double)as_high > REASON_USUAL * (double)windows;
}

static bool rare_among_all(const struct table *table, const struct feature_order *features,
                           size_t feature, double value)
{
    return features != NULL && feature < table->profiles.d && value > 0 &&
           (double)feature_rows_at_least(features, feature, value) <=
               REASON_RARE * (double)table->n_rows;
}

static bool name_past(const struct table *table, const struct feature_order *features,
                      const struct past_why *why, const struct past_reason *one,
                      struct reason *reason)
{
    static const char *const days[7] = {"Thursday", "Friday",  "Saturday", "Sunday",
                                        "Monday",   "Tuesday", "Wednesday"};
    char *text = reason->text;
    size_t size = sizeof reason->text;
    const struct shown value = format_value(one->value), usual = format_value(one->usual);
    const struct shown most = format_value(one->most), windows = format_grouped(why->windows);
    bool hours = one->part == PAST_PART_HOUR || one->part == PAST_PART_DAY;
    if (why->windows > 0 && one->part != PAST_PART_SLOW && !hours &&
        is_usual(one->as_high, why->windows)) {
        return false;
    }
    put_nothing(reason, "");
    switch (one->part) {
    case PAST_PART_SHARE:
        if (why->windows == 0) {
            return false;
        }
        snprintf(text, size, "%s failed; usual %s, max %s", format_percent(one->value).text,
                 format_percent(one->usual).text, format_percent(one->most).text);
        return true;
    case PAST_PART_SILENCE:
        if (isnan(one->most)) {
            return false;
        }
        snprintf(text, size, "silent %s hours; usual %s, max %s", value.text, usual.text,
                 most.text);
        return true;
    case PAST_PART_HOUR:
        snprintf(text, size, "at %02dh; %s of %s were", (int)one->value,
                 format_grouped(one->as_high).text, windows.text);
        return true;
    case PAST_PART_DAY:
        snprintf(text, size, "on a %s; %s of %s were", days[(int)one->value],
                 format_grouped(one->as_high).text, windows.text);
        return true;
    case PAST_PART_SLOW: {
        const char *name = table_value_name(table, one->feature), *noun = noun_of(name);
        snprintf(text, size, "%.40s > %s in %s of %s hours", noun != NULL ? noun : name,
                 usual.text, value.text, most.text);
        return true;
    }
    default: break;
    }
    if (why->windows == 0 ? !rare_among_all(table, features, one->feature, one->value)
                          : one->value <= REASON_TIMES * one->usual) {
        return false;
    }
    int used = put_value(reason, table, one->feature, one->value);
    if (why->windows > 0) {
        put_usual(reason, used, usual.text, most.text);
    } else {
        snprintf(text + used, size - (size_t)used, " in its first hour");
    }
    return true;
}

void reason_by_past(const struct table *table, const struct feature_order *features,
                    const struct past_why *why, struct reason *reason)
{
    for (size_t i = 0; i < why->n_reasons; i++) {
        if (name_past(table, features, why, &why->reasons[i], reason)) {
            return;
        }
    }
    put_nothing(reason, isnan(why->score)     ? "no own past yet"
                        : why->n_reasons == 0 ? "ordinary for this account"
                                              : "nothing odd by itself");
}

/* ---- by a detector ---- */

/* Whether the account had as much before, and what it usually has: of the last hours, where
 * there are very many. */
static bool look_back(const struct table *table, const struct history *history, size_t n,
                      size_t feature, double value, double *room, double *usual, double *most)
{
    enum { LOOKED_AT = 20000 };
    size_t from = n > LOOKED_AT ? n - LOOKED_AT : 0, as_high = 0;
    for (size_t i = from; i < n; i++) {
        room[i - from] = table_profile(table, table->row_profile[history->at[i].row])[feature];
        as_high += room[i - from] >= value;
    }
    if (n == 0 || is_usual(as_high, n - from)) {
        return false;
    }
    *usual = percentile_median(room, n - from); /* which sorts them */
    *most = room[n - from - 1];
    return value > REASON_TIMES * *usual;
}

void reason_by_detector(const struct detector *detector, const void *model,
                        const struct detector_data *data, const struct feature_order *features,
                        const struct history *history, size_t row, double *room,
                        struct reason *reason)
{
    const struct table *table = data->table;
    size_t profile = table->row_profile[row], d = table->profiles.d, feature;
    size_t earlier = history != NULL ? history_before(history, table, row) : 0;
    double weight[TABLE_FEATURES_MAX];
    if (!weigh(detector, model, data, profile, weight)) {
        put_nothing(reason, "");
        return;
    }
    bool usual_here = false;
    while ((feature = heaviest(weight, d)) < d) {
        double value = table_profile(table, profile)[feature], usual, most;
        weight[feature] = 0;
        if (!rare_among_all(table, features, feature, value)) {
            continue;
        }
        if (earlier == 0) {
            int used = put_value(reason, table, feature, value);
            double share =
                (double)feature_rows_at_least(features, feature, value) / (double)table->n_rows;
            snprintf(reason->text + used, sizeof reason->text - (size_t)used, ", %s",
                     format_one_in(share).text);
            return;
        }
        if (look_back(table, history, earlier, feature, value, room, &usual, &most)) {
            put_usual(reason, put_value(reason, table, feature, value),
                      format_value(usual).text, format_value(most).text);
            return;
        }
        usual_here = true;
    }
    put_nothing(reason, usual_here ? "rare among all, usual here" : "nothing odd by itself");
}
