#include "lists/detail.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "explain/user_past.h"
#include "lists/user_hours.h"
#include "run/reasons.h"
#include "widgets/chart.h"
#include "widgets/columns.h"

enum { NAME_COLS = 16, BAR_COLS = 12, SHARE_COLS = 7, FEATURE_TEXT = 96 };

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
    double share = ranking_row_share(one->ranking, run->table->row_profile, row);
    snprintf(text, size, "%s #%s (%s%s)", one->brief, format_grouped(rank).text,
             format_one_in(share).text,
             one->ranking->reference != NULL ? " of the reference" : "");
}

/* The member of the ensemble in which a profile is rarest; the result itself otherwise. */
static size_t most_certain(const struct session *session, size_t result, size_t profile)
{
    if (session->run->results[result].kind != RESULT_ENSEMBLE) {
        return result;
    }
    size_t found = reasons_most_certain(session->run, session->has_result, profile);
    result = found < session_results(session) ? found : result;
    return result;
}

/* What one detector credits to each feature, as shares of all that speaks for an anomaly. */
static bool shares(const struct session *session, size_t result, size_t profile, double *share)
{
    const struct run *run = session->run;
    size_t d = run->table->profiles.d;
    const struct detector *detector = run->results[result].detector;
    const struct detector_data data = run_detector_data(run);
    double positive = 0;
    if (!session->has_result[result] || detector == NULL || detector->explain == NULL ||
        !detector->explain(run->results[result].model->fitted, &data, profile, share)) {
        return false;
    }
    for (size_t i = 0; i < d; i++) {
        share[i] = detector->credit_sided ? fabs(share[i]) : share[i];
        positive += share[i] > 0 ? share[i] : 0;
    }
    for (size_t i = 0; i < d; i++) {
        share[i] = positive > 0 ? share[i] / positive : 0;
    }
    return true;
}

/* ---- features: a line each, with headings that say what the numbers are ---- */

enum { FEATURE, VALUE, TYPICAL, OWN, OWN_MOST, EXPECTED, PERCENTILE, AS_HIGH, CREDIT, PARTS };

struct part {
    enum role role;
    char text[FEATURE_TEXT];
};

/* The pane's numbers, before they are drawn. */
struct pane {
    const struct session *session;
    size_t row, profile, by;
    bool credited; /* `share` is known */
    double share[TABLE_FEATURES_MAX], expected[TABLE_FEATURES_MAX];
    bool has[PARTS];
    char heading[PARTS][FEATURE_TEXT];
    struct columns columns;
    size_t column[PARTS]; /* COLUMNS_MAX: none */
};

static void fill_part(const struct pane *pane, size_t i, int what, const struct glyphs *glyphs,
                      struct part *part)
{
    const struct run *run = pane->session->run;
    const struct session_past *past = &pane->session->past;
    double value = table_profile(run->table, pane->profile)[i], tail = 1;
    bool known = past->ready && past->row == pane->row;
    if (pane->session->has_scaled) {
        tail =
            (double)feature_rows_at_least(run->features, i, value) / (double)run->table->n_rows;
    }
    *part = (struct part){.role = ROLE_DIM};
    switch (what) {
    case FEATURE:
        part->role = ROLE_TEXT;
        text_safe(part->text, sizeof part->text, run->table->feature_names[i],
                  strlen(run->table->feature_names[i]), glyphs->ascii);
        break;
    case VALUE:
        part->role = ROLE_STRONG;
        snprintf(part->text, sizeof part->text, "%s", format_value(value).text);
        break;
    case TYPICAL:
        snprintf(part->text, sizeof part->text, "%s",
                 format_value(feature_percentile(run->features, i, 50)).text);
        break;
    case OWN:
    case OWN_MOST: {
        double own = what == OWN ? past->median[i] : past->most[i];
        bool above = known && what == OWN_MOST && past->rows > 0 && value > own;
        part->role = above ? ROLE_FLAGGED : ROLE_DIM;
        snprintf(part->text, sizeof part->text, "%s",
                 !known            ? glyphs->dot
                 : past->rows == 0 ? "-"
                                   : format_value(own).text);
        break;
    }
    case EXPECTED:
        snprintf(part->text, sizeof part->text, "%s", format_score(pane->expected[i]).text);
        break;
    case PERCENTILE:
        snprintf(part->text, sizeof part->text, "%s", format_percentile(tail).text);
        break;
    case AS_HIGH:
        part->role = tail < 0.001 ? ROLE_FLAGGED : ROLE_DIM;
        snprintf(part->text, sizeof part->text, "%s", format_one_in(tail).text);
        break;
    default: break;
    }
}

