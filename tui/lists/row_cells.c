#include "lists/row_cells.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "lists/detail.h"
#include "lists/user_hours.h"

enum { USER_LEAST = 12, USER_MOST = 40, WHY_LEAST = 28, HEADING_COLS = 10 };

static size_t result_of(const struct session *session, struct row_column column)
{
    return column.index == ROW_COLUMN_IN_VIEW ? session->selected.result : column.index;
}

static const char *brief(const struct session *session, struct row_column column)
{
    return session->run->results[result_of(session, column)].brief;
}

/* A score or a rank: a dot while there is none yet, a dash where the detector has none. */
static void fill_result(const struct session *session, struct row_column column, size_t row,
                        const struct glyphs *glyphs, struct row_cell *cell)
{
    const struct run *run = session->run;
    size_t at = result_of(session, column);
    cell->role = ROLE_DIM;
    if (!session->has_result[at]) {
        snprintf(cell->text, sizeof cell->text, "%s", glyphs->dot);
        return;
    }
    const struct result *result = &run->results[at];
    double score = result_score(result, run->table, row);
    if (isnan(score)) {
        snprintf(cell->text, sizeof cell->text, "-");
        return;
    }
    cell->role = score > result->scores.threshold ? ROLE_FLAGGED : ROLE_DIM;
    if (column.index == ROW_COLUMN_IN_VIEW && column.kind == ROW_COLUMN_RANK) {
        cell->role = ROLE_STRONG;
    }
    if (column.kind == ROW_COLUMN_SCORE) {
        snprintf(cell->text, sizeof cell->text, "%s", format_score(score).text);
    } else {
        size_t rank =
            ranking_rank_of(result->ranking, run->by_profile, run->table->row_profile, row);
        snprintf(cell->text, sizeof cell->text, "%s", format_grouped(rank).text);
    }
}

static void fill_when(const struct table *table, size_t row, struct row_cell *cell)
{
    int64_t day;
    int hour;
    if (table_row_when(table, row, &day, &hour)) {
        snprintf(cell->text, sizeof cell->text, "%s", format_when(day, hour).text);
    } else {
        snprintf(cell->text, sizeof cell->text, "-");
    }
}

/* What is known of the row's account. */
static void fill_account(const struct session *session, struct row_column column, size_t row,
                         bool ascii, struct row_cell *cell)
{
    const struct accounts *accounts = session->run->accounts;
    uint32_t user = session->run->table->row_user[row];
    const char *text = column.kind == ROW_COLUMN_KIND    ? accounts_kind(accounts, user)
                       : column.kind == ROW_COLUMN_OWNER ? accounts_owner(accounts, user)
                                                         : accounts_label(accounts, user);
    cell->role = column.kind == ROW_COLUMN_LABEL ? ROLE_STRONG : ROLE_DIM;
    text_safe(cell->text, sizeof cell->text, text, strlen(text), ascii);
}

void row_cell_fill(const struct app *app, struct row_column column, size_t row,
                   const struct glyphs *glyphs, struct row_cell *cell)
{
    const struct session *session = app_session(app);
    const struct table *table = session->run->table;
    uint32_t profile = table->row_profile[row], copies = table->profiles.copies[profile];
    bool ascii = glyphs->ascii;
    *cell = (struct row_cell){.role = ROLE_TEXT};
    switch (column.kind) {
    case ROW_COLUMN_VERDICT:
        cell->role = ROLE_STRONG;
        session_verdict_mark(app_session(app), row, false, cell->text, sizeof cell->text);
        break;
    case ROW_COLUMN_RANK:
    case ROW_COLUMN_SCORE: fill_result(session, column, row, glyphs, cell); break;
    case ROW_COLUMN_USER:
        user_hours_user(table, row, ascii, cell->text, sizeof cell->text);
        break;
    case ROW_COLUMN_KIND:
    case ROW_COLUMN_OWNER:
    case ROW_COLUMN_LABEL: fill_account(session, column, row, ascii, cell); break;
    case ROW_COLUMN_WHEN: fill_when(table, row, cell); break;
    case ROW_COLUMN_TIME:
        user_hours_time(table, row, ascii, cell->text, sizeof cell->text);
        break;
    case ROW_COLUMN_ROW:
        cell->role = ROLE_DIM;
        snprintf(cell->text, sizeof cell->text, "%s", format_grouped(row).text);
        break;
    case ROW_COLUMN_COPIES:
        cell->role = ROLE_DIM;
        if (copies > 1) {
            snprintf(cell->text, sizeof cell->text, "%s%s", glyphs->times,
                     format_short(copies).text);
        }
        break;
    case ROW_COLUMN_WHY:
        if (!app_reason(app, session->selected.result, row, ascii, cell->text,
                        sizeof cell->text)) {
            cell->role = ROLE_DIM;
            snprintf(cell->text, sizeof cell->text, "%s", glyphs->dot);
        }
        break;
    case ROW_COLUMN_FEATURE: {
        double value = table_profile(table, profile)[column.index];
        cell->role = value != 0 ? ROLE_TEXT : ROLE_DIM;
        snprintf(cell->text, sizeof cell->text, "%s", format_value(value).text);
        break;
    }
    case ROW_COLUMN_BESIDE: {
        double value = (double)table->columns[column.index].value[row];
        cell->role = value != 0 && !isnan(value) ? ROLE_TEXT : ROLE_DIM;
        snprintf(cell->text, sizeof cell->text, "%s",
                 isnan(value) ? "-" : format_value(value).text);
        break;
    }
    default: break;
    }
}

struct column row_cell_column(const struct session *session, struct row_column column,
                              char *heading, size_t size)
{
    struct column made = {.title = heading, .align = TEXT_RIGHT};
    bool in_view = column.index == ROW_COLUMN_IN_VIEW;
    heading[0] = '\0';
    switch (column.kind) {
    case ROW_COLUMN_VERDICT:
        made.least = 2;
        made.align = TEXT_LEFT;
        break;
    case ROW_COLUMN_RANK:
        snprintf(heading, size, "%s", in_view ? "#" : brief(session, column));
        break;
    case ROW_COLUMN_SCORE:
        snprintf(heading, size, "%s%s", in_view ? "" : brief(session, column),
                 in_view ? "score" : " score");
        break;
    case ROW_COLUMN_USER:
    case ROW_COLUMN_WHEN:
    case ROW_COLUMN_TIME:
    case ROW_COLUMN_KIND:
    case ROW_COLUMN_OWNER:
    case ROW_COLUMN_LABEL:
    case ROW_COLUMN_WHY:
        row_column_name(column, session, heading, size);
        made.align = TEXT_LEFT;
        break;
    case ROW_COLUMN_COPIES: snprintf(heading, size, "alike"); break;
    case ROW_COLUMN_FEATURE:
        user_hours_heading(session->run->table->feature_names[column.index], HEADING_COLS,
                           heading, size);
        break;
    case ROW_COLUMN_BESIDE:
        user_hours_heading(session->run->table->columns[column.index].name, HEADING_COLS,
                           heading, size);
        break;
    default: row_column_name(column, session, heading, size); break;
    }
    if (column.kind == ROW_COLUMN_USER) {
        made.least = USER_LEAST;
        made.most = USER_MOST;
    } else if (column.kind == ROW_COLUMN_WHY) {
        made.least = WHY_LEAST;
    }
    return made;
}
