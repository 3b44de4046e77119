/* The last line: the keys that matter here and now. Which ones could matter is the view's list;
 * what would do nothing at the moment is left out, and the keys are those of the settings. On a
 * wide screen the views stand at the right. */
#include "app/app_state.h"

#include <stdio.h>
#include <string.h>

#include "events/events_index.h"

enum { FOOTER_KEYS = 7, FOOTER_CANDIDATES = 16 };

static bool has_choice_of_results(const struct session *session)
{
    size_t n = 0;
    for (size_t i = 0; i < session_results(session); i++) {
        n += session_uses(session, i) ? 1 : 0;
    }
    return n > 1;
}

static bool has_lines(const struct session *session)
{
    const char *why;
    return session->run != NULL && session->run->log_index != NULL &&
           events_index_usable(session->run->log_index, &why) && session->selected.has_row;
}

/* Whether an action would do something now, as far as the app knows; the view may know more. */
static bool is_useful(const struct app *app, enum action action)
{
    const struct session *session = &app->session;
    const struct view_ops *view = app_view(app);
    if (app_blind_hides(app, action)) {
        return false;
    }
    if (app->page == NULL && view->useful != NULL &&
        !view->useful(app_view_state(app), app, action)) {
        return false;
    }
    switch ((int)action) {
    case ACTION_CANCEL: return session->busy;
    case ACTION_DETECTOR_PREVIOUS:
    case ACTION_DETECTOR_NEXT: return has_choice_of_results(session);
    case ACTION_K_MORE:
    case ACTION_K_LESS:
    case ACTION_SORT:
    case ACTION_SORT_REVERSE:
    case ACTION_AXIS: return session_result(session) != NULL;
    case ACTION_EXPORT:
        return app->page != NULL ? app->page->sheet != NULL : session->has_table;
    case ACTION_HOSTS:
    case ACTION_LINES: return has_lines(session);
    case ACTION_FILTER: return session->has_table;
    case ACTION_CARD: return session->run != NULL;
    case ACTION_WHY:
    case ACTION_HOUR: return session->selected.has_row;
    default: break;
    }
    return action_info(action)->context != CONTEXT_REVIEW || app->review != NULL;
}

static size_t add(enum action *list, size_t n, enum action action)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i] == action) {
            return n;
        }
    }
    if (n < FOOTER_CANDIDATES) {
        list[n++] = action;
    }
    return n;
}

/* Candidates in the order of their weight: first stays longest. What is going on can be
 * cancelled from everywhere; where a view names few keys, those of everywhere follow. */
static size_t candidates(const struct app *app, enum action *list)
{
    static const enum action on_page[] = {ACTION_BACK,   ACTION_DOWN,   ACTION_PAGE_DOWN,
                                          ACTION_SEARCH, ACTION_EXPORT, ACTION_NONE};
    static const enum action everywhere[] = {ACTION_COMMAND, ACTION_HELP, ACTION_CLOSE,
                                             ACTION_NONE};
    static const enum action on_row[] = {
        ACTION_BACK,   ACTION_TRUE_POSITIVE, ACTION_FALSE_POSITIVE, ACTION_UNDECIDED,
        ACTION_NOTE,   ACTION_DOWN,          ACTION_EXPORT,         ACTION_PAGE_DOWN,
        ACTION_SEARCH, ACTION_NONE};
    const enum action *own = app->page == NULL   ? app_view(app)->footer
                             : app->page->of_row ? on_row
                                                 : on_page;
    size_t n = app->session.busy ? add(list, 0, ACTION_CANCEL) : 0;
    for (; *own != ACTION_NONE; own++) {
        n = add(list, n, *own);
    }
    for (const enum action *more = everywhere; app->page == NULL && *more != ACTION_NONE;
         more++) {
        n = add(list, n, *more);
    }
    return n;
}

/* The views that have keys, the present one marked, when there is room for all. */
static void draw_views(const struct app *app, struct canvas *canvas, int y, int x)
{
    int width = 1;
    for (size_t i = 0; views[i] != NULL; i++) {
        char key[KEY_NAME];
        keymap_key(&app->settings.keymap, views[i]->action, key);
        if (key[0] == '\0') {
            continue;
        }
        width += (int)(text_width(key) + strlen(views[i]->title)) + 3;
    }
    if (x + width > canvas->cols) {
        return;
    }
    x = canvas->cols - width;
    for (size_t i = 0; views[i] != NULL; i++) {
        char key[KEY_NAME];
        int start = x;
        bool here = views[i] == app_view(app);
        keymap_key(&app->settings.keymap, views[i]->action, key);
        if (key[0] == '\0') {
            continue;
        }
        x = canvas_text(canvas, y, x, ROLE_KEY, key);
        x = canvas_text(canvas, y, x + 1, here ? ROLE_STRONG : ROLE_DIM, views[i]->title);
        if (here) {
            canvas_select(canvas, y, start, x - start);
        }
        click_region_action(canvas, y, start, x - start, views[i]->action, "");
        x += 2;
    }
}

static const char *word_for(const struct app *app, enum action action)
{
    const struct view_ops *view = app_view(app);
    const char *word = app->page == NULL && view->word != NULL
                           ? view->word(app_view_state(app), action)
                           : NULL;
    return word != NULL ? word : action_info(action)->name;
}

void app_draw_footer(const struct app *app, struct canvas *canvas, int y)
{
    enum action list[FOOTER_CANDIDATES];
    size_t n = candidates(app, list);
    int x = 1, shown = 0;
    for (size_t i = 0; i < n && shown < FOOTER_KEYS; i++) {
        char key[KEY_NAME];
        int start = x;
        const char *name = word_for(app, list[i]);
        keymap_key(&app->settings.keymap, list[i], key);
        int width = (int)(text_width(key) + strlen(name)) + 3;
        if (key[0] == '\0' || x + width > canvas->cols || !is_useful(app, list[i])) {
            continue;
        }
        x = canvas_text(canvas, y, x, ROLE_KEY, key);
        x = canvas_text(canvas, y, x + 1, ROLE_DIM, name);
        click_region_action(canvas, y, start, x - start, list[i], "");
        x += 2;
        shown++;
    }
    draw_views(app, canvas, y, x);
}
