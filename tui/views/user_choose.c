#define _GNU_SOURCE
/* What the User view shows: whose hours, in which order, and what the heat lane is of. */
#include <string.h>

#include "base/format.h"
#include "views/user_view.h"
#include "views/view.h"

/* The position of the feature of this name, or the first whose name begins so; SIZE_MAX: there
 * is none. */
static size_t find_feature(const struct table *table, const char *name)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < table->profiles.d; i++) {
        if (strcmp(table->feature_names[i], name) == 0) {
            return i;
        }
        if (found == SIZE_MAX && strncmp(table->feature_names[i], name, strlen(name)) == 0) {
            found = i;
        }
    }
    return found;
}

/* The score that is ready and has this name. */
static size_t find_result(const struct session *session, const char *name)
{
    for (size_t i = 0; i < session_results(session); i++) {
        if (session->has_result[i] && strcmp(session->run->results[i].name, name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

void user_choose_quantity(struct user_view *view, struct app *app, const char *name)
{
    const struct session *session = app_session(app);
    const struct table *table = session->run->table;
    size_t d = table->profiles.d;
    if (name[0] == '\0') {
        size_t next =
            view->quantity_follows || !view->quantity.feature ? 0 : view->quantity.index + 1;
        view->quantity_follows = next >= d;
        view->quantity = (struct user_quantity){.feature = true, .index = next % d};
    } else {
        size_t result = find_result(session, name);
        size_t feature = result == SIZE_MAX ? find_feature(table, name) : SIZE_MAX;
        if (result == SIZE_MAX && feature == SIZE_MAX) {
            app_say(app, LOG_ERROR, "there is no feature and no detector with scores '%s'",
                    name);
            return;
        }
        view->quantity_follows = false;
        view->quantity = (struct user_quantity){.feature = result == SIZE_MAX,
                                                .index = result == SIZE_MAX ? feature : result};
    }
    user_ask(view, app);
}

void user_sort_by(struct user_view *view, struct app *app, const char *name)
{
    const struct table *table = app_session(app)->run->table;
    size_t feature;
    if (name[0] == '\0') {
        view->sort = (view->sort + 1) % (USER_SORT_FEATURE + table->profiles.d);
    } else if (strcmp(name, "rank") == 0 || strcmp(name, "worst") == 0) {
        view->sort = USER_SORT_WORST;
    } else if (strcmp(name, "time") == 0) {
        view->sort = USER_SORT_TIME;
    } else if ((feature = find_feature(table, name)) != SIZE_MAX) {
        view->sort = USER_SORT_FEATURE + feature;
    } else {
        app_say(app, LOG_ERROR, "sort by rank, time or a feature, not '%s'", name);
        return;
    }
    view->reversed = false;
    user_ask(view, app);
}

unsigned user_choose(struct app *app, const char *name)
{
    const struct session *session = app_session(app);
    if (name[0] == '\0' || !session->has_table || session->run->table->users == NULL) {
        return REACT_PASS;
    }
    const struct dict *users = session->run->table->users;
    size_t n = dict_count(users), length = strlen(name);
    uint32_t exact = dict_find(users, name, length), begins = DICT_NONE, has = DICT_NONE;
    size_t n_begin = 0, n_have = 0;
    for (uint32_t id = 0; exact == DICT_NONE && id < n; id++) {
        struct span user = dict_get(users, id);
        if (user.length >= length && memcmp(user.bytes, name, length) == 0) {
            begins = n_begin++ == 0 ? id : begins;
        } else if (n_begin == 0 && memmem(user.bytes, user.length, name, length) != NULL) {
            has = n_have++ == 0 ? id : has;
        }
    }
    uint32_t found = exact != DICT_NONE ? exact : begins != DICT_NONE ? begins : has;
    if (found == DICT_NONE) {
        app_say(app, LOG_ERROR, "there is no user '%s'", name);
    } else {
        app_select_user(app, found);
        size_t fit = n_begin > 0 ? n_begin : n_have;
        if (fit > 1) {
            app_say(app, LOG_NOTE, "%s users %s '%.100s'%s; this is the first",
                    format_grouped(fit).text, n_begin > 0 ? "begin with" : "have", name,
                    n_begin > 0 ? "" : " in their names");
        }
    }
    return REACT_DONE;
}
