/* The first line: the file, where one is in it, and what is known of the table. The crumbs are
 * a position, down to the user-hour under the cursor; what matters least goes first where there
 * is no room for all. */
#include "app/app_state.h"

#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "lists/user_hours.h"

enum { NARROW_COLS = 60, CRUMB_TEXT = 256, SIGN_COLS = 3 };

/* What is left of the line where it is too long, from the best on. */
enum { ALL, NO_MEMORY, NO_PROGRAM, SHORT_WAY, LAST_VIEW, NO_ROW, WAYS };

struct crumb {
    char view[64];                           /* "4 Top-K" */
    char where[CRUMB_TEXT], row[CRUMB_TEXT]; /* or "" */
};

struct header {
    const struct app *app;
    int way;
    size_t first; /* crumb that is shown */
    struct crumb crumbs[APP_VIEWS_MAX];
    char right[128];
};

/* ---- what it says ---- */

/* What is known of the table, for the right of the header. */
static void describe_rows(const struct app *app, bool brief, bool memory, char *text,
                          size_t size)
{
    const struct session *session = &app->session;
    size_t n = session->has_table         ? session->run->table->n_rows
               : session->preview != NULL ? session->preview->n_rows
                                          : 0;
    char held[64];
    snprintf(held, sizeof held, " %s %s", app->glyphs->dot, format_bytes(app_memory(app)).text);
    held[memory ? strlen(held) : 0] = '\0';
    struct shown all = brief ? format_short((double)n) : format_grouped(n);
    if (session->filter.text[0] != '\0' && app_view(app)->filtered) {
        snprintf(text, size, "& %s of %s rows",
                 session->filter.counted ? format_grouped(session->filter.rows).text : "...",
                 all.text);
    } else if (n > 0) {
        snprintf(text, size, "%s%s row%s%s", session->has_table ? "" : "first ", all.text,
                 n == 1 ? "" : "s", held);
    } else {
        snprintf(text, size, "%s", format_bytes(app_memory(app)).text);
    }
    const struct read_report *report = session->has_table ? &session->run->table->report : NULL;
    if (report != NULL && report->rejected > 0) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, ", %s left out",
                 format_short((double)report->rejected).text);
    }
    if (report != NULL && report->unread_times > 0 && !brief) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, ", %s without time",
                 format_short((double)report->unread_times).text);
    }
    /* On every screen: what is shown may be right for no state of the file. */
    enum input_change change =
        session->has_table ? session->run->table->report.change : INPUT_SAME;
    if (change != INPUT_SAME) {
        size_t length = strlen(text);
        snprintf(text + length, size - length, " %s %s while read", app->glyphs->dot,
                 input_change_word(change));
    }
}

/* On every screen, too: by whose models and among whose rows it is. "by month of 2026-11-30" */
static void describe_reference(const struct app *app, bool date, char *text, size_t size)
{
    const struct session *session = &app->session;
    const struct run_reference *reference = session->has_table ? session->run->reference : NULL;
    char name[64], day[RUN_MADE];
    if (reference == NULL) {
        return;
    }
    const char *base = app_base_name(reference->path);
    text_safe(name, sizeof name, base, strlen(base), app->glyphs->ascii);
    run_reference_made(reference, false, day);
    size_t used = strlen(text);
    snprintf(text + used, size - used, " %s by %.40s%s", app->glyphs->dot, name,
             date ? day : "");
}

/* The user-hour under the cursor; without its user where that stands before it. */
static void describe_row(const struct app *app, const char *where, char *text, size_t size)
{
    const struct table *table = app->session.has_table ? app->session.run->table : NULL;
    size_t row = table != NULL && app->page == NULL ? app_row(app) : SIZE_MAX;
    char user[CRUMB_TEXT / 2] = "";
    const char *when = "";
    struct shown shown;
    int64_t day;
    int hour;
    text[0] = '\0';
    if (row == SIZE_MAX) {
        return;
    }
    if (table->row_user != NULL) {
        struct span name = dict_get(table->users, table->row_user[row]);
        text_safe(user, sizeof user, name.bytes, name.length, app->glyphs->ascii);
    }
    if (table_row_when(table, row, &day, &hour)) {
        shown = format_when(day, hour);
        when = shown.text;
    }
    bool named = user[0] != '\0' && strcmp(user, where) != 0;
    if (user[0] == '\0' && when[0] == '\0') {
        snprintf(text, size, "row %s", format_grouped(row).text);
    } else {
        snprintf(text, size, "%s%s%s", named ? user : "", named && when[0] != '\0' ? " " : "",
                 when);
    }
}

