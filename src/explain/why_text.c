#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "explain/why.h"

#define OWN_ODD   2.0  /* decades from which the sentence begins with own past */
#define OWN_SHARE 0.05 /* of the oddness, from which a reason has a line */

struct text {
    char *out;
    size_t size, used;
};

static void put(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (text->used + 1 < text->size) {
        int n = vsnprintf(text->out + text->used, text->size - text->used, format, args);
        text->used += n > 0 ? (size_t)n : 0;
        text->used = text->used < text->size ? text->used : text->size - 1;
    }
    va_end(args);
}

static void put_span(struct text *text, const struct dict *dict, uint32_t id)
{
    struct span span = dict_get(dict, id);
    put(text, "%.*s", (int)(span.length < 200 ? span.length : 200), span.bytes);
}

static void put_who_and_when(struct text *text, const struct table *table, size_t row)
{
    int64_t day;
    int hour;
    if (table->row_user != NULL) {
        put_span(text, table->users, table->row_user[row]);
        put(text, ", ");
    }
    if (table_row_when(table, row, &day, &hour)) {
        put(text, "day %lld, %02d:00", (long long)day, hour);
    } else {
        put(text, "row %zu", row);
    }
    put(text, ": ");
}

/* A probability that is too small for words is only bounded. */
static struct shown chance(double tail)
{
    struct shown shown = {"below 1 in 1,000,000,000"};
    return tail < 1e-9 ? shown : format_one_in(tail);
}

/* The counts that are rarest among all rows, at most two; a feature at zero says nothing. */
static size_t rarest(const struct why_data *data, const struct why *why, size_t *chosen)
{
    size_t n = 0;
    for (size_t k = 0; k < 2; k++) {
        size_t best = why->d;
        for (size_t i = 0; i < why->d; i++) {
            bool fit = why->value[i] != 0 &&
                       !user_past_is_ratio(data->data.table->feature_names[i]) &&
                       (n == 0 || i != chosen[0]) && why->at_least[i] * 10 < why->rows;
            if (fit && (best == why->d || why->at_least[i] < why->at_least[best])) {
                best = i;
            }
        }
        if (best < why->d) {
            chosen[n++] = best;
        }
    }
    return n;
}

static size_t find_feature(const struct table *table, const char *name)
{
    size_t i = 0;
    while (i < table->profiles.d && strcmp(table->feature_names[i], name) != 0) {
        i++;
    }
    return i;
}

/* Of all rows, to the last digit: a sentence goes into tickets, and who counts finds the same.
 */
static struct shown one_in_all(size_t at_least, size_t rows)
{
    double share = (double)at_least / (double)rows;
    struct shown shown = format_one_in(share);
    if (share > 0 && share <= 0.1) {
        snprintf(shown.text, sizeof shown.text, "1 in %.30s",
                 format_grouped((uint64_t)llround(1 / share)).text);
    }
    return shown;
}

void why_sentence(const struct why_data *data, const struct why *why, char *out, size_t size)
{
    struct text text = {out, size, 0};
    const struct table *table = data->data.table;
    size_t chosen[2], n = rarest(data, why, chosen);
    out[0] = '\0';
    put_who_and_when(&text, table, why->row);
    if (why->has_own && why->own.score >= OWN_ODD && why->own.sentence[0] != '\0') {
        put(&text, "%s; ", why->own.sentence);
    }
    for (size_t k = 0; k < n; k++) {
        size_t i = chosen[k];
        put(&text, "%s%s %s (", k > 0 ? "; " : "", table->feature_names[i],
            format_value(why->value[i]).text);
        if (why->has_past && why->past.rows > 0) {
            put(&text, "own median %s; ", format_value(why->past_median[i]).text);
        }
        put(&text, "%s of all user-hours)", one_in_all(why->at_least[i], why->rows).text);
    }
    if (n == 0) {
        put(&text, "no count is among the highest tenth");
    }
    size_t night = find_feature(table, "nbhours_ratio");
    if (night < why->d && why->value[night] == 1) {
        put(&text, "; all of it out of hours");
    }
    size_t best = data->n_sources;
    for (size_t i = 0; i < data->n_sources; i++) {
        if (why->detector[i].scored && (data->source[i].detector != NULL || why->has_own) &&
            (best == data->n_sources || why->detector[i].rank < why->detector[best].rank)) {
            best = i;
        }
    }
    if (best < data->n_sources) {
        put(&text, "; %s rank %s", data->source[best].title,
            format_grouped(why->detector[best].rank).text);
    }
    put(&text, ".");
}

/* ---- the whole, line by line ---- */

struct lines {
    void (*line)(void *context, const char *key, const char *text);
    void *context;
    char buffer[600];
};

