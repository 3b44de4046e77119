/* What `e` writes of the Why page: the user-hour as a table, a line a feature, with what is
 * said in words above it. Made with the page, as a later run may take away what it is made of.
 */
#include "app/app_state.h"

#include <stdio.h>

#include "base/format.h"
#include "explain/why.h"
#include "run/sheet/sheet.h"
#include "lists/user_hours.h"

static void add_notes(struct sheet *sheet, const struct why_data *data, const struct why *why,
                      const char *input)
{
    char sentence[600];
    why_sentence(data, why, sentence, sizeof sentence);
    sheet_add_note(sheet, "input", "%s", input);
    sheet_add_note(sheet, "user-hours", "%s", format_grouped(why->rows).text);
    sheet_add_note(sheet, "in words", "%s", sentence);
    sheet_add_note(sheet, "alike", "%s", format_count(why->copies, "user-hour").text);
    for (size_t i = 0; i < data->n_sources; i++) {
        const struct why_detector *one = &why->detector[i];
        if (one->scored) {
            sheet_add_note(sheet, data->source[i].title, "rank %s (%s), score %s",
                           format_grouped(one->rank).text, format_one_in(one->tail_share).text,
                           format_score(one->score).text);
        } else {
            sheet_add_note(sheet, data->source[i].title, "did not score this row");
        }
    }
}

/* The names are those of `oddhours explain --json`. */
static void add_columns(struct sheet *sheet, const struct why_data *data, const struct why *why)
{
    static const char *const own[] = {"own_median", "own_most", "own_rows_at_least",
                                      "own_expected"};
    sheet_add_column(sheet, "feature", true);
    sheet_add_column(sheet, "value", false);
    sheet_add_column(sheet, "typical", false);
    sheet_add_column(sheet, "rows_at_least", false);
    if (why->has_class) {
        sheet_add_column(sheet, "same_hour_rows_at_least", false);
    }
    for (size_t k = 0; why->has_past && why->past.rows > 0 && k < 4; k++) {
        sheet_add_column(sheet, own[k], false);
    }
    for (size_t i = 0; i < data->n_sources; i++) {
        if (why->detector[i].credited) {
            char name[96];
            snprintf(name, sizeof name, "%s_credit", data->source[i].detector->name);
            sheet_add_column(sheet, name, false);
        }
    }
}

static void put_feature(struct sheet *sheet, const struct why_data *data, const struct why *why,
                        size_t i)
{
    sheet_put_text(sheet, data->data.table->feature_names[i]);
    sheet_put_number(sheet, why->value[i]);
    sheet_put_number(sheet, why->typical[i]);
    sheet_put_count(sheet, why->at_least[i]);
    if (why->has_class) {
        sheet_put_count(sheet, why->class_at_least[i]);
    }
    if (why->has_past && why->past.rows > 0) {
        sheet_put_number(sheet, why->past_median[i]);
        sheet_put_number(sheet, why->past_most[i]);
        sheet_put_count(sheet, why->past_at_least[i]);
        sheet_put_number(sheet, why->past_tail[i]);
    }
    for (size_t k = 0; k < data->n_sources; k++) {
        if (why->detector[k].credited) {
            sheet_put_number(sheet, why->detector[k].credit[i]);
        }
    }
}

struct sheet *app_why_sheet(const struct run *run, const struct why_data *data,
                            const struct why *why, const char *input, struct status *status)
{
    char name[256], title[300];
    user_hours_name(data->data.table, why->row, false, name, sizeof name);
    snprintf(title, sizeof title, "Why %s", name);
    struct sheet *sheet = sheet_new_table(title, status);
    if (sheet != NULL) {
        add_notes(sheet, data, why, input);
        add_columns(sheet, data, why);
        for (size_t i = 0; i < why->d; i++) {
            put_feature(sheet, data, why, i);
        }
        for (size_t i = 0; i < run->n_results; i++) {
            if (run->results[i].partial[0] != '\0') {
                sheet_add_partial(sheet, run->results[i].name, run->results[i].partial);
            }
        }
    }
    return sheet;
}
