/* The list of users for a file. */
#include <stdio.h>

#include "lists/sheets.h"
#include "views/users_view.h"

static void put_time(struct sheet *sheet, const struct table *table, uint32_t time)
{
    if (time == DICT_NONE) {
        sheet_put_nothing(sheet);
        return;
    }
    struct span text = dict_get(table->times, time);
    sheet_put_bytes(sheet, text.bytes, text.length);
}

static void put_user(struct sheet *sheet, const struct table *table,
                     const struct accounts *accounts, const struct user_sum *sum, bool scored)
{
    struct span name = dict_get(table->users, sum->user);
    sheet_put_bytes(sheet, name.bytes, name.length);
    if (accounts != NULL) {
        sheet_put_text(sheet, accounts_kind(accounts, sum->user));
    }
    if (accounts != NULL && accounts->owner != NULL) {
        sheet_put_text(sheet, accounts_owner(accounts, sum->user));
        sheet_put_text(sheet, accounts_label(accounts, sum->user));
    }
    sheet_put_count(sheet, (uint64_t)user_sum_clock(sum));
    sheet_put_count(sheet, sum->rows);
    if (scored) {
        sheet_put_count(sheet, sum->flagged);
    } else {
        sheet_put_nothing(sheet);
    }
    if (sum->worst_rank > 0) {
        sheet_put_count(sheet, sum->worst_rank);
    } else {
        sheet_put_nothing(sheet);
    }
    put_time(sheet, table, sum->first);
    put_time(sheet, table, sum->last);
}

struct sheet *users_sheet(void *state, const struct app *app, char *name, size_t size,
                          struct status *status)
{
    static const struct {
        const char *name;
        bool text;
    } columns[] = {{"hours_of_day", false}, {"hours", false},     {"flagged_hours", false},
                   {"worst_rank", false},   {"first_seen", true}, {"last_seen", true}};
    const struct users_view *view = state;
    const struct session *session = app_session(app);
    const struct result *by = view->scored ? &session->run->results[view->by] : NULL;
    if (!view->ready || view->sums.n == 0) {
        return NULL;
    }
    snprintf(name, size, "users%s%s", by != NULL ? "-" : "", by != NULL ? by->name : "");
    struct sheet *sheet = sheet_new_table("Users", status);
    if (sheet == NULL) {
        return NULL;
    }
    const struct accounts *accounts = session->run->accounts;
    sheet_add_column(sheet, "src_user", true);
    if (accounts != NULL) {
        sheet_add_column(sheet, "kind", true);
    }
    if (accounts != NULL && accounts->owner != NULL) {
        sheet_add_column(sheet, "owner", true);
        sheet_add_column(sheet, "label", true);
    }
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        sheet_add_column(sheet, columns[i].name, columns[i].text);
    }
    for (size_t i = 0; i < view->sums.n; i++) {
        put_user(sheet, session->run->table, accounts, &view->sums.of[i], view->scored);
    }
    sheets_note(app, sheet);
    if (by != NULL) {
        sheet_add_note(sheet, "detector", "%s", by->name);
        sheet_add_note(sheet, "threshold", "%.17g", by->scores.threshold);
        if (by->partial[0] != '\0') {
            sheet_add_partial(sheet, by->name, by->partial);
        }
    }
    if (view->filter[0] != '\0') {
        sheet_add_note(sheet, "filter", "%s", view->filter);
    }
    return sheet;
}