static void add_part(struct pane *pane, int what, const char *heading, int priority,
                     const struct glyphs *glyphs)
{
    size_t d = pane->session->run->table->profiles.d;
    int cells = (int)text_width(heading);
    for (size_t i = 0; i < d && what != CREDIT; i++) {
        struct part part;
        fill_part(pane, i, what, glyphs, &part);
        int width = (int)text_width(part.text);
        cells = width > cells ? width : cells;
    }
    cells = what == CREDIT && cells < BAR_COLS + SHARE_COLS ? BAR_COLS + SHARE_COLS : cells;
    cells = what == FEATURE && cells > NAME_COLS ? NAME_COLS : cells;
    snprintf(pane->heading[what], sizeof pane->heading[what], "%s", heading);
    bool left = what == FEATURE || what == AS_HIGH || what == PERCENTILE || what == CREDIT;
    const struct column column = {.title = pane->heading[what],
                                  .least = cells,
                                  .most = what == CREDIT ? cells + BAR_COLS : cells,
                                  .priority = priority,
                                  .align = left ? TEXT_LEFT : TEXT_RIGHT};
    pane->column[what] = columns_add(&pane->columns, column);
}

/* Which numbers there are; what matters least goes first on a narrow screen. */
static void add_parts(struct pane *pane, const struct glyphs *glyphs)
{
    const struct session *session = pane->session;
    const struct result *by = &session->run->results[pane->by];
    char heading[FEATURE_TEXT];
    for (size_t i = 0; i < PARTS; i++) {
        pane->column[i] = COLUMNS_MAX;
    }
    add_part(pane, FEATURE, "feature", 0, glyphs);
    add_part(pane, VALUE, "value", 0, glyphs);
    if (session->has_scaled) {
        add_part(pane, TYPICAL, "median", 5, glyphs);
    }
    if (user_past_possible(session->run->table)) {
        add_part(pane, OWN, "own", 6, glyphs);
        add_part(pane, OWN_MOST, "own max", 3, glyphs);
    }
    if (session->has_result[pane->by] && by->detector != NULL &&
        by->detector->expected != NULL) {
        const struct detector_data data = run_detector_data(session->run);
        by->detector->expected(by->model->fitted, &data, pane->profile, pane->expected);
        snprintf(heading, sizeof heading, "%s expects", by->brief);
        add_part(pane, EXPECTED, heading, 4, glyphs);
    }
    if (session->has_scaled) {
        add_part(pane, PERCENTILE, "percentile", 7, glyphs);
        add_part(pane, AS_HIGH, "as high", 1, glyphs);
    }
    if (pane->credited) {
        snprintf(heading, sizeof heading, "%s: share of %s", by->brief,
                 by->detector->credit_of);
        add_part(pane, CREDIT, heading, 2, glyphs);
    }
}

/* What rounds to 0.0 % is nothing, and the other end is all: so the text fits. */
static double shown_share(double share)
{
    return share < 0.0005 ? 0 : share >= 0.9995 ? 1 : share;
}

static void draw_feature(const struct pane *pane, size_t i, struct canvas *canvas, int y)
{
    const struct columns *columns = &pane->columns;
    for (int what = 0; what < PARTS; what++) {
        struct part part;
        size_t column = pane->column[what];
        if (column >= columns->n || columns->width[column] == 0) {
            continue;
        }
        if (what == CREDIT) {
            int x = columns->x[column], bar = columns->width[column] - SHARE_COLS;
            double share = shown_share(pane->share[i]);
            chart_bar(canvas, y, x, bar, share, ROLE_BAR);
            canvas_field(canvas, y, x + bar, SHARE_COLS, TEXT_RIGHT, ROLE_TEXT,
                         format_percent(share).text);
            continue;
        }
        fill_part(pane, i, what, canvas->glyphs, &part);
        columns_field(columns, canvas, y, column, part.role, part.text);
    }
}

