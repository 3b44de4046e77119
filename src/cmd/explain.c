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
#include "table/losses.h"
#include "base/json.h"

struct settings {
    bool by_row, shapley, json, quiet;
    double row;
    const char *user, *time;
    struct run_params params;
};

enum { ROW, USER, TIME, SHAPLEY, JSON, QUIET };

static const struct option_spec own[] = {
    [ROW] = {"row", 0, OPTION_VALUE, "N", "the user-hour with this row_id"},
    [USER] = {"user", 0, OPTION_VALUE, "NAME", "or: the user-hours of this user ..."},
    [TIME] = {"time", 0, OPTION_VALUE, "DT", "... at this time, as the table writes it"},
    [SHAPLEY] = {"shapley", 0, OPTION_SWITCH, NULL,
                 "exact Shapley values, too (forest and autoencoder)"},
    [JSON] = {"json", 0, OPTION_SWITCH, NULL, "as JSON"},
    [QUIET] = {"quiet", 'q', OPTION_SWITCH, NULL, "no progress"},
    {NULL, 0, OPTION_SWITCH, NULL, NULL},
};

static const struct param_spec row_spec = {"row",        PARAM_COUNT, 0,    0,
                                           4294967294.0, false,       NULL, "row_id"};

static bool take(void *context, size_t index, const char *value, struct status *status)
{
    struct settings *settings = context;
    switch (index) {
    case ROW:
        settings->by_row = true;
        return param_parse(&row_spec, value, &settings->row, status);
    case USER: settings->user = value; return true;
    case TIME: settings->time = value; return true;
    case SHAPLEY: settings->shapley = true; return true;
    case JSON: settings->json = true; return true;
    default: settings->quiet = true; return true;
    }
}

static bool check(const void *context, struct status *status)
{
    const struct settings *settings = context;
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

/* What is not in the table may be why a row is not what it should be. */
static void add_losses(cJSON *json, const struct table *table)
{
    char loss[LOSSES_TEXT];
    cJSON *lost = losses_say(table, 0, loss, sizeof loss) ? json_array(json, "lost") : NULL;
    for (size_t i = 0; lost != NULL && losses_say(table, i, loss, sizeof loss); i++) {
        json_item_text(lost, loss);
    }
}

static bool print_rows(const struct settings *settings, const struct run *run,
                       struct explainer *explainer, struct status *status)
{
    size_t n;
    uint32_t *rows = find_rows(settings, run->table, &n, status);
    bool good = n > 0;
    char reference[STATUS_TEXT];
    run_reference_say(run, reference, sizeof reference);
    struct why *why = good ? mem_new(1, sizeof *why, "an explanation", status) : NULL;
    good = why != NULL;
    for (size_t i = 0; good && i < n; i++) {
        good = why_find(&explainer->data, rows[i], why, status) &&
               why_add_peers(&explainer->data, why, run->parallel, NULL, status) &&
               explainer_add_hosts(run, why, NULL, status);
        if (good && settings->shapley) {
            why_add_shapley(&explainer->data, why);
        }
        if (good && settings->json) {
            cJSON *json = explainer_json(explainer, why, status);
            if (reference[0] != '\0') {
                json_text(json, "reference", reference);
            }
            add_losses(json, run->table);
            good = json != NULL && json_write(json, "-", status);
        } else if (good) {
            why_lines(&explainer->data, why, print_line, NULL);
            if (reference[0] != '\0') {
                printf("\n%s\n", operand_safe(reference).text);
            }
            if (i + 1 < n) {
                printf("\n----\n\n");
            }
        }
    }
    free(why);
    free(rows);
    return good;
}

static bool work(const void *context, struct console *console, struct status *status)
{
    const struct settings *settings = context;
    struct run *run = console_run(console, &settings->params, status);
    struct explainer *explainer =
        run != NULL ? explainer_new(run, run->parallel, console_progress(console), status)
                    : NULL;
    console_close(console);
    bool good = explainer != NULL && print_rows(settings, run, explainer, status);
    explainer_free(explainer);
    run_free(run);
    return good;
}

int cmd_explain(int argc, char **argv)
{
    struct settings settings = {0};
    const struct operand_command command = {
        .options =
            {
                .synopsis = "explain FILE...|DIR --row N [OPTION]...",
                .about = "Says why a user-hour is odd: against whom, according to which "
                         "detector, and what\n"
                         "common behaviour is nearest to it.",
                .own = own,
                .take = take,
                .context = &settings,
                .params = &settings.params,
            },
        .params = &settings.params,
        .index = true,
        .quiet = &settings.quiet,
        .check = check,
        .work = work,
    };
    return operand_run(&command, argc, argv);
}