static struct text begin(struct lines *lines)
{
    lines->buffer[0] = '\0';
    return (struct text){lines->buffer, sizeof lines->buffer, 0};
}

static void end(struct lines *lines, const char *key)
{
    lines->line(lines->context, key, lines->buffer);
}

static void plain(struct lines *lines, const char *text)
{
    lines->line(lines->context, "", text);
}

/* The features of which nothing can be said, together: `all` (d) tells which they are. */
static void plain_features(struct lines *lines, const struct why_data *data,
                           const struct why *why, const bool *all, const char *who)
{
    const size_t full = sizeof lines->buffer * 3 / 4; /* many features take several lines */
    struct text text = begin(lines);
    size_t n = 0;
    for (size_t i = 0; i < why->d; i++) {
        if (!all[i]) {
            continue;
        }
        if (text.used > full) {
            put(&text, ",");
            end(lines, "");
            text = begin(lines);
        } else if (n == 0) {
            put(&text, "as high in %s: ", who);
        } else {
            put(&text, ", ");
        }
        put(&text, "%s %s", data->data.table->feature_names[i],
            format_value(why->value[i]).text);
        n++;
    }
    if (n > 0) {
        end(lines, "");
    }
}

static void feature_lines(struct lines *lines, const struct why_data *data,
                          const struct why *why)
{
    bool all[TABLE_FEATURES_MAX];
    struct text text = begin(lines);
    put(&text, "Among all user-hours");
    if (why->has_class) {
        put(&text, ", and among those at %02dh on %s days", why->hour,
            why->quiet ? "quiet" : "busy");
    }
    end(lines, "");
    for (size_t i = 0; i < why->d; i++) {
        all[i] = why->at_least[i] == why->rows;
        if (all[i]) {
            continue;
        }
        text = begin(lines);
        put(&text, "%s; median %s; as high %s", format_value(why->value[i]).text,
            format_value(why->typical[i]).text,
            format_one_in((double)why->at_least[i] / (double)why->rows).text);
        if (why->has_class) {
            put(&text, ", at %02dh %s", why->hour,
                format_one_in((double)why->class_at_least[i] / (double)why->class_rows).text);
        }
        end(lines, data->data.table->feature_names[i]);
    }
    plain_features(lines, data, why, all, "every user-hour");
}

static void past_lines(struct lines *lines, const struct why_data *data, const struct why *why)
{
    bool all[TABLE_FEATURES_MAX];
    struct text text = begin(lines);
    put(&text, "In the user's own past");
    if (why->has_past && why->past.rows > 0) {
        put(&text, ", %s; chance: of one as high",
            format_count(why->past.rows, "earlier hour").text);
    }
    end(lines, "");
    if (!why->has_past) {
        plain(lines, "this table has no users, so there is no own past");
        return;
    }
    const struct table *table = data->data.table;
    int64_t day;
    int hour;
    bool timed = table_row_when(table, why->row, &day, &hour);
    if (why->past.rows == 0) {
        plain(lines, timed ? "this is the user's first hour in the table: there is no own past"
                     : table->row_time == NULL
                         ? "this table has no times, and this is the user's first row in it"
                         : "the time of this row cannot be read, so no hour is known to be "
                           "earlier");
        return;
    }
    if (!timed) {
        plain(lines, "this table has no times: the user's rows above this one are taken for "
                     "earlier hours");
    }
    for (size_t i = 0; i < why->d; i++) {
        all[i] = why->past_at_least[i] == why->past.rows;
        if (all[i]) {
            continue;
        }
        text = begin(lines);
        put(&text, "%s; median %s, max %s; as high in %s", format_value(why->value[i]).text,
            format_value(why->past_median[i]).text, format_value(why->past_most[i]).text,
            why->past_at_least[i] > 0 ? format_grouped(why->past_at_least[i]).text : "none");
        if (!isnan(why->past_tail[i])) {
            put(&text, ", chance %s", chance(why->past_tail[i]).text);
        }
        end(lines, data->data.table->feature_names[i]);
    }
    plain_features(lines, data, why, all, "every earlier hour");
}

void why_reason_name(const struct table *table, const struct past_reason *reason, char *name,
                     size_t size)
{
    switch (reason->part) {
    case PAST_PART_SHARE: snprintf(name, size, "share failed"); break;
    case PAST_PART_SILENCE: snprintf(name, size, "silence"); break;
    case PAST_PART_HOUR: snprintf(name, size, "hour of day"); break;
    case PAST_PART_DAY: snprintf(name, size, "day of week"); break;
    default: snprintf(name, size, "%s", table_value_name(table, reason->feature)); break;
    }
}

