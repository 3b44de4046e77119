#include "run/moved.h"

#include <math.h>
#include <stdio.h>

#include "base/format.h"
#include "base/json.h"
#include "models/reference.h"
#include "table/spread.h"

/* From when on a list flags too much: more than twice the rows that would be expected, and more
 * than chance gives. And from which share on accounts are other ones. */
#define FLAGGED_TIMES 2.0
#define FLAGGED_NOISE 3.0 /* standard deviations of a count */
#define ACCOUNTS_NEW  0.1

double moved_flagged_before(const struct result *result)
{
    const struct reference *reference = result->reference;
    if (reference == NULL || reference->rows == 0) {
        return NAN;
    }
    double above = nextafter(result->scores.threshold, INFINITY);
    return (double)reference_rows(reference, above) / (double)reference->rows;
}

static double flagged_now(const struct result *result)
{
    return (double)result->scores.flagged_rows / (double)result->scores.scored_rows;
}

/* Whether a list flags too much. Fewer rows than expected are no reason to fit again: own past
 * flags fewer as it learns. */
static bool flags_more(const struct result *result)
{
    double before = moved_flagged_before(result);
    if (!result->ready || isnan(before) || result->scores.scored_rows == 0) {
        return false;
    }
    double most = FLAGGED_TIMES * before * (double)result->scores.scored_rows;
    return (double)result->scores.flagged_rows > most + FLAGGED_NOISE * sqrt(most + 1);
}

static bool has_new_accounts(const struct run *run)
{
    return run->table->users != NULL &&
           (double)run->reference->new_accounts >
               ACCOUNTS_NEW * (double)dict_count(run->table->users);
}

static size_t most_moved(const struct run_reference *reference, size_t d)
{
    size_t most = 0;
    for (size_t i = 1; i < d; i++) {
        if (reference->shifts[i].stability > reference->shifts[most].stability) {
            most = i;
        }
    }
    return most;
}

static bool should_fit_again(const struct run *run)
{
    const struct run_reference *reference = run->reference;
    bool moved = has_new_accounts(run);
    if (reference->shifts != NULL) {
        moved = moved ||
                reference->shifts[most_moved(reference, run->table->profiles.d)].stability >
                    SPREAD_MUCH;
    }
    for (size_t i = 0; i < run->n_results; i++) {
        moved = moved || flags_more(&run->results[i]);
    }
    return moved;
}

bool moved_say(const struct run *run, char *text, size_t size)
{
    const struct run_reference *reference = run->reference;
    text[0] = '\0';
    if (reference == NULL || run->table == NULL) {
        return false;
    }
    bool again = should_fit_again(run);
    size_t at = (size_t)snprintf(text, size, "%s", again ? "moved:" : "much as the reference:");
    if (reference->shifts != NULL && at < size) {
        size_t most = most_moved(reference, run->table->profiles.d);
        const struct spread_shift *shift = &reference->shifts[most];
        at += (size_t)snprintf(
            text + at, size - at, " stability index at most %.2f (%.60s, %s of rows %s %s)",
            shift->stability, run->table->feature_names[most],
            format_percent(fabs(shift->largest)).text,
            shift->largest >= 0 ? "more above" : "fewer above", format_value(shift->at).text);
    }
    for (size_t i = 0; i < run->n_results && at < size; i++) {
        const struct result *result = &run->results[i];
        if (flags_more(result)) {
            at += (size_t)snprintf(text + at, size - at, "; %s flags %s, was %s", result->title,
                                   format_percent(flagged_now(result)).text,
                                   format_percent(moved_flagged_before(result)).text);
        }
    }
    if (has_new_accounts(run) && at < size) {
        at += (size_t)snprintf(text + at, size - at, "; %s new of %s accounts",
                               format_grouped(reference->new_accounts).text,
                               format_grouped(dict_count(run->table->users)).text);
    }
    if (again && at < size) {
        snprintf(text + at, size - at, ": fit the models again");
    }
    return again;
}

void moved_json(const struct run *run, cJSON *card)
{
    const struct run_reference *reference = run->reference;
    if (reference == NULL) {
        return;
    }
    cJSON *json = json_object(card, "moved");
    cJSON_AddBoolToObject(json, "fit_again", should_fit_again(run));
    cJSON *features = json_object(json, "features");
    for (size_t i = 0; reference->shifts != NULL && i < run->table->profiles.d; i++) {
        const struct spread_shift *shift = &reference->shifts[i];
        cJSON *one = json_object(features, run->table->feature_names[i]);
        json_number(one, "stability_index", shift->stability);
        json_number(one, "largest_shift", shift->largest);
        json_number(one, "at", shift->at);
        json_count(one, "rows_above", shift->above);
        json_count(one, "rows_below", shift->below);
    }
    cJSON *flagged = json_object(json, "flagged");
    for (size_t i = 0; i < run->n_results; i++) {
        const struct result *result = &run->results[i];
        if (result->ready && result->scores.scored_rows > 0 &&
            !isnan(moved_flagged_before(result))) {
            cJSON *one = json_object(flagged, result->name);
            json_number(one, "reference", moved_flagged_before(result));
            json_number(one, "now", flagged_now(result));
        }
    }
}
