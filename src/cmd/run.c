/* oddhours run FILE -o DIR: the pipeline without a screen. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/format.h"
#include "base/mem.h"
#include "cmd/console.h"
#include "cmd/follow.h"
#include "cmd/operand.h"
#include "cmd/options.h"
#include "events/follow/follow.h"
#include "run/card.h"
#include "run/pipeline/artifacts.h"
#include "run/rowfile/row_file.h"
#include "table/summary.h"

struct settings {
    const char *directory;
    struct artifacts_choice choice;
    bool quiet, follow, once, rules, slack_said, gap_said;
    double slack, gap;
    struct run_params params;
};

enum { OUTPUT, FORMAT, SCORES, EXTEND, KEEP, REVIEWS, FOLLOW, ONCE, SLACK, GAP, RULES, QUIET };

static const struct option_spec own[] = {
    [OUTPUT] = {"output", 'o', OPTION_PATH, "DIR",
                "where the files go; made if it is not there (needed)"},
    [FORMAT] = {"format", 0, OPTION_VALUE, "NAME",
                "of tables: parquet as the study has, csv or both (parquet)"},
    [SCORES] = {"scores", 0, OPTION_SWITCH, NULL,
                "write scores too: every score and rank of all rows"},
    [EXTEND] = {"extend", 0, OPTION_PATH, "RUN",
                "take FILE into a finished run: a new one of both in DIR"},
    [KEEP] = {"keep-models", 0, OPTION_SWITCH, NULL,
              "with --extend: RUN's scaler and models, not fitted again"},
    [REVIEWS] = {"reviews", 0, OPTION_PATH, "FILE",
                 "whose true positives do not teach (--extend), whose rules hide (--rules)"},
    [FOLLOW] = {"follow", 0, OPTION_SWITCH, NULL,
                "FILE is a log that grows: print new episodes as lines of JSON"},
    [ONCE] = {"once", 0, OPTION_SWITCH, NULL, "with --follow: what there is, then end"},
    [SLACK] = {"slack", 0, OPTION_VALUE, "SECONDS",
               "with --follow: how late a line may be for its window (300)"},
    [GAP] = {"gap", 0, OPTION_VALUE, "HOURS",
             "with --follow: at most so far apart odd hours are one episode (2)"},
    [RULES] = {"rules", 0, OPTION_SWITCH, NULL,
               "with --follow: what the rules of the store hide is no news"},
    [QUIET] = {"quiet", 'q', OPTION_SWITCH, NULL, "no progress, no summary"},
    {NULL, 0, OPTION_SWITCH, NULL, NULL},
};

static const struct param_spec slack_spec = {"slack",  PARAM_COUNT, FOLLOW_SLACK, 0,
                                             31622400, false,       NULL,         "seconds"};

static bool take_path(char **path, const char *value, struct status *status)
{
    free(*path);
    *path = mem_text(value, strlen(value), status);
    return *path != NULL;
}

static bool take(void *context, size_t index, const char *value, struct status *status)
{
    struct settings *settings = context;
    switch (index) {
    case OUTPUT: settings->directory = value; return true;
    case FORMAT: return row_formats_parse(value, &settings->choice.formats, status);
    case SCORES: settings->choice.scores = true; return true;
    case EXTEND: return take_path(&settings->params.extend, value, status);
    case KEEP: settings->params.keep_models = true; return true;
    case FOLLOW: settings->follow = true; return true;
    case ONCE: settings->once = true; return true;
    case SLACK:
        settings->slack_said = true;
        return param_parse(&slack_spec, value, &settings->slack, status);
    case GAP:
        settings->gap_said = true;
        return param_parse(&run_gap_spec, value, &settings->gap, status);
    case RULES: settings->rules = true; return true;
    case REVIEWS: return take_path(&settings->params.reviews, value, status);
    default: settings->quiet = true; return true;
    }
}

static void print_result(const struct run *run, const struct result *result)
{
    const struct scores *scores = &result->scores;
    printf("%-20s %s of %s rows flagged (%s)\n", result->title,
           format_grouped(scores->flagged_rows).text, format_grouped(scores->scored_rows).text,
           format_percent(scores->scored_rows > 0
                              ? (double)scores->flagged_rows / (double)scores->scored_rows
                              : 0)
               .text);
    struct summary summary;
    if (scores->scored_rows > 0 && result_summary(run, result, &summary, NULL)) {
        printf("%-20s mean %.6g  std %.6g  min %.6g  quartiles %.6g %.6g %.6g  max %.6g\n", "",
               summary.mean, summary.std, summary.min, summary.q25, summary.q50, summary.q75,
               summary.max);
    }
    if (result->health[0] != '\0') {
        printf("%-20s %s\n", "", operand_safe(result->health).text); /* names features */
    }
}

