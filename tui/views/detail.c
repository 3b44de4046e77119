#include "views/detail.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "explain/reason.h"
#include "views/user_hours.h"
#include "widgets/chart.h"

enum { NAME_COLS = 16, VALUE_COLS = 10, BAR_COLS = 12 };

int detail_rows(const struct app *app)
{
    const struct session *session = app_session(app);
    return session->has_table ? (int)session->run->table->profiles.d + 3 : 0;
}

void detail_rank(const struct session *session, size_t result, size_t row, char *text,
                 size_t size)
{
    text[0] = '\0';
    if (!session->has_result[result]) {
        return;
    }
    const struct run *run = session->run;
    const struct result *one = &run->results[result];
    size_t rank = ranking_rank_of(one->ranking, run->by_profile, run->table->row_profile, row);
    if (rank == 0) {
        snprintf(text, size, "%s not scored", one->brief);
        return;
    }
    double share = ranking_tail_share(one->ranking, run->table->row_profile[row]);
    snprintf(text, size, "%s #%s (%s)", one->brief, format_grouped(rank).text,
             format_one_in(share).text);
}

/* The member of the ensemble in which a profile is rarest; the result itself otherwise. */
static size_t most_certain(const struct session *session, size_t result, size_t profile)
{
    if (result + 1 < session_results()) {
        return result;
    }
    double least = INFINITY;
    for (size_t i = 0; i + 1 < session_results(); i++) {
        if (session->has_result[i]) {
            double share = ranking_tail_share(session->run->results[i].ranking, profile);
            if (share < least) {
                least = share;
                result = i;
            }
        }
    }
    return result;
}

bool detail_reason(const struct session *session, size_t result, size_t profile,
                   const char **feature, double *share)
{
    const struct run *run = session->run;
    result = most_certain(session, result, profile);
    const struct detector *detector = run->results[result].detector;
    if (!session->has_result[result] || detector == NULL) {
        return false;
    }
    const struct detector_data data = run_detector_data(run);
    struct reason reason;
    if (!reason_find(detector, run->results[result].model, &data, profile, &reason)) {
        return false;
    }
    *feature = run->table->feature_names[reason.feature];
    *share = reason.share;
    return true;
}

/* What one detector credits to each feature, as shares of all that speaks for an anomaly. */
static bool shares(const struct session *session, size_t result, size_t profile, double *share)
{
    const struct run *run = session->run;
    size_t d = run->table->profiles.d;
    const struct detector *detector = run->results[result].detector;
    const struct detector_data data = run_detector_data(run);
    double positive = 0;
    if (!session->has_result[result] || detector == NULL ||
        !detector->explain(run->results[result].model, &data, profile, share)) {
        return false;
    }
    for (size_t i = 0; i < d; i++) {
        positive += share[i] > 0 ? share[i] : 0;
    }
    for (size_t i = 0; i < d; i++) {
        share[i] = positive > 0 ? share[i] / positive : 0;
    }
    return true;
}

static void draw_feature(const struct session *session, size_t profile, size_t i,
                         const double *share, struct canvas *canvas, int y)
{
    const struct run *run = session->run;
    double value = table_profile(run->table, profile)[i];
    int x = 1;
    canvas_field(canvas, y, x, NAME_COLS, TEXT_LEFT, ROLE_TEXT, run->table->feature_names[i]);
    x += NAME_COLS + 1;
    canvas_field(canvas, y, x, VALUE_COLS, TEXT_RIGHT, ROLE_STRONG, format_value(value).text);
    x += VALUE_COLS + 2;
    if (session->has_scaled) {
        size_t at_least = feature_rows_at_least(run->features, i, value);
        double tail = (double)at_least / (double)run->table->n_rows;
        canvas_field(canvas, y, x, 9, TEXT_LEFT, ROLE_DIM, format_percentile(tail).text);
        x += 9;
        canvas_field(canvas, y, x, 17, TEXT_LEFT, tail < 0.001 ? ROLE_FLAGGED : ROLE_DIM,
                     format_one_in(tail).text);
        x += 18;
    }
    if (share != NULL && canvas->cols - x >= BAR_COLS + 7) {
        chart_bar(canvas, y, x, BAR_COLS, share[i] > 0 ? share[i] : 0, ROLE_BAR);
        canvas_field(canvas, y, x + BAR_COLS, 7, TEXT_RIGHT, ROLE_TEXT,
                     format_percent(share[i] > 0 ? share[i] : 0).text);
    }
}

static void draw_title(const struct session *session, size_t row, struct canvas *canvas)
{
    char user[160], time[64], title[320];
    bool ascii = canvas->glyphs->ascii;
    const struct table *table = session->run->table;
    user_hours_user(table, row, ascii, user, sizeof user);
    user_hours_time(table, row, ascii, time, sizeof time);
    snprintf(title, sizeof title, "%s%s%s%srow %s", user, user[0] != '\0' ? "  " : "", time,
             time[0] != '\0' ? "  " : "", format_grouped(row).text);
    canvas_rule(canvas, 0, title);
}

/* The detector in view comes first, so that its rank is there on a narrow screen, too. */
static void draw_ranks(const struct session *session, size_t row, struct canvas *canvas, int y)
{
    int x = 1;
    size_t n = session_results(), first = session->selected.result;
    for (size_t k = 0; k <= n; k++) {
        size_t i = k == 0 ? first : k - 1;
        char text[80] = "";
        if (k == 0 || i != first) {
            detail_rank(session, i, row, text, sizeof text);
        }
        if (text[0] != '\0') {
            x = canvas_printf(canvas, y, x, k == 0 ? ROLE_STRONG : ROLE_TEXT, "%s  ", text);
        }
    }
}

void detail_draw(const struct app *app, size_t row, struct canvas *canvas)
{
    const struct session *session = app_session(app);
    const struct table *table = session->run->table;
    size_t profile = table->row_profile[row];
    double share[TABLE_FEATURES_MAX];
    size_t by = most_certain(session, session->selected.result, profile);
    bool known = shares(session, by, profile, share);
    draw_title(session, row, canvas);
    for (size_t i = 0; i < table->profiles.d; i++) {
        draw_feature(session, profile, i, known ? share : NULL, canvas, (int)i + 1);
    }
    int y = (int)table->profiles.d + 1;
    draw_ranks(session, row, canvas, y++);
    uint32_t copies = table->profiles.copies[profile];
    int x = 1;
    if (copies > 1) {
        x = canvas_printf(canvas, y, 1, ROLE_DIM, "%s user-hours look exactly like this one.  ",
                          format_grouped(copies).text);
    } else {
        x = canvas_text(canvas, y, 1, ROLE_DIM, "No other user-hour looks like this one.  ");
    }
    if (known && canvas->cols - x > 20) {
        canvas_printf(canvas, y, x, ROLE_DIM, "bars: %s, %s", session->run->results[by].brief,
                      session->run->results[by].detector->credit_unit);
    }
}