/* "831; usually 0, most 3; as high in none" */
static void put_reason(struct text *text, const struct past_why *own,
                       const struct past_reason *reason)
{
    const struct shown high = format_grouped(reason->as_high);
    const char *as_high = reason->as_high > 0 ? high.text : "none";
    if (own->windows == 0) { /* measured against its kind and everybody */
        put(text, "%s, in the account's first hour", format_value(reason->value).text);
        return;
    }
    switch (reason->part) {
    case PAST_PART_HOUR:
        put(text, "%02dh; within an hour of it %s", (int)reason->value, as_high);
        break;
    case PAST_PART_DAY: put(text, "on this day %s", as_high); break;
    case PAST_PART_SHARE:
        put(text, "%s; usually %s, most %s", format_percent(reason->value).text,
            format_percent(reason->usual).text, format_percent(reason->most).text);
        break;
    case PAST_PART_SILENCE:
        put(text, "%s hours; usually %s, most %s", format_value(reason->value).text,
            format_value(reason->usual).text, format_value(reason->most).text);
        break;
    case PAST_PART_COUNT:
    default:
        if (reason->part >= PAST_PART_SLOW) {
            put(text, "in %s of the last day's %s above the usual %s",
                format_value(reason->value).text,
                format_count((uint64_t)reason->most, "hour").text,
                format_value(reason->usual).text);
            break;
        }
        put(text, "%s; usually %s, most %s; as high in %s", format_value(reason->value).text,
            format_value(reason->usual).text, format_value(reason->most).text, as_high);
        break;
    }
}

/* What own past says: its score, and the reasons that make up most of it. */
static void own_lines(struct lines *lines, const struct why_data *data, const struct why *why)
{
    const struct past_why *own = &why->own;
    struct text text = begin(lines);
    const struct shown windows = format_count(own->windows, "earlier window");
    if (own->n_reasons == 0) {
        put(&text, "Ordinary for this account, against %s", windows.text);
    } else {
        put(&text, "Odd for this account: %.2f decades (%s), against %s, made up of",
            (double)own->score, format_one_in(pow(10, -(double)own->score)).text, windows.text);
    }
    end(lines, "");
    for (size_t i = 0; i < own->n_reasons && own->reasons[i].credit >= OWN_SHARE; i++) {
        char name[80];
        why_reason_name(data->data.table, &own->reasons[i], name, sizeof name);
        text = begin(lines);
        put(&text, "%s: ", format_percent(own->reasons[i].credit).text);
        put_reason(&text, own, &own->reasons[i]);
        end(lines, name);
    }
}

/* One value a line, the largest first, as a bar that grows left or right of zero, and as text.
 */
static void bar_lines(struct lines *lines, const struct why_data *data, const double *values,
                      double sum, const char *unit)
{
    bool said[TABLE_FEATURES_MAX] = {false};
    size_t d = data->data.table->profiles.d;
    double most = 0;
    for (size_t i = 0; i < d; i++) {
        most = fmax(most, fabs(values[i]));
    }
    for (size_t k = 0; k < d; k++) {
        size_t best = d;
        for (size_t i = 0; i < d; i++) {
            if (!said[i] && (best == d || fabs(values[i]) > fabs(values[best]))) {
                best = i;
            }
        }
        said[best] = true;
        char left[11], right[11];
        int cells = most > 0 ? (int)lround(10 * fabs(values[best]) / most) : 0;
        memset(left, ' ', 10);
        memset(right, ' ', 10);
        left[10] = right[10] = '\0';
        memset(values[best] < 0 ? left + 10 - cells : right, '#', (size_t)cells);
        struct text text = begin(lines);
        put(&text, "%s|%s %+.4g", left, right, values[best]);
        end(lines, data->data.table->feature_names[best]);
    }
    struct text text = begin(lines);
    put(&text, "%22s%+.4g %s", "", sum, unit);
    end(lines, "sum");
}

static void detector_lines(struct lines *lines, const struct why_data *data,
                           const struct why *why, size_t source)
{
    const struct why_detector *one = &why->detector[source];
    const struct detector *detector = data->source[source].detector;
    struct text text = begin(lines);
    if (!one->scored) {
        put(&text, "did not score this row: it is not in the sample");
        end(lines, data->source[source].title);
        return;
    }
    const struct ranking *ranking = data->source[source].ranking;
    put(&text, "rank %s of %s (%s%s%s), score %s", format_grouped(one->rank).text,
        format_grouped(ranking->scored_rows).text, format_one_in(one->tail_share).text,
        ranking->reference != NULL ? " of the reference's " : "",
        ranking->reference != NULL ? format_grouped(ranking->reference->rows).text : "",
        format_score(one->score).text);
    end(lines, data->source[source].title);
    if (one->credited) {
        if (detector->credit_sided) {
            plain(lines,
                  "right of the bar: above the neighbours' mean, left: below; both speak "
                  "for an anomaly");
        }
        bar_lines(lines, data, one->credit, one->sum, detector->credit_unit);
    }
    if (one->has_shapley) {
        double sum = 0;
        for (size_t i = 0; i < why->d; i++) {
            sum += one->shapley[i];
        }
        plain(lines, "exact Shapley values");
        bar_lines(lines, data, one->shapley, sum, detector->shapley_unit);
    }
    if (detector != NULL && detector->remarks != NULL) {
        detector->remarks(data->source[source].model, &data->data, why->profile, lines->line,
                          lines->context);
    }
    plain(lines, "");
}