static void fill_crumb(const struct app *app, size_t depth, struct crumb *crumb)
{
    size_t index = app->stack[depth];
    const struct view_ops *view = views[index];
    char key[KEY_NAME], where[CRUMB_TEXT] = "";
    keymap_key(&app->settings.keymap, view->action, key);
    snprintf(crumb->view, sizeof crumb->view, "%s%s%s", key, key[0] != '\0' ? " " : "",
             view->title);
    if (view->where != NULL) {
        view->where(app->states[index], app, where, sizeof where);
    }
    text_safe(crumb->where, sizeof crumb->where, where, strlen(where), app->glyphs->ascii);
    if (depth + 1 == app->depth) {
        describe_row(app, crumb->where, crumb->row, sizeof crumb->row);
    }
}

/* ---- how much of it there is room for ---- */

/* The parts of a crumb that are shown, in order; "" for none. */
static void parts_of(const struct header *header, size_t i, const char *parts[3])
{
    const struct crumb *crumb = &header->crumbs[i];
    bool last = i + 1 == header->app->depth;
    parts[0] = crumb->view;
    parts[1] = last || header->way < SHORT_WAY ? crumb->where : "";
    parts[2] = header->way < NO_ROW ? crumb->row : "";
}

static int left_width(const struct header *header)
{
    int width = 1;
    if (header->way < LAST_VIEW) {
        width += (int)text_width(header->app->session.input);
        width += header->way < NO_PROGRAM ? (int)strlen("oddhours ") : 0;
    }
    for (size_t i = header->first; i < header->app->depth; i++) {
        const char *parts[3];
        parts_of(header, i, parts);
        for (int part = 0; part < 3; part++) {
            width += parts[part][0] != '\0' ? SIGN_COLS + (int)text_width(parts[part]) : 0;
        }
    }
    return width - (header->way < LAST_VIEW ? 0 : SIGN_COLS);
}

static void fit(struct header *header, int cols)
{
    bool narrow = cols < NARROW_COLS;
    for (header->way = narrow ? LAST_VIEW : ALL;; header->way++) {
        header->first = header->way < LAST_VIEW ? 0 : header->app->depth - 1;
        describe_rows(header->app, narrow, header->way < NO_MEMORY, header->right,
                      sizeof header->right);
        describe_reference(header->app, header->way < NO_PROGRAM, header->right,
                           sizeof header->right);
        int width = left_width(header) + (int)text_width(header->right) + 2;
        if (width <= cols || header->way + 1 == WAYS) {
            return;
        }
    }
}

/* ---- drawing ---- */

static int draw_crumb(const struct header *header, struct canvas *canvas, int x, size_t i)
{
    const struct app *app = header->app;
    bool last = i + 1 == app->depth;
    const char *parts[3];
    int start = x;
    parts_of(header, i, parts);
    for (int part = 0; part < 3; part++) {
        if (parts[part][0] == '\0') {
            continue;
        }
        if (x > 1) {
            x = canvas_printf(canvas, 0, x, ROLE_TITLE, " %s ", app->glyphs->crumb);
        }
        x = canvas_text(canvas, 0, x, last ? ROLE_STRONG : ROLE_TITLE, parts[part]);
    }
    click_region_action(canvas, 0, start, x - start, views[app->stack[i]]->action, "");
    return x;
}

void app_draw_header(const struct app *app, struct canvas *canvas)
{
    struct header header = {.app = app};
    for (size_t i = 0; i < app->depth; i++) {
        fill_crumb(app, i, &header.crumbs[i]);
    }
    fit(&header, canvas->cols);
    int width = (int)text_width(header.right), x = 1;
    canvas_fill(canvas, 0, 0, canvas->cols, ROLE_TITLE, " ");
    struct canvas left = canvas_part(canvas, 0, 0, 1, canvas->cols - width - 2);
    if (header.way < LAST_VIEW) {
        x = canvas_printf(&left, 0, x, ROLE_TITLE, "%s%s",
                          header.way < NO_PROGRAM ? "oddhours " : "", app->session.input);
    }
    for (size_t i = header.first; i < app->depth; i++) {
        x = draw_crumb(&header, &left, x, i);
    }
    canvas_text(canvas, 0, canvas->cols - width - 1, ROLE_TITLE, header.right);
}
