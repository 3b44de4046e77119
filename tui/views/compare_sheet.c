/* What the Compare view lists, for a file. */
#include <stdio.h>
#include <stdlib.h>

#include "base/format.h"
#include "base/mem.h"
#include "lists/sheets.h"
#include "views/compare_view.h"

static struct sheet *sheet_of_rows(const struct compare_view *view, const struct app *app,
                                   const char *title, struct status *status)
{
    const struct compare_answer *found = &view->found;
    const struct session *session = app_session(app);
    struct sheets_rows how = {.position = "place"};
    if (view->pane == PANE_CONSENSUS) {
        return sheets_list(app, title, found->consensus, found->n_consensus, &how, status);
    }
    uint32_t *rows = mem_new(found->n_differ, sizeof *rows, "a list to write", status);
    how.beside = rows != NULL ? sheet_new_table("differences", status) : NULL;
    if (how.beside == NULL) {
        free(rows);
        return NULL;
    }
    sheet_add_column(how.beside, "rare_for", true);
    sheet_add_column(how.beside, "ordinary_for", true);
    sheet_add_column(how.beside, "decades_rarer", false);
    for (size_t i = 0; i < found->n_differ; i++) {
        const struct disagreement *differ = &found->differ[i];
        rows[i] = differ->row;
        sheet_put_text(how.beside, session->run->results[found->result[differ->rare]].name);
        sheet_put_text(how.beside, session->run->results[found->result[differ->ordinary]].name);
        sheet_put_number(how.beside, differ->decades);
    }
    return sheets_rows(app, title, row_set_list(rows, found->n_differ), &how, status);
}

/* Input, and which of the detectors compared were cancelled. */
static void add_notes(const struct compare_view *view, const struct app *app,
                      struct sheet *sheet)
{
    sheets_note(app, sheet);
    for (size_t i = 0; i < view->found.n; i++) {
        const struct result *one = &app_session(app)->run->results[view->found.result[i]];
        if (one->partial[0] != '\0') {
            sheet_add_partial(sheet, one->name, one->partial);
        }
    }
}

static struct sheet *sheet_of_means(const struct compare_view *view, const struct app *app,
                                    const char *title, struct status *status)
{
    const struct table *table = app_session(app)->run->table;
    struct sheet *sheet = sheet_new_table(title, status);
    if (sheet == NULL) {
        return NULL;
    }
    sheet_add_column(sheet, "feature", true);
    sheet_add_column(sheet, "consensus_mean", false);
    sheet_add_column(sheet, "all_mean", false);
    for (size_t i = 0; i < table->profiles.d; i++) {
        sheet_put_text(sheet, table->feature_names[i]);
        sheet_put_number(sheet, view->found.consensus_mean[i]);
        sheet_put_number(sheet, view->found.all_mean[i]);
    }
    add_notes(view, app, sheet);
    return sheet;
}

/* A line a K, a column a pair. */
static struct sheet *sheet_of_curves(const struct compare_view *view, const struct app *app,
                                     const char *title, struct status *status)
{
    const struct compare_answer *found = &view->found;
    const struct result *results = app_session(app)->run->results;
    struct sheet *sheet = sheet_new_table(title, status);
    if (sheet == NULL) {
        return NULL;
    }
    sheet_add_column(sheet, "k", false);
    for (size_t i = 0; i < compare_pairs(found); i++) {
        struct compare_pair pair = compare_pair(found, i);
        char name[96] = "all";
        if (pair.a != pair.b) {
            snprintf(name, sizeof name, "%s_%s", results[found->result[pair.a]].name,
                     results[found->result[pair.b]].name);
        }
        sheet_add_column(sheet, name, false);
    }
    for (size_t step = 0; step < found->n_steps; step++) {
        sheet_put_count(sheet, found->steps[step]);
        for (size_t i = 0; i < compare_pairs(found); i++) {
            sheet_put_number(sheet,
                             compare_jaccard(&found->curve[step], compare_pair(found, i)));
        }
    }
    add_notes(view, app, sheet);
    return sheet;
}

struct sheet *compare_sheet(void *state, const struct app *app, char *name, size_t size,
                            struct status *status)
{
    static const char *const names[PANES] = {"consensus", "differences", "means", "jaccard"};
    const struct compare_view *view = state;
    const struct compare_answer *found = &view->found;
    char title[160];
    if (!view->ready) {
        return NULL;
    }
    snprintf(name, size, "%s", names[view->pane]);
    switch (view->pane) {
    case PANE_CONSENSUS:
        snprintf(title, sizeof title, "In the top %s of at least %zu of %zu detectors",
                 format_grouped(found->k).text, found->least, found->n);
        break;
    case PANE_DIFFER:
        compare_differ_title(found, app_session(app), title, sizeof title);
        title[0] = 'W';
        break;
    case PANE_MEANS:
        snprintf(title, sizeof title, "Means of the consensus and of all, by row");
        return sheet_of_means(view, app, title, status);
    default: return sheet_of_curves(view, app, "Jaccard index of the first K rows", status);
    }
    return sheet_of_rows(view, app, title, status);
}
