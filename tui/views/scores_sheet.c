/* The histogram of the Scores view for a file. */
#include <stdio.h>

#include "lists/sheets.h"
#include "views/scores_view.h"

enum { BINS_UNSEEN = 64 };

static void add_bins(struct sheet *sheet, const struct histogram *histogram,
                     const struct ranking *ranking, const struct subset *subset)
{
    static const char *const columns[] = {"from", "to", "rows", "share"};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        sheet_add_column(sheet, columns[i], false);
    }
    if (subset != NULL) {
        sheet_add_column(sheet, "filtered_rows", false);
    }
    for (size_t i = 0; i < histogram->bins; i++) {
        sheet_put_number(sheet, histogram->edges[i]);
        sheet_put_number(sheet, histogram->edges[i + 1]);
        sheet_put_count(sheet, histogram->rows[i]);
        sheet_put_number(sheet, (double)histogram->rows[i] / (double)ranking->scored_rows);
        if (subset != NULL) {
            sheet_put_count(sheet, subset_bins(subset, histogram, i, i));
        }
    }
}

struct sheet *scores_sheet(void *state, const struct app *app, char *name, size_t size,
                           struct status *status)
{
    struct scores_view *view = state;
    const struct session *session = app_session(app);
    const struct result *result = session_result(session);
    size_t shown = session->selected.result;
    size_t columns = view->chart[0].columns > 0 ? view->chart[0].columns : BINS_UNSEEN;
    char title[160];
    if (result == NULL) {
        return NULL;
    }
    const struct histogram *histogram = scores_histogram(view, 0, session, shown, columns);
    if (histogram == NULL) {
        status_nomem(status, 0, "a histogram");
        return NULL;
    }
    snprintf(name, size, "scores-%s", result->name);
    snprintf(title, sizeof title, "Histogram of %s, %zu bins", result->title, histogram->bins);
    struct sheet *sheet = sheet_new_table(title, status);
    if (sheet == NULL) {
        return NULL;
    }
    const struct ranking *ranking = result->ranking;
    const struct subset *subset = view->filtered ? view->subset[shown] : NULL;
    double threshold = scores_threshold(view, session, shown);
    add_bins(sheet, histogram, ranking, subset);
    sheets_note(app, sheet);
    sheet_add_note(sheet, "detector", "%s", result->name);
    sheet_add_note(sheet, "threshold", "%.17g", threshold);
    sheet_add_note(sheet, "rows above it", "%zu",
                   ranking_rows_above(ranking, ranking_above(ranking, threshold)));
    if (subset != NULL) {
        sheet_add_note(sheet, "filter", "%s", session->filter.understood);
        sheet_add_note(sheet, "filtered rows above it", "%zu",
                       subset_above(subset, ranking, threshold));
    }
    if (result->partial[0] != '\0') {
        sheet_add_partial(sheet, result->name, result->partial);
    }
    return sheet;
}
