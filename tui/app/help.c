/* Help, made from the actions. */
#include "app/app_state.h"

#include <stdio.h>
#include <string.h>

static void add_action(struct page *page, const struct app *app, enum action action)
{
    const struct action_info *info = action_info(action);
    char keys[PAGE_KEY];
    keymap_keys(&app->settings.keymap, action, keys, sizeof keys);
    page_pair(page, keys[0] != '\0' ? keys : ":", ROLE_TEXT, "%-20s %s%s%s", info->name,
              info->argument, info->argument[0] != '\0' ? "  " : "", info->help);
}

static void add_title(struct page *page, const char *title)
{
    page_add(page, ROLE_TEXT, "%s", "");
    page_add(page, ROLE_STRONG, "%s", title);
}

static void add_context(struct page *page, const struct app *app, enum context context)
{
    add_title(page, context_title(context));
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        if (action_info((enum action)i)->context == context) {
            add_action(page, app, (enum action)i);
        }
    }
}

/* First what the view's footer names, then all there is: what the view takes, then the rest. */
struct page *app_help_page(const struct app *app)
{
    static const enum context order[] = {CONTEXT_ROWS, CONTEXT_RANKED, CONTEXT_REVIEW,
                                         CONTEXT_MOVE, CONTEXT_ANY};
    const struct view_ops *view = app_view(app);
    char title[80];
    unsigned here = view->contexts | CONTEXT_ANY;
    snprintf(title, sizeof title, "Keys in %s", view->title);
    struct page *page = page_new(title);
    if (page == NULL) {
        return NULL;
    }
    page_add(page, ROLE_DIM, "every action has a name: : and the name runs it, so do scripts");
    add_title(page, "most used here");
    for (const enum action *action = view->footer; *action != ACTION_NONE; action++) {
        add_action(page, app, *action);
    }
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if ((order[i] & here) != 0) {
            add_context(page, app, order[i]);
        }
    }
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        if ((order[i] & here) == 0) {
            add_context(page, app, order[i]);
        }
    }
    return page;
}
