/* Users: everyone in the table: hours, flagged hours and worst rank by the detector in view. */
#include "views/users_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "lists/rows_query.h"
#include "views/view.h"

enum { NAME_BYTES = 512 };

/* ---- asking ---- */

struct made {
    const struct table *table;
    struct user_scores scores;
    size_t by;
    char filter[FILTER_TEXT]; /* as understood */
    enum user_key key;
    bool reversed;
    struct user_sums sums;
};

static void unmake(void *context)
{
    struct made *made = context;
    user_sums_clear(&made->sums);
    free(made);
}

static void add_up(struct rows_query *asked, const struct progress *progress)
{
    struct made *made = asked->made;
    if (user_sums_make(&made->sums, &asked->rows, made->table, &made->scores, progress,
                       &asked->query.status)) {
        user_sums_sort(&made->sums, made->table, made->key, made->reversed);
    }
}

static void ask(struct users_view *view, struct app *app)
{
    const struct session *session = app_session(app);
    const struct result *by = session_result(session);
    struct filter_error error = {0};
    view->asked = NULL; /* an answer on its way is not wanted any more */
    if (!session->has_table || session->run->table->row_user == NULL) {
        return;
    }
    struct made *made = mem_zero(1, sizeof *made, "sums of users", NULL);
    struct rows_query *asked =
        rows_query_new(app, session->filter.text, NULL, SIZE_MAX, SLOT_USERS, &error);
    if (made == NULL || asked == NULL) {
        snprintf(view->problem, sizeof view->problem, "no memory for the list of users");
        if (asked != NULL) {
            asked->query.free(&asked->query);
        }
        free(made);
        return;
    }
    made->table = session->run->table;
    made->by = session->selected.result;
    snprintf(made->filter, sizeof made->filter, "%s", session->filter.understood);
    made->key = view->key;
    made->reversed = view->reversed;
    if (by != NULL) {
        made->scores = (struct user_scores){.ranking = by->ranking,
                                            .index = session->run->by_profile,
                                            .threshold = by->scores.threshold};
    }
    made->scores.accounts = session->run->accounts;
    asked->then = add_up;
    asked->unmake = unmake;
    asked->made = made;
    view->asked = asked;
    if (!app_query(app, view, &asked->query)) {
        view->asked = NULL;
    }
}

static void *open_users(struct app *app)
{
    struct users_view *view = mem_zero(1, sizeof *view, "the users view", NULL);
    if (view != NULL) {
        ask(view, app);
    }
    return view;
}

static void close_users(void *state)
{
    struct users_view *view = state;
    user_sums_clear(&view->sums);
    free(view);
}

static void go_to_user(struct users_view *view, uint32_t user)
{
    for (size_t i = 0; i < view->sums.n; i++) {
        if (view->sums.of[i].user == user) {
            listbox_go(&view->list, i);
            return;
        }
    }
}

static void take(struct users_view *view, struct user_sums *sums)
{
    bool stay = view->ready && !view->from_top && view->sums.n > 0;
    uint32_t user = stay ? view->sums.of[view->list.cursor].user : 0;
    user_sums_clear(&view->sums);
    view->sums = *sums;
    memset(sums, 0, sizeof *sums);
    view->rows = 0;
    view->flagged = 0;
    for (size_t i = 0; i < view->sums.n; i++) {
        view->rows += view->sums.of[i].rows;
        view->flagged += view->sums.of[i].flagged;
    }
    view->ready = true;
    view->from_top = false;
    listbox_set_count(&view->list, view->sums.n);
    listbox_go(&view->list, 0);
    if (stay) {
        go_to_user(view, user);
    }
}

