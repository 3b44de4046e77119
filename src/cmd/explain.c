/* oddhours explain FILE|DIR: why a user-hour is odd. */
#include "cmd/cmd.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd/console.h"
#include "cmd/operand.h"
#include "cmd/options.h"
#include "run/explainer.h"
#include "base/json.h"

struct settings {
    bool by_row, shapley, json, quiet;
    double row;
    const char *user, *time;
    struct run_params params;
};

static const struct option_spec own[] = {
    {"row", 0, "N", "the user-hour with this row_id"},
    {"user", 0, "NAME", "or: the user-hours of this user ..."},
    {"time", 0, "DT", "... at this time, as the table writes it"},
    {"shapley", 0, NULL, "exact Shapley values, too (forest and autoencoder)"},
    {"json", 0, NULL, "as JSON"},
    {"quiet", 'q', NULL, "no progress"},
    {NULL, 0, NULL, NULL},
};

static const struct param_spec row_spec = {"row",        PARAM_COUNT, 0,    0,
                                           4294967294.0, false,       NULL, "row_id"};

static bool take(void *context, size_t index, const char *value, struct status *status)
{
    struct settings *settings = context;
    switch (index) {
    case 0:
        settings->by_row = true;
        return param_parse(&row_spec, value, &settings->row, status);
    case 1: settings->user = value; return true;
    case 2: settings->time = value; return true;
    case 3: settings->shapley = true; return true;
    case 4: settings->json = true; return true;
    default: settings->quiet = true; return true;
    }
}

static bool check(const struct settings *settings, struct status *status)
{
    if (settings->by_row != (settings->user == NULL) ||
        (settings->user != NULL) != (settings->time != NULL)) {
        return status_set(status, STATUS_USAGE,
                          "say which user-hour: --row N, or --user NAME --time DT");
    }
    return true;
}

/* The rows asked for, `*n` of them, for free(). (dt, src_user) is no key: there may be several.
 */
static uint32_t *find_rows(const struct settings *settings, const struct table *table,
                           size_t *n, struct status *status)
{
    uint32_t *rows = NULL, time, user;
    size_t capacity = 0;
    *n = 0;
    if (settings->by_row) {
        if (settings->row >= (double)table->n_rows) {
            status_set(status, STATUS_USAGE,
                       "there is no row %.0f: the table has rows 0 to %zu", settings->row,
                       table->n_rows - 1);
            return NULL;
        }
        rows = mem_new(1, sizeof *rows, "a row", status);
        if (rows != NULL) {
            rows[0] = (uint32_t)settings->row;
            *n = 1;
        }
        return rows;
    }
    if (table->users == NULL || table->times == NULL) {
        status_set(status, STATUS_INPUT, "this table has no %s column; use --row N",
                   table->users == NULL ? "src_user" : "dt");
        return NULL;
    }
    user = dict_find(table->users, settings->user, strlen(settings->user));
    time = dict_find(table->times, settings->time, strlen(settings->time));
    for (size_t row = 0; user != DICT_NONE && time != DICT_NONE && row < table->n_rows; row++) {
        if (table->row_user[row] == user && table->row_time[row] == time) {
            if (!mem_grow(&rows, &capacity, *n + 1, sizeof *rows, "rows", status)) {
                free(rows);
                return NULL;
            }
            rows[(*n)++] = (uint32_t)row;
        }
    }
    if (*n == 0) {
        status_set(status, STATUS_USAGE, "there is no user-hour of '%.100s' at '%.60s'",
                   settings->user, settings->time);
    }
    return rows;
}

static void print_line(void *context, const char *key, const char *text)
{
    (void)context;
    if (key[0] != '\0') {
        printf("  %-16s %s\n", operand_safe(key).text, operand_safe(text).text);
    } else {
        printf("%s\n", operand_safe(text).text);
    }
}

static bool print_rows(const struct settings *settings, const struct run *run,
                       struct explainer *explainer, struct status *status)
{
    size_t n;
    uint32_t *rows = find_rows(settings, run->table, &n, status);
    bool good = n > 0;
    struct why *why = good ? mem_new(1, sizeof *why, "an explanation", status) : NULL;
    good = why != NULL;
    for (size_t i = 0; good && i < n; i++) {
        good = why_find(&explainer->data, rows[i], why, status);
        if (good && settings->shapley) {
            why_add_shapley(&explainer->data, why);
        }
        if (good && settings->json) {
            cJSON *json = explainer_json(explainer, why, status);
            good = json != NULL && json_write(json, "-", status);
        } else if (good) {
            why_lines(&explainer->data, why, print_line, NULL);
            if (i + 1 < n) {
                printf("\n----\n\n");
            }
        }
    }
    free(why);
    free(rows);
    return good;
}

static bool work(const struct settings *settings, struct status *status)
{
    struct console *console = console_new(settings->quiet, status);
    struct run *run = console != NULL ? console_run(console, &settings->params, status) : NULL;
    struct explainer *explainer = NULL;
    bool good = run != NULL;
    if (good) {
        explainer = explainer_new(run, run->parallel, console_progress(console), status);
        good = explainer != NULL;
    }
    console_free(console);
    good = good && print_rows(settings, run, explainer, status);
    explainer_free(explainer);
    run_free(run);
    return good;
}

int cmd_explain(int argc, char **argv)
{
    struct settings settings = {0};
    struct status status = {0};
    run_params_init(&settings.params);
    settings.params.index = true;
    const struct options options = {
        .synopsis = "explain FILE|DIR --row N [OPTION]...",
        .about =
            "Says why a user-hour is odd: against whom, according to which detector, and what\n"
            "common behaviour is nearest to it.",
        .own = own,
        .take = take,
        .context = &settings,
        .params = &settings.params,
    };
    int exit_status;
    if (!operand_begin(&options, argc, argv, &settings.params, &exit_status)) {
        return exit_status;
    }
    bool good = check(&settings, &status) && work(&settings, &status);
    return operand_end(&settings.params, good, &status);
}
