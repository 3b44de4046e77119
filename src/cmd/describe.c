/* oddhours describe FILE|DIR: what the notebook's first cells print. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "cmd/console.h"
#include "cmd/operand.h"
#include "cmd/options.h"
#include "run/card.h"
#include "run/estimate.h"
#include "base/json.h"
#include "run/saved/saved.h"
#include "table/describe.h"
#include "events/input.h"

struct settings {
    bool json, quiet;
    struct run_params params; /* features, strict, threads */
};

enum { JSON, FEATURES, STRICT, LENIENT, THREADS, INPUT, QUIET };

static const struct option_spec own[] = {
    [JSON] = {"json", 0, OPTION_SWITCH, NULL, "as JSON"},
    [FEATURES] = {"features", 0, OPTION_VALUE, "LIST",
                  "numeric columns to use (the study's seven)"},
    [STRICT] = {"strict", 0, OPTION_SWITCH, NULL, "a line that cannot be used is an error"},
    [LENIENT] = {"lenient", 0, OPTION_SWITCH, NULL,
                 "status 0 although more than 1 % of the lines are left out"},
    [THREADS] = {"threads", 0, OPTION_VALUE, "N", "threads; 0: one per core (0)"},
    [INPUT] = {"input", 0, OPTION_VALUE, "auto|table|NAME|FILE.json",
               "a table, a raw log, or what it looks like (auto)"},
    [QUIET] = {"quiet", 'q', OPTION_SWITCH, NULL, "no progress"},
    {NULL, 0, OPTION_SWITCH, NULL, NULL},
};

static bool take(void *context, size_t index, const char *value, struct status *status)
{
    struct settings *settings = context;
    switch (index) {
    case JSON: settings->json = true; return true;
    case FEATURES: return run_params_add_features(&settings->params, value, status);
    case STRICT: settings->params.strict = true; return true;
    case LENIENT: settings->params.lenient = true; return true;
    case THREADS: return run_params_set(&settings->params, "threads", value, status);
    case INPUT: return run_params_set(&settings->params, "input", value, status);
    default: settings->quiet = true; return true;
    }
}

static void print_columns(const struct table *table, const struct description *described)
{
    size_t width = 16;
    for (size_t i = 0; i < described->features; i++) {
        size_t length = strlen(operand_safe(table->feature_names[i]).text);
        width = length > width ? length : width;
    }
    printf("\n%-*s %11s %11s %9s %9s %9s %9s %9s  missing\n", (int)width, "", "mean", "std",
           "min", "25%", "50%", "75%", "max");
    for (size_t i = 0; i < described->features; i++) {
        const struct summary *summary = &described->feature[i];
        printf("%-*s %11.7g %11.7g %9.6g %9.6g %9.6g %9.6g %9.6g  %s\n", (int)width,
               operand_safe(table->feature_names[i]).text, summary->mean, summary->std,
               summary->min, summary->q25, summary->q50, summary->q75, summary->max,
               format_percent(describe_missing_feature(table, i)).text);
    }
}

static void print_people(const struct table *table, const struct description *described)
{
    if (described->has_users) {
        printf("users     %s (%s missing)\n", format_grouped(described->users).text,
               format_percent(describe_missing_user(table)).text);
    }
    if (described->has_times) {
        printf("hours     %s (%s missing)\n", format_grouped(described->times).text,
               format_percent(describe_missing_time(table)).text);
    }
    if (described->has_dates) {
        printf("days      %s, from %s to %s\n", format_grouped((uint64_t)described->days).text,
               format_date(table->first_day).text,
               format_date(table->first_day + described->days - 1).text);
    }
    if (described->has_pairs && described->duplicated_pairs > 0) {
        printf("%s rows share their time and user with another row (%s pairs):\n"
               "          (dt, src_user) is no key here, and joining by it multiplies rows;\n"
               "          oddhours knows a row by its position, row_id\n",
               format_grouped(described->duplicated_rows).text,
               format_grouped(described->duplicated_pairs).text);
    } else if (described->has_pairs) {
        printf("          no two rows share their time and user\n");
    }
}