static void common_lines(struct lines *lines, const struct why_data *data,
                         const struct why *why)
{
    const struct table *table = data->data.table;
    if (why->n_common == 0) {
        plain(lines, "nothing repeats often enough to be called common");
    }
    for (size_t k = 0; k < why->n_common; k++) {
        const double *values = table_profile(table, why->common[k].profile);
        struct text text = begin(lines);
        put(&text, "seen %s times;", format_grouped(why->common[k].copies).text);
        bool any = false;
        for (size_t i = 0; i < why->d; i++) {
            if (values[i] != why->value[i]) {
                put(&text, "%s %s %s instead of %s", any ? "," : "", table->feature_names[i],
                    format_value(values[i]).text, format_value(why->value[i]).text);
                any = true;
            }
        }
        end(lines, "");
    }
}

/* The accounts that were most alike, and what they did in this window. */
static void peer_lines(struct lines *lines, const struct why_data *data, const struct why *why)
{
    const struct table *table = data->data.table;
    size_t n;
    const size_t *features = past_features(data->past, &n);
    plain(lines, why->peers.n > 0
                     ? "Accounts that were most alike before, and what they did in this window"
                     : "No account of its kind has been there as long");
    for (size_t k = 0; k < why->peers.n; k++) {
        const struct peer *peer = &why->peers.of[k];
        struct text text = begin(lines);
        char name[200];
        struct text who = {name, sizeof name, 0};
        name[0] = '\0';
        put_span(&who, table->users, peer->user);
        if (peer->row == UINT32_MAX) {
            put(&text, "nothing");
        }
        for (size_t i = 0; i < n && peer->row != UINT32_MAX; i++) {
            put(&text, "%s%s %s", i > 0 ? ", " : "", table_value_name(table, features[i]),
                format_value(table_value(table, peer->row, features[i])).text);
        }
        end(lines, name);
    }
}

/* "person; owner Jane Doe; VIP; seen in 9 of the 24 hours of the day" */
static void account_line(struct lines *lines, const struct why_data *data,
                         const struct why *why)
{
    uint32_t user = data->data.table->row_user[why->row];
    const char *owner = accounts_owner(data->accounts, user);
    const char *label = accounts_label(data->accounts, user);
    struct text text = begin(lines);
    put(&text, "%s", accounts_kind(data->accounts, user));
    if (owner[0] != '\0') {
        put(&text, "; owner %.100s", owner);
    }
    if (label[0] != '\0') {
        put(&text, "; %.100s", label);
    }
    if (why->account_hours > 0) {
        put(&text, "; seen in %d of the 24 hours of the day", why->account_hours);
    }
    end(lines, "account");
}

void why_lines(const struct why_data *data, const struct why *why,
               void (*line)(void *context, const char *key, const char *text), void *context)
{
    struct lines lines = {.line = line, .context = context};
    char sentence[600];
    why_sentence(data, why, sentence, sizeof sentence);
    plain(&lines, sentence);
    struct text text = begin(&lines);
    put(&text,
        why->copies > 1 ? "%s user-hours look exactly like this one."
                        : "No other user-hour looks exactly like this one.",
        format_grouped(why->copies).text);
    end(&lines, "");
    if (data->accounts != NULL) {
        account_line(&lines, data, why);
    }
    if (why->new_hosts[0] != '\0') {
        text = begin(&lines);
        put(&text, "%s", why->new_hosts);
        end(&lines, "new hosts");
    }
    plain(&lines, "");
    if (why->has_own) {
        own_lines(&lines, data, why);
        plain(&lines, "");
    }
    if (why->has_peers) {
        peer_lines(&lines, data, why);
        plain(&lines, "");
    }
    feature_lines(&lines, data, why);
    plain(&lines, "");
    if (data->context != NULL) {
        past_lines(&lines, data, why);
        plain(&lines, "");
    }
    plain(&lines,
          "According to the detectors (what speaks for an anomaly is right of the bar)");
    for (size_t i = 0; i < data->n_sources; i++) {
        detector_lines(&lines, data, why, i);
    }
    plain(&lines, "The nearest common behaviour");
    common_lines(&lines, data, why);
}
