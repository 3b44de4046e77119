/* A threshold that was typed: a score, a share of user-hours, or so many a day. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "views/scores_view.h"

size_t scores_days(const struct table *table)
{
    return table->has_days ? (size_t)(table->last_day - table->first_day) + 1 : 0;
}

/* The lowest score that at most `rows` rows are strictly above of. */
static double threshold_for(const struct ranking *ranking, double rows)
{
    size_t low = 0,
           high = ranking->n_scored; /* positions in the order: the answer's is in between */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        double score = ranking_score(ranking, ranking->order[middle]);
        if ((double)ranking_rows_above(ranking, ranking_above(ranking, score)) <= rows) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return ranking_score(ranking, ranking->order[low]);
}

/* False with what is allowed in `why`. */
static bool read_threshold(const char *text, const struct ranking *ranking, size_t days,
                           double *threshold, char *why, size_t size)
{
    char *end;
    double value = strtod(text, &end);
    bool number = end != text && isfinite(value) && strpbrk(text, "xXpP") == NULL;
    if (number && *end == '\0') {
        *threshold = value;
        return true;
    }
    if (number && strcmp(end, "%") == 0 && value >= 0 && value <= 100) {
        *threshold = threshold_for(ranking, value / 100 * (double)ranking->scored_rows);
        return true;
    }
    if (number && strcmp(end, "/day") == 0 && value >= 0 && days > 0) {
        *threshold = threshold_for(ranking, value * (double)days);
        return true;
    }
    snprintf(why, size, "a threshold is a score such as %s, 5%%%s, not '%.40s'",
             format_score(ranking_score(ranking, ranking->order[0])).text,
             days > 0 ? " or 20/day" : " (N/day wants times)", text);
    return false;
}

void scores_set_threshold(struct scores_view *view, struct app *app, const char *text)
{
    const struct session *session = app_session(app);
    size_t i = session->selected.result;
    const struct ranking *ranking = session->run->results[i].ranking;
    char why[200];
    double threshold;
    if (text[0] == '\0') {
        view->moved[i] = false; /* where the detector has put it */
    } else if (ranking->n_scored == 0) {
        app_say(app, LOG_NOTE, "no user-hour has a score");
    } else if (!read_threshold(text, ranking, scores_days(session->run->table), &threshold, why,
                               sizeof why)) {
        app_say(app, LOG_ERROR, "%s", why);
    } else {
        view->threshold[i] = threshold;
        view->moved[i] = true;
        view->in_bins = view->ranged = false;
    }
}