/* What `run` takes over this table, with the default options. */
static uint64_t run_bytes(const struct table *table)
{
    struct run_params params;
    struct sample sample;
    run_params_init(&params);
    sample_table(table, &sample);
    return estimate_bytes(&sample, &params);
}

static void print_text(const struct table *table, const struct description *described)
{
    printf("file      %s (%s)\n", operand_safe(table->report.name).text,
           format_bytes(table->report.bytes).text);
    if (table->report.change != INPUT_SAME) {
        printf("          %s\n", input_change_text(table->report.change));
    }
    printf("rows      %s in %zu columns, %s in memory (%.1f bytes a row)\n",
           format_grouped(described->rows).text, described->columns,
           format_bytes(described->bytes).text,
           (double)described->bytes / (double)described->rows);
    printf("profiles  %s distinct feature vectors (%.1f rows each)\n",
           format_grouped(described->profiles).text,
           (double)described->rows / (double)described->profiles);
    printf("a run     takes about %s of memory with all detectors\n",
           format_bytes(run_bytes(table)).text);
    print_people(table, described);
    operand_print_notes(table, stdout);
    printf("cleaned   %s missing or infinite values, taken as 0\n",
           format_grouped(described->cleaned).text);
    printf("left out  %s that cannot be used\n",
           format_count(described->rejected, "line").text);
    operand_print_rejects(table, stdout);
    print_columns(table, described);
}

static struct table *read_table(const struct settings *settings, struct console *console,
                                struct parallel *parallel, struct status *status)
{
    const struct csv_options options = {
        .features = (const char *const *)settings->params.features,
        .n_features = settings->params.n_features,
        .reading = &settings->params.reading,
        .strict = settings->params.strict,
    };
    console_stage(console, "read");
    const struct input_choice choice = run_params_choice(&settings->params);
    return input_load(settings->params.input, &choice, &options, NULL, parallel,
                      console_progress(console), status);
}

static bool describe(const struct settings *settings, const struct table *table,
                     struct parallel *parallel, struct console *console, struct status *status)
{
    console_read(console, table);
    console_stage(console, "describe");
    struct description *described =
        describe_table(table, parallel, console_progress(console), status);
    console_done(console);
    bool good = described != NULL;
    if (good && settings->json) {
        cJSON *json = card_description(table, described, status);
        json_number(json, "run_bytes", (double)run_bytes(table));
        good = json != NULL && json_write(json, "-", status);
    } else if (good) {
        print_text(table, described);
    }
    describe_free(described);
    return good;
}

/* The table of a saved run, when a directory is named. */
static bool describe_saved(const struct settings *settings, struct console *console,
                           struct status *status)
{
    struct run *run = console_run(console, &settings->params, status);
    bool good = run != NULL && describe(settings, run->table, run->parallel, console, status);
    run_free(run);
    return good;
}

static bool work(const void *context, struct console *console, struct status *status)
{
    const struct settings *settings = context;
    struct status problem = {0};
    char *saved = saved_in_directory(settings->params.input, &problem);
    free(saved);
    if (problem.code != STATUS_OK) {
        *status = problem;
        return false;
    }
    if (saved != NULL) {
        return describe_saved(settings, console, status);
    }
    struct parallel *parallel = parallel_new(settings->params.threads, status);
    struct table *table =
        parallel == NULL ? NULL : read_table(settings, console, parallel, status);
    if (table != NULL) {
        console_done(console);
        console_say_change(table->report.name, table->report.change);
    }
    bool good = table != NULL && describe(settings, table, parallel, console, status);
    table_free(table);
    parallel_free(parallel);
    return good;
}

int cmd_describe(int argc, char **argv)
{
    struct settings settings = {0};
    const struct operand_command command = {
        .options =
            {
                .synopsis = "describe FILE...|DIR [OPTION]...",
                .about = "Says what a table is like: shape, memory, missing values, quartiles, "
                         "users,\n"
                         "hours, and how often feature vectors repeat.",
                .own = own,
                .take = take,
                .context = &settings,
                .reading = &settings.params.reading,
            },
        .params = &settings.params,
        .quiet = &settings.quiet,
        .work = work,
    };
    return operand_run(&command, argc, argv);
}
