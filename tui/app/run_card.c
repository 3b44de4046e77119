/* The run card as a page: what was done to what, how, and how it came out. */
#include "app/app_state.h"

#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "base/key_values.h"
#include "base/format.h"
#include "config.h"

static void add_detector(struct page *page, const struct run *run, size_t index)
{
    const struct detector *detector = detectors[index];
    char text[400] = "";
    size_t length = 0;
    for (size_t i = 0; i < detector->n_params && length < sizeof text; i++) {
        char value[64];
        param_format(&detector->params[i], run->params.detectors.values[index][i], value,
                     sizeof value);
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s=%s",
                                   i > 0 ? "  " : "", detector->params[i].option, value);
    }
    page_pair(page, detector->name, ROLE_TEXT, "%s", text);
}

static void add_input(struct page *page, const struct app *app)
{
    const struct run *run = app->session.run;
    const struct table *table = run->table;
    const struct read_report *report = &table->report;
    size_t missing = 0, infinite = 0;
    for (size_t i = 0; i < table->profiles.d; i++) {
        missing += report->missing[i];
        infinite += report->infinite[i];
    }
    page_pair(page, "hash", ROLE_TEXT, "%s (XXH3, %s bytes)", report->hash,
              format_grouped(report->bytes).text);
    page_pair(page, "rows", ROLE_TEXT, "%s; %s left out", format_grouped(table->n_rows).text,
              format_count(report->rejected, "line").text);
    for (size_t i = 0; i < report->n_notes; i++) {
        page_pair(page, i == 0 ? "read as" : "", ROLE_TEXT, "%s", report->notes[i]);
    }
    page_pair(page, "profiles", ROLE_TEXT, "%s distinct of %zu features",
              format_grouped(table->profiles.n).text, table->profiles.d);
    page_pair(page, "taken as 0", ROLE_TEXT, "%s missing and %s infinite values",
              format_grouped(missing).text, format_grouped(infinite).text);
}

/* "151 person, 32 machine; rules: ...": what accounts are, and who says so. */
static void add_accounts(struct page *page, const struct run *run)
{
    const struct accounts *accounts = run->accounts;
    char text[120] = "";
    size_t used = 0;
    for (int kind = 0; accounts != NULL && kind < ACCOUNT_KINDS; kind++) {
        size_t n = accounts_of_kind(accounts, (enum account_kind)kind);
        if (n > 0) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s",
                                     used > 0 ? ", " : "", format_grouped(n).text,
                                     account_kind_name((enum account_kind)kind));
        }
    }
    if (accounts == NULL) {
        return;
    }
    page_pair(page, "accounts", ROLE_TEXT, "%s", text);
    if (accounts->owner != NULL) {
        page_pair(page, " ", ROLE_TEXT, "%s of this table in %s, which names %s that are not",
                  format_grouped(accounts->listed).text,
                  run->params.accounts != NULL ? run->params.accounts : "a list",
                  format_grouped(accounts->unknown).text);
    }
    if (run->params.kinds != NULL) {
        page_pair(page, "kinds", ROLE_TEXT, "%s", run->params.kinds);
    }
}

static void add_scaler(struct page *page, const struct run *run)
{
    page_add(page, ROLE_TEXT, "%s", "");
    page_add(page, ROLE_STRONG, "scaler: mean, and standard deviation");
    for (size_t i = 0; i < run->table->profiles.d; i++) {
        page_pair(page, run->table->feature_names[i], ROLE_TEXT, "%-12s %s",
                  format_score(run->scaler->mean[i]).text,
                  format_score(run->scaler->scale[i]).text);
    }
}

static void add_fact(struct page *page, const struct key_value *fact)
{
    switch (fact->kind) {
    case VALUE_NUMBER:
        page_pair(page, " ", ROLE_DIM, "%s: %.10g", fact->key, fact->number);
        break;
    case VALUE_BOOL:
        page_pair(page, " ", ROLE_DIM, "%s: %s", fact->key, fact->number != 0 ? "yes" : "no");
        break;
    case VALUE_TEXT: page_pair(page, " ", ROLE_DIM, "%s: %s", fact->key, fact->text); break;
    case VALUE_NUMBERS: break; /* long: in run.json */
    }
}

/* What a detector has found, and what it says about itself. */
static void add_result(struct page *page, const struct run *run, const struct result *result)
{
    struct key_values facts = {0};
    page_pair(page, result->name, ROLE_TEXT, "%s of %s flagged, above %s",
              format_grouped(result->scores.flagged_rows).text,
              format_grouped(result->scores.scored_rows).text,
              format_score(result->scores.threshold).text);
    if (result->partial[0] != '\0') {
        page_pair(page, " ", ROLE_WARN, "%s", result->partial);
    }
    if (result->health[0] != '\0') {
        page_pair(page, " ", ROLE_TEXT, "%s", result->health);
    }
    if (result->detector != NULL && result->model != NULL) {
        const struct detector_data data = run_detector_data(run);
        result->detector->info(result->model->fitted, &data, &facts);
        for (size_t i = 0; i < facts.n; i++) {
            add_fact(page, &facts.list[i]);
        }
        key_values_clear(&facts);
    }
}

static void add_stages(struct page *page, const struct app *app)
{
    const struct session *session = &app->session;
    const struct run *run = session->run;
    size_t finished = session->n_stages - (session->busy && session->n_stages > 0 ? 1 : 0);
    page_add(page, ROLE_TEXT, "%s", "");
    page_add(page, ROLE_STRONG, run->saved ? "seconds: shown from a saved run" : "seconds");
    for (size_t i = 0; i < finished && session->running == run; i++) {
        page_pair(page, run->stages[i].name, ROLE_TEXT, "%s%s",
                  app->frozen ? "0.00 s" : format_seconds(run->stages[i].seconds).text,
                  run->stages[i].finished ? "" : "  not finished");
    }
    page_pair(page, "memory", ROLE_TEXT, "%s now", format_bytes(app_memory(app)).text);
    page_pair(page, "program", ROLE_TEXT, "%s, %s kernels", PACKAGE_STRING,
              app->frozen ? "any" : cpu_kernel_name(cpu_kernel()));
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
              app->frozen               ? session->input
              : app->input_name != NULL ? app->input_name
                                        : run->params.input);
    if (session->has_table) {
        add_input(page, app);
        add_accounts(page, run);
    }
    if (session->has_table && run->reference != NULL) {
        char text[STATUS_TEXT];
        run_reference_say(run, text, sizeof text);
        page_pair(page, "reference", ROLE_TEXT, "%s", text);
    }
    if (session->has_table && run->extension != NULL) {
        char text[STATUS_TEXT];
        run_extension_say(run, text, sizeof text);
        page_pair(page, "extended", ROLE_TEXT, "%s", text);
    }
    page_pair(page, "seed", ROLE_TEXT, "%u", run->params.seed);
    page_pair(page, "budget", ROLE_TEXT, "%s", format_percent(run->params.budget).text);
    page_pair(page, "threads", ROLE_TEXT, "%u", parallel_threads(run->parallel));
    for (size_t i = 0; i < detector_count(); i++) {
        if (run->params.detectors.use[i]) {
            add_detector(page, run, i);
        }
    }
    add_stages(page, app);
    page_add(page, ROLE_TEXT, "%s", "");
    page_add(page, ROLE_STRONG, "results");
    for (size_t i = 0; i < session_results(session); i++) {
        if (session->has_result[i]) {
            add_result(page, run, &run->results[i]);
        }
    }
    if (session->has_scaled) {
        add_scaler(page, run);
    }
    return page;
}