static void answer_users(void *state, struct app *app, struct query *query)
{
    struct users_view *view = state;
    struct rows_query *asked = (struct rows_query *)query;
    struct made *made = asked->made;
    (void)app;
    if (view->asked != query || query->status.code == STATUS_CANCELLED) {
        return;
    }
    view->asked = NULL;
    view->problem[0] = '\0';
    if (query->status.code != STATUS_OK) {
        snprintf(view->problem, sizeof view->problem, "%.159s", query->status.text);
        return;
    }
    view->scored = made->scores.ranking != NULL;
    view->by = made->by;
    snprintf(view->filter, sizeof view->filter, "%s", made->filter);
    take(view, &made->sums);
}

static void changed_users(void *state, struct app *app, unsigned what)
{
    struct users_view *view = state;
    if ((what & CHANGED_RUN) != 0) { /* other ids */
        view->ready = false;
        user_sums_clear(&view->sums);
        listbox_set_count(&view->list, 0);
    }
    if ((what & (CHANGED_TABLE | CHANGED_RUN | CHANGED_RESULT | CHANGED_DETECTOR |
                 CHANGED_FILTER)) != 0) {
        ask(view, app);
    }
}

/* ---- actions ---- */

static void sort_by(struct users_view *view, struct app *app, const char *name)
{
    enum user_key key = (view->key + 1) % USER_KEYS;
    if (name[0] != '\0') {
        for (key = 0; key < USER_KEYS && strcmp(user_key_name(key), name) != 0;) {
            key++;
        }
    }
    if (key == USER_KEYS) {
        app_say(app, LOG_ERROR,
                "sort by flagged, rank, hours, first, last, user, kind or clock, not '%s'",
                name);
        return;
    }
    view->key = key;
    view->reversed = false;
    view->from_top = true;
    ask(view, app);
}

static unsigned act_users(void *state, struct app *app, enum action action,
                          const char *argument)
{
    struct users_view *view = state;
    if (!view->ready || view->sums.n == 0) {
        return REACT_PASS;
    }
    switch ((int)action) {
    case ACTION_OPEN:
        app_select_user(app, view->sums.of[view->list.cursor].user);
        app_enter(app, ACTION_VIEW_USER);
        return REACT_DONE;
    case ACTION_SORT: sort_by(view, app, argument); return REACT_DONE;
    case ACTION_SORT_REVERSE:
        view->reversed = !view->reversed;
        view->from_top = true;
        ask(view, app);
        return REACT_DONE;
    default: return listbox_act(&view->list, action) ? REACT_DONE : REACT_PASS;
    }
}

static unsigned find_user(void *state, struct app *app, const char *text, bool forward)
{
    struct users_view *view = state;
    size_t n = view->sums.n;
    for (size_t step = 1; view->ready && step <= n; step++) {
        char name[NAME_BYTES];
        size_t position = (view->list.cursor + (forward ? step : n - step)) % n;
        struct span user =
            dict_get(app_session(app)->run->table->users, view->sums.of[position].user);
        snprintf(name, sizeof name, "%.*s",
                 (int)(user.length < NAME_BYTES ? user.length : NAME_BYTES - 1), user.bytes);
        if (text_contains(name, text)) {
            listbox_go(&view->list, position);
            return REACT_DONE;
        }
    }
    return REACT_PASS;
}

static void where_users(const void *state, const struct app *app, char *text, size_t size)
{
    (void)state;
    snprintf(text, size, "%s", session_result_title(app_session(app)));
}

static const enum action footer[] = {ACTION_OPEN,   ACTION_DETECTOR_NEXT, ACTION_SORT,
                                     ACTION_SEARCH, ACTION_FILTER,        ACTION_EXPORT,
                                     ACTION_HELP,   ACTION_NONE};

const struct view_ops view_users = {
    .action = ACTION_VIEW_USERS,
    .title = "Users",
    .contexts = CONTEXT_MOVE | CONTEXT_RANKED,
    .footer = footer,
    .filtered = true,
    .open = open_users,
    .close = close_users,
    .draw = users_draw,
    .act = act_users,
    .changed = changed_users,
    .answer = answer_users,
    .find = find_user,
    .sheet = users_sheet,
    .where = where_users,
};