/* The rows of the canvas go to the features; when there are too few, to the rarest of them. */
static void draw_features(const struct pane *pane, struct canvas *canvas)
{
    const struct run *run = pane->session->run;
    size_t d = run->table->profiles.d, room = canvas->rows > 0 ? (size_t)canvas->rows : 0;
    const double *values = table_profile(run->table, pane->profile);
    int y = 0;
    for (size_t i = 0; i < d; i++) {
        size_t rarer = 0;
        for (size_t j = 0; j < d && room < d && pane->session->has_scaled; j++) {
            size_t mine = feature_rows_at_least(run->features, i, values[i]);
            size_t other = feature_rows_at_least(run->features, j, values[j]);
            rarer += other < mine || (other == mine && j < i);
        }
        if (rarer < room) {
            draw_feature(pane, i, canvas, y++);
        }
    }
}

/* ---- around them ---- */

/* The rank of one result; without its "1 in N" when `brief`. */
static void rank_text(const struct session *session, size_t result, size_t row, bool brief,
                      char *text, size_t size)
{
    detail_rank(session, result, row, text, size);
    if (brief) {
        text[strcspn(text, "(")] = '\0';
        size_t length = strlen(text);
        text[length > 0 && text[length - 1] == ' ' ? length - 1 : length] = '\0';
    }
}

/* The detector in view comes first, so that its rank is there on a narrow screen, too; the
 * others go without their "1 in N" when that is too long. */
static void draw_ranks(const struct session *session, size_t row, struct canvas *canvas, int y)
{
    size_t n = session_results(session), first = session->selected.result;
    char line[2][400];
    for (int brief = 0; brief <= 1; brief++) {
        size_t length = 0;
        line[brief][0] = '\0';
        for (size_t k = 1; k <= n && length < sizeof line[brief]; k++) {
            char text[80] = "";
            if (k - 1 != first) {
                rank_text(session, k - 1, row, brief != 0, text, sizeof text);
            }
            if (text[0] != '\0') {
                length += (size_t)snprintf(line[brief] + length, sizeof line[brief] - length,
                                           "  %s", text);
            }
        }
    }
    char text[80];
    rank_text(session, first, row, false, text, sizeof text);
    int x = canvas_text(canvas, y, 1, ROLE_STRONG, text);
    bool fits = x + (int)text_width(line[0]) <= canvas->cols;
    canvas_text(canvas, y, x, ROLE_TEXT, line[fits ? 0 : 1]);
}

/* What there is room for on a higher screen only. */
static void draw_past(const struct session *session, size_t row, struct canvas *canvas, int y)
{
    const struct session_past *past = &session->past;
    if (!past->ready || past->row != row) {
        return;
    }
    if (past->rows == 0) {
        canvas_text(canvas, y, 1, ROLE_DIM, "this user has no earlier hour");
    } else {
        canvas_printf(canvas, y, 1, ROLE_DIM,
                      "own: median and maximum of the user's %s earlier hour%s",
                      format_grouped(past->rows).text, past->rows == 1 ? "" : "s");
    }
}

void detail_draw(const struct app *app, size_t row, struct canvas *canvas)
{
    detail_draw_by(app, row, app_session(app)->selected.result, canvas);
}

void detail_draw_by(const struct app *app, size_t row, size_t result, struct canvas *canvas)
{
    const struct session *session = app_session(app);
    const struct table *table = session->run->table;
    struct pane *pane = mem_zero(1, sizeof *pane, "the detail pane", NULL);
    if (pane == NULL) {
        return;
    }
    pane->session = session;
    pane->row = row;
    pane->profile = table->row_profile[row];
    pane->by = most_certain(session, result, pane->profile);
    pane->credited = shares(session, pane->by, pane->profile, pane->share);
    struct canvas inner = canvas_part(canvas, 1, 1, canvas->rows - 1, canvas->cols - 1);
    add_parts(pane, canvas->glyphs);
    columns_place(&pane->columns, inner.cols);
    detail_title(table, row, canvas);
    columns_header(&pane->columns, &inner, 0, pane->columns.n, false);
    int d = (int)table->profiles.d, rows = inner.rows - 1 > d ? d : inner.rows - 1;
    struct canvas lines = canvas_part(&inner, 1, 0, rows, inner.cols);
    draw_features(pane, &lines);
    draw_ranks(session, row, canvas, d + 2);
    draw_past(session, row, canvas, d + 3);
    free(pane);
}
