/* Help, made from the actions. */
#include "app/app_state.h"

#include <stdio.h>
#include <string.h>

static void add_context(struct page *page, const struct app *app, enum context context)
{
    bool any = false;
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const struct action_info *info = action_info((enum action)i);
        char keys[PAGE_KEY];
        keymap_keys(&app->settings.keymap, (enum action)i, keys, sizeof keys);
        if (info->context != context) {
            continue;
        }
        if (!any) {
            page_add(page, ROLE_TEXT, "%s", "");
            page_add(page, ROLE_STRONG, "%s", context_title(context));
            any = true;
        }
        page_pair(page, keys[0] != '\0' ? keys : ":", ROLE_TEXT, "%-20s %s%s%s", info->name,
                  info->argument, info->argument[0] != '\0' ? "  " : "", info->help);
    }
}

/* The contexts of the present view come first, then everything else. */
struct page *app_help_page(const struct app *app)
{
    static const enum context order[] = {CONTEXT_REVIEW, CONTEXT_ROWS, CONTEXT_RANKED,
                                         CONTEXT_MOVE, CONTEXT_ANY};
    char title[80];
    unsigned here = app_view(app)->contexts | CONTEXT_ANY;
    snprintf(title, sizeof title, "Keys in %s", app_view(app)->title);
    struct page *page = page_new(title);
    if (page == NULL) {
        return NULL;
    }
    page_add(page, ROLE_DIM, "every action has a name: : and the name runs it, so do scripts");
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
