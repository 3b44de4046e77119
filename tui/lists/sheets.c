#include "lists/sheets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "run/sheet/rows_sheet.h"

void sheets_name(char *name, size_t size, const char *text, size_t length)
{
    size_t n = length < size - 1 ? length : size - 1;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || c == '-' || (c == '.' && i > 0);
        name[i] = plain ? (char)c : '_';
    }
    name[n] = '\0';
}

void sheets_note(const struct app *app, struct sheet *sheet)
{
    const struct session *session = app_session(app);
    sheet_add_note(sheet, "input", "%s", session->input);
    if (session->has_table) {
        sheet_add_note(sheet, "user-hours", "%s",
                       format_grouped(session->run->table->n_rows).text);
    }
}

/* One's own verdicts and notes: a line for each row that has any. */
static bool add_marks(const struct app *app, struct rows_sheet *spec, struct status *status)
{
    const struct verdict_set *own = session_own_verdicts(app_session(app));
    if (own == NULL) {
        return true;
    }
    spec->marks = sheet_new_table("verdicts", status);
    spec->mark_rows = mem_new(own->n, sizeof *spec->mark_rows, "verdicts", status);
    if (spec->marks == NULL || spec->mark_rows == NULL) {
        return false;
    }
    sheet_add_column(spec->marks, "verdict", true);
    sheet_add_column(spec->marks, "note", true);
    bool reasons = false; /* a column where somebody has said one */
    for (size_t i = 0; i < own->n; i++) {
        reasons = reasons || own->rows[i].reason != NULL;
    }
    if (reasons) {
        sheet_add_column(spec->marks, "reason", true);
    }
    for (size_t i = 0; i < own->n; i++) {
        const struct verdict_row *row = &own->rows[i];
        spec->mark_rows[i] = row->row;
        if (row->verdict != VERDICT_NONE) {
            sheet_put_text(spec->marks, verdict_name((enum verdict)row->verdict));
        } else {
            sheet_put_nothing(spec->marks);
        }
        if (row->note != NULL) {
            sheet_put_text(spec->marks, row->note);
        } else {
            sheet_put_nothing(spec->marks);
        }
        if (reasons && row->reason != NULL) {
            sheet_put_text(spec->marks, row->reason);
        } else if (reasons) {
            sheet_put_nothing(spec->marks);
        }
    }
    return true;
}

struct sheet *sheets_rows(const struct app *app, const char *title, struct row_set take_rows,
                          const struct sheets_rows *how, struct status *status)
{
    const struct session *session = app_session(app);
    struct rows_sheet spec = {.run = session->run,
                              .rows = take_rows,
                              .position = how->position,
                              .blind = how->blind || session->blind,
                              .ready = session->has_result,
                              .why = session_result(session),
                              .beside = how->beside};
    bool good = add_marks(app, &spec, status);
    struct sheet *sheet = rows_sheet_new(title, &spec, status);
    if (!good || sheet == NULL) {
        sheet_free(sheet);
        return NULL;
    }
    sheets_note(app, sheet);
    if (how->filtered && session->filter.text[0] != '\0') {
        sheet_add_note(sheet, "filter", "%s", session->filter.understood);
    }
    return sheet;
}

struct sheet *sheets_list(const struct app *app, const char *title, const uint32_t *rows,
                          size_t n, const struct sheets_rows *how, struct status *status)
{
    uint32_t *copy = mem_new(n, sizeof *copy, "a list to write", status);
    if (copy == NULL) {
        sheet_free(how->beside);
        return NULL;
    }
    if (n > 0) {
        memcpy(copy, rows, n * sizeof *copy);
    }
    return sheets_rows(app, title, row_set_list(copy, n), how, status);
}
