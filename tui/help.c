/* The pages that the app writes itself: help, made from the actions, and the run card. */
#include "app_state.h"

#include <stdio.h>
#include <string.h>

#include "base/format.h"

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

static void add_detector(struct page *page, const struct run *run, size_t index)
{
    const struct detector *detector = detectors[index];
    char text[400] = "";
    size_t length = 0;
    for (size_t i = 0; i < detector->n_params && length < sizeof text; i++) {
        char value[64];
        param_format(&detector->params[i], run->params.values[index][i], value, sizeof value);
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s=%s",
                                   i > 0 ? "  " : "", detector->params[i].option, value);
    }
    page_pair(page, detector->name, ROLE_TEXT, "%s", text);
}

struct page *app_card_page(const struct app *app)
{
    const struct session *session = &app->session;
    const struct run *run = session->run;
    struct page *page = page_new("Run card");
    if (page == NULL || run == NULL) {
        return page;
    }
    page_pair(page, "input", ROLE_TEXT, "%s",
              app->frozen ? app_base_name(run->params.input) : run->params.input);
    if (session->has_table) {
        const struct table *table = run->table;
        const struct read_report *report = &table->report;
        page_pair(page, "hash", ROLE_TEXT, "%s (XXH3, %s bytes)", report->hash,
                  format_grouped(report->bytes).text);
        page_pair(page, "rows", ROLE_TEXT, "%s; %s lines left out",
                  format_grouped(table->n_rows).text, format_grouped(report->rejected).text);
        page_pair(page, "profiles", ROLE_TEXT, "%s distinct of %zu features",
                  format_grouped(table->profiles.n).text, table->profiles.d);
    }
    page_pair(page, "seed", ROLE_TEXT, "%u", run->params.seed);
    page_pair(page, "budget", ROLE_TEXT, "%s", format_percent(run->params.budget).text);
    page_pair(page, "threads", ROLE_TEXT, "%u", parallel_threads(run->parallel));
    for (size_t i = 0; i < detector_count(); i++) {
        if (run->params.use[i]) {
            add_detector(page, run, i);
        }
    }
    page_add(page, ROLE_TEXT, "%s", "");
    page_add(page, ROLE_STRONG, "seconds");
    size_t finished = session->n_stages - (session->busy && session->n_stages > 0 ? 1 : 0);
    for (size_t i = 0; i < finished && session->running == run; i++) {
        page_pair(page, run->stages[i].name, ROLE_TEXT, "%s%s",
                  app->frozen ? "0.00 s" : format_seconds(run->stages[i].seconds).text,
                  run->stages[i].finished ? "" : "  not finished");
    }
    page_pair(page, "memory", ROLE_TEXT, "%s now", format_bytes(app_memory(app)).text);
    return page;
}
