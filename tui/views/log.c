/* Log: what the program had to say, the newest line last. */
#include "views/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/format.h"
#include "base/mem.h"
#include "lists/sheets.h"
#include "pages/page.h"
#include "widgets/listbox.h"

struct log_view {
    struct listbox list;
    bool following; /* the cursor stays on the newest line */
};

static void *open_log(struct app *app)
{
    (void)app;
    struct log_view *view = mem_zero(1, sizeof *view, "the log view", NULL);
    if (view != NULL) {
        view->following = true;
    }
    return view;
}

static void draw_line(const struct log_line *line, struct canvas *canvas, int y, bool selected)
{
    static const enum role roles[] = {ROLE_TEXT, ROLE_WARN, ROLE_BAD};
    static const char *const words[] = {"", "warning: ", "error: "};
    canvas_printf(canvas, y, 1, ROLE_DIM, "%8s", format_duration(line->seconds).text);
    int x = canvas_text(canvas, y, 11, roles[line->kind], words[line->kind]);
    canvas_text(canvas, y, x, ROLE_TEXT, line->text);
    if (selected) {
        canvas_select(canvas, y, 0, canvas->cols);
    }
}

static void draw_log(void *state, const struct app *app, struct canvas *canvas)
{
    struct log_view *view = state;
    const struct log *log = &app_session(app)->log;
    listbox_set_count(&view->list, log_count(log));
    if (view->following) {
        listbox_go(&view->list, view->list.n);
    }
    listbox_show(&view->list, canvas, 0, canvas->rows);
    for (size_t i = view->list.top; i < view->list.n; i++) {
        int y = (int)(i - view->list.top);
        if (y >= canvas->rows) {
            break;
        }
        draw_line(log_get(log, i), canvas, y, i == view->list.cursor);
    }
    if (view->list.n == 0) {
        canvas_text(canvas, 0, 1, ROLE_DIM, "nothing has been said yet");
    }
}

static unsigned act_log(void *state, struct app *app, enum action action, const char *argument)
{
    struct log_view *view = state;
    (void)argument;
    listbox_set_count(&view->list, log_count(&app_session(app)->log));
    if (action == ACTION_OPEN && view->list.n > 0) {
        struct page *page = page_new("Message");
        if (page != NULL) {
            page_add(page, ROLE_TEXT, "%s",
                     log_get(&app_session(app)->log, view->list.cursor)->text);
        }
        app_page(app, page);
        return REACT_DONE;
    }
    if (!listbox_act(&view->list, action)) {
        return REACT_PASS;
    }
    view->following = view->list.cursor + 1 >= view->list.n;
    return REACT_DONE;
}

static unsigned find_in_log(void *state, struct app *app, const char *text, bool forward)
{
    struct log_view *view = state;
    const struct log *log = &app_session(app)->log;
    size_t n = log_count(log);
    for (size_t step = 1; step <= n; step++) {
        size_t i = (view->list.cursor + (forward ? step : n - step)) % n;
        if (text_contains(log_get(log, i)->text, text)) {
            listbox_go(&view->list, i);
            view->following = false;
            return REACT_DONE;
        }
    }
    return REACT_PASS;
}

static struct sheet *sheet_log(void *state, const struct app *app, char *name, size_t size,
                               struct status *status)
{
    static const char *const kinds[] = {"note", "warning", "error"};
    const struct log *log = &app_session(app)->log;
    (void)state;
    snprintf(name, size, "log");
    struct sheet *sheet = sheet_new_table("Log", status);
    if (sheet == NULL) {
        return NULL;
    }
    sheet_add_column(sheet, "seconds", false);
    sheet_add_column(sheet, "kind", true);
    sheet_add_column(sheet, "message", true);
    for (size_t i = 0; i < log_count(log); i++) {
        const struct log_line *line = log_get(log, i);
        sheet_put_number(sheet, floor(1000 * line->seconds) / 1000);
        sheet_put_text(sheet, kinds[line->kind]);
        sheet_put_text(sheet, line->text);
    }
    sheets_note(app, sheet);
    return sheet;
}

static const enum action footer[] = {ACTION_OPEN,  ACTION_DOWN,    ACTION_UP,
                                     ACTION_LAST,  ACTION_SEARCH,  ACTION_HELP,
                                     ACTION_CLOSE, ACTION_COMMAND, ACTION_NONE};

const struct view_ops view_log = {
    .action = ACTION_VIEW_LOG,
    .title = "Log",
    .contexts = CONTEXT_MOVE,
    .footer = footer,
    .open = open_log,
    .close = free,
    .draw = draw_log,
    .act = act_log,
    .find = find_in_log,
    .sheet = sheet_log,
};