static void print_summary(const struct run *run, const char *directory)
{
    const struct table *table = run->table;
    printf("%s, %s, %s left out\n", format_count(table->n_rows, "row").text,
           format_count(table->profiles.n, "profile").text,
           format_count(table->report.rejected, "line").text);
    operand_print_rejects(table, stdout);
    if (run->accounts != NULL && run->accounts->owner != NULL) {
        printf("accounts: %s of the table in the list, which has %s that are not in it\n",
               format_grouped(run->accounts->listed).text,
               format_grouped(run->accounts->unknown).text);
    }
    for (size_t i = 0; i < run->n_results; i++) {
        if (run->results[i].ready) {
            print_result(run, &run->results[i]);
        }
    }
    printf("seconds:");
    for (size_t i = 0; i < run->n_stages; i++) {
        printf(" %s %.2f;", run->stages[i].name, run->stages[i].seconds);
    }
    printf(" all %.2f\n", run->seconds);
    printf("peak memory %s; files in %s\n", format_bytes(mem_peak_bytes()).text,
           operand_safe(directory).text);
}

static bool run_and_write(const struct settings *settings, struct console *console,
                          struct status *status)
{
    struct run *run = console_run(console, &settings->params, status);
    if (run == NULL) {
        return false;
    }
    console_stage(console, "write");
    bool good = artifacts_write(run, settings->directory, &settings->choice,
                                console_progress(console), status);
    console_done(console);
    if (good && !settings->quiet) {
        print_summary(run, settings->directory);
    }
    run_free(run);
    return good;
}

static bool check_follow(const struct settings *settings, struct status *status)
{
    const struct run_params *params = &settings->params;
    if (params->reference == NULL) {
        return status_set(status, STATUS_USAGE,
                          "run: --follow wants a run that scores: --reference=RUN");
    }
    if (params->extend != NULL || settings->choice.scores) {
        return status_set(
            status, STATUS_USAGE,
            "run: --follow writes no files of a run: without --extend and --scores");
    }
    if (params->reviews != NULL && !settings->rules) {
        return status_set(status, STATUS_USAGE,
                          "run: --reviews goes with --extend=RUN, or with --rules");
    }
    return strcmp(params->input, "-") != 0 && strchr(params->input, '\n') == NULL
               ? true
               : status_set(status, STATUS_USAGE,
                            "run: --follow wants one log, a file or a folder");
}

static bool check(const void *context, struct status *status)
{
    const struct settings *settings = context;
    const struct run_params *params = &settings->params;
    if (settings->follow) {
        return check_follow(settings, status);
    }
    if (settings->once || settings->rules || settings->slack_said || settings->gap_said) {
        return status_set(status, STATUS_USAGE,
                          "run: --once, --rules, --slack and --gap go with --follow");
    }
    if (settings->directory == NULL) {
        return status_set(status, STATUS_USAGE,
                          "run: say where the files go: oddhours run FILE -o DIR");
    }
    if (params->extend == NULL && (params->keep_models || params->reviews != NULL)) {
        return status_set(status, STATUS_USAGE,
                          "run: --keep-models and --reviews go with --extend=RUN");
    }
    return params->extend == NULL || params->reference == NULL ||
           status_set(
               status, STATUS_USAGE,
               "run: --reference scores FILE by a run, --extend makes a new run of both: "
               "name one of them");
}

static bool work(const void *context, struct console *console, struct status *status)
{
    const struct settings *settings = context;
    struct artifacts_place place;
    if (settings->follow) {
        const struct follow_settings following = {.params = &settings->params,
                                                  .directory = settings->directory,
                                                  .slack = settings->slack,
                                                  .gap = settings->gap,
                                                  .rules = settings->rules,
                                                  .reviews = settings->params.reviews,
                                                  .once = settings->once,
                                                  .quiet = settings->quiet};
        return follow_work(&following, console, status);
    }
    if (!artifacts_prepare(settings->directory, &place, status)) {
        return false;
    }
    bool good = run_and_write(settings, console, status);
    if (!good && place.made) {
        rmdir(settings->directory); /* which leaves it, should anything be in it */
    }
    artifacts_release(&place);
    return good;
}

int cmd_run(int argc, char **argv)
{
    struct settings settings = {.choice = {.formats = ROW_FORMATS_DEFAULT},
                                .slack = slack_spec.initial,
                                .gap = run_gap_spec.initial};
    const struct operand_command command = {
        .options =
            {
                .synopsis = "run FILE... -o DIR [OPTION]...",
                .about =
                    "Reads FILE (a CSV of user-hours or a raw log; \"-\": standard input), "
                    "runs the\n"
                    "detectors and writes what they found into DIR, as the manual describes.",
                .own = own,
                .take = take,
                .context = &settings,
                .params = &settings.params,
            },
        .params = &settings.params,
        .quiet = &settings.quiet,
        .plain = &settings.follow,
        .check = check,
        .work = work,
    };
    return operand_run(&command, argc, argv);
}
