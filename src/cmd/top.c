/* oddhours top FILE: the ranked user-hours on standard output, as CSV, JSON or
 * Markdown. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "cmd/console.h"
#include "cmd/operand.h"
#include "cmd/options.h"
#include "cmd/reviews.h"
#include "rank/filter/filter.h"
#include "table/losses.h"
#include "run/saved/saved.h"
#include "run/saved/saved_filters.h"
#include "run/sheet/episodes_sheet.h"
#include "run/sheet/rows_sheet.h"

struct settings {
    const char *by, *filter, *reviews, *reviewer;
    const struct sheet_format *format;
    double count, gap;
    bool quiet, guard, by_episode, gap_said, rules;
    struct run_params params;
};

static const struct option_spec own[] = {
    {"count", 'n', OPTION_VALUE, "N", "how many rows, or episodes (50)"},
    {"filter", 0, OPTION_VALUE, "TERMS",
     "only rows such as 'user:U66* failed:>=10'; docs/FILTER.md"},
    {"by", 0, OPTION_VALUE, "NAME", "the list: triage, own, ensemble or a detector (triage)"},
    {"by-episode", 0, OPTION_SWITCH, NULL,
     "a line for the odd hours of an account that belong together"},
    {"gap", 0, OPTION_VALUE, "HOURS", "at most so far apart they belong together (2)"},
    {"format", 0, OPTION_VALUE, "NAME", "csv, json, markdown or parquet (csv)"},
    {"guard-formulas", 0, OPTION_SWITCH, NULL,
     "CSV: a leading ' on texts that begin like a formula"},
    {"reviews", 0, OPTION_PATH, "FILE",
     "for verdict: and note: in --filter: a review store, or an exported review"},
    {"reviewer", 0, OPTION_VALUE, "NAME",
     "whose verdicts these are (everyone's, where they agree)"},
    {"rules", 0, OPTION_SWITCH, NULL, "leave out what the rules of the store hide, and say so"},
    {"quiet", 'q', OPTION_SWITCH, NULL, "no progress"},
    {NULL, 0, OPTION_SWITCH, NULL, NULL},
};

static const struct param_spec count_spec = {"count",      PARAM_COUNT, 50,   1,
                                             4294967294.0, false,       NULL, "rows"};

enum {
    OPTION_COUNT,
    OPTION_FILTER,
    OPTION_BY,
    OPTION_BY_EPISODE,
    OPTION_GAP,
    OPTION_FORMAT,
    OPTION_GUARD,
    OPTION_REVIEWS,
    OPTION_REVIEWER,
    OPTION_RULES
};

static bool take_format(struct settings *settings, const char *name, struct status *status)
{
    struct suggestion suggestion = {0};
    settings->format = sheet_format_find(name);
    for (size_t i = 0; sheet_formats[i] != NULL; i++) {
        suggest_consider(&suggestion, name, sheet_formats[i]->name);
    }
    return settings->format != NULL ||
           status_set(status, STATUS_USAGE,
                      "--format is csv, json, markdown or parquet, not '%.60s'%s", name,
                      suggest_hint(suggestion.word, "'", "'").text);
}

static bool take(void *context, size_t index, const char *value, struct status *status)
{
    struct settings *settings = context;
    switch (index) {
    case OPTION_COUNT: return param_parse(&count_spec, value, &settings->count, status);
    case OPTION_FILTER: settings->filter = value; return true;
    case OPTION_BY: settings->by = value; return true;
    case OPTION_BY_EPISODE: settings->by_episode = true; return true;
    case OPTION_GAP:
        settings->gap_said = true;
        return param_parse(&run_gap_spec, value, &settings->gap, status);
    case OPTION_FORMAT: return take_format(settings, value, status);
    case OPTION_GUARD: settings->guard = true; return true;
    case OPTION_REVIEWS: settings->reviews = value; return true;
    case OPTION_REVIEWER: settings->reviewer = value; return true;
    case OPTION_RULES: settings->rules = true; return true;
    default: settings->quiet = true; return true;
    }
}

/* A saved run has what it has, whatever would run now. */
static bool is_saved(const struct settings *settings)
{
    char *path = saved_in_directory(settings->params.input, NULL);
    free(path);
    return path != NULL;
}

/* `by` names a detector that will run, or another list; NULL is the one shown first. */
static bool check_by(const struct settings *settings, struct status *status)
{
    const char *name;
    if (settings->by == NULL) {
        return true;
    }
    for (size_t i = 0; (name = run_result_name(NULL, i)) != NULL; i++) {
        if (strcmp(settings->by, name) == 0) {
            return i >= detector_count() || settings->params.detectors.use[i] ||
                   is_saved(settings) ||
                   status_set(status, STATUS_USAGE,
                              "--by %s, but --models leaves it out: name it there, too",
                              settings->by);
        }
    }
    return status_set(status, STATUS_USAGE, "--by: there is no detector '%.60s'%s",
                      settings->by,
                      suggest_hint(run_result_suggest(NULL, settings->by), "'", "'").text);
}

/* What names in a filter mean to the run, verdicts included. */
static struct filter_context context_of(const struct run *run, const struct result *by,
                                        struct filter_ranking *rankings,
                                        const struct reviews_terms *terms)
{
    struct filter_context context =
        run_filter_context(run, NULL, (size_t)(by - run->results), rankings);
    context.hooks = terms->hooks;
    context.n_hooks = sizeof terms->hooks / sizeof *terms->hooks;
    return context;
}

/* "@night" and what follows, from the filters that the explorer has saved. */
static bool expand_saved(const char *text, char wanted[SAVED_FILTER_TEXT],
                         struct status *status)
{
    struct saved_filters filters = {0};
    struct status problem = {0};
    char *path = saved_filters_default_path();
    bool good = path == NULL || saved_filters_load(&filters, path, status);
    good = good && saved_filters_expand(&filters, text, wanted, &problem);
    if (problem.code != STATUS_OK) {
        status_set(status, STATUS_USAGE, "--filter, %s", problem.text);
    }
    saved_filters_clear(&filters);
    free(path);
    return good;
}

/* The filter with whole names and the order of the rows, to be freed. */
static char *describe(const struct filter *filter, const struct filter_context *context,
                      const struct result *by)
{
    struct row_order said;
    char *text = filter_format(filter, context, NULL);
    if (text == NULL || filter_order(filter, context, &said)) {
        return text;
    }
    size_t size = strlen(text) + strlen(by->name) + sizeof " sort:-desc";
    char *whole = mem_new(size, 1, "a filter", NULL);
    if (whole != NULL) {
        snprintf(whole, size, "%s%ssort:%s-desc", text, text[0] != '\0' ? " " : "", by->name);
    }
    free(text);
    return whole;
}

static bool say_filter_error(const struct filter_error *error, struct status *status)
{
    return status_set(status, STATUS_USAGE, "--filter, column %zu: %s%s", error->column + 1,
                      error->text, suggest_hint(error->nearest, "", "").text);
}

/* Whether the columns are known before the file is read: named, not globs or ranges. */
static bool names_columns(const struct run_params *params)
{
    for (size_t i = 0; i < params->n_features; i++) {
        if (strpbrk(params->features[i], "*?") != NULL ||
            strstr(params->features[i], "..") != NULL) {
            return false;
        }
    }
    return true;
}

/* Before the work: whether the filter would do for a table with the columns that are asked for.
 * What only the table itself can tell is said later. */
static bool check_filter(const struct settings *settings, struct status *status)
{
    const struct run_params *params = &settings->params;
    struct stat info;
    const char *typed = settings->filter;
    char wanted[SAVED_FILTER_TEXT];
    if (typed == NULL || !names_columns(params) ||
        (stat(params->input, &info) == 0 &&
         S_ISDIR(info.st_mode))) { /* it has its own columns */
        return true;
    }
    if (typed[0] == '@') {
        if (!expand_saved(typed, wanted, status)) {
            return false;
        }
        typed = wanted;
    }
    struct run *run = run_new(params, status); /* for the names of its lists */
    struct dict *dict = run != NULL ? dict_new(status) : NULL;
    bool good = dict != NULL;
    if (good) {
        struct table table = {.n_rows = TABLE_ROWS_MAX, .times = dict, .users = dict};
        bool named = params->n_features > 0;
        table.profiles.d = named ? params->n_features : TABLE_DEFAULT_FEATURES;
        table.feature_names =
            named ? params->features : (char **)(uintptr_t)table_default_features;
        struct filter_ranking rankings[RUN_RESULTS_MAX];
        struct filter_error error;
        struct reviews_terms terms;
        reviews_terms_init(&terms, NULL, NULL, NULL);
        struct filter_context context = context_of(run, &run->results[0], rankings, &terms);
        context.table = &table;
        context.to_come = true;
        struct filter *filter = filter_parse(typed, &context, &error);
        good = filter != NULL || say_filter_error(&error, status);
        filter_free(filter);
    }
    dict_free(dict);
    run_free(run);
    return good;
}

/* The rows to print: the head of the ranking, or of what passes the filter; `sort:` in it
 * decides the order. With `cut` they are the best of the episodes. `*understood` is the filter
 * with whole names, to be freed. */
static bool find_rows(const struct settings *settings, const struct run *run,
                      const struct result *by, struct reviews_terms *terms,
                      const struct episode_cut *cut, struct episodes *episodes,
                      struct row_set *rows, char **understood, struct status *status)
{
    struct filter_ranking rankings[RUN_RESULTS_MAX];
    struct filter_context context = context_of(run, by, rankings, terms);
    const struct row_order order = {
        .key = ROW_KEY_SCORE, .ranking = by->ranking, .falling = true};
    struct filter_error error;
    size_t count = (size_t)settings->count;
    char wanted[SAVED_FILTER_TEXT];
    bool hides =
        settings->rules && reviews_terms_rules(terms, status) && terms->session.hides->rows > 0;
    if (settings->rules && terms->session.hides == NULL) {
        return false;
    }
    if (settings->filter == NULL && cut != NULL && !hides) {
        return episodes_head(cut, count, false, episodes, NULL, status) &&
               episodes_best_rows(episodes, rows, status);
    }
    if (settings->filter == NULL && !hides) {
        *rows = row_set_ranked(by->ranking, run->by_profile, 1, count);
        return true;
    }
    const char *typed = settings->filter != NULL ? settings->filter : "";
    if (typed[0] == '@') {
        if (!expand_saved(typed, wanted, status)) {
            return false;
        }
        typed = wanted;
    }
    char *whole = NULL; /* a filter on the command line may be of any length */
    if (hides && strstr(typed, "rule:") == NULL) {
        size_t size = strlen(typed) + sizeof " -rule:hidden";
        whole = mem_new(size, 1, "a filter", status);
        if (whole == NULL) {
            return false;
        }
        snprintf(whole, size, "%s -rule:hidden", typed);
        typed = whole;
    }
    struct filter *filter = filter_parse(typed, &context, &error);
    free(whole);
    if (filter == NULL) {
        return say_filter_error(&error, status);
    }
    bool good = cut != NULL ? filter_episodes(filter, &context, cut, run->parallel, NULL, count,
                                              episodes, status) &&
                                  episodes_best_rows(episodes, rows, status)
                            : filter_rows(filter, &context, &order, run->parallel, NULL, count,
                                          rows, NULL, status);
    *understood = describe(filter, &context, by);
    char hint[FILTER_HINT];
    if (good && rows->n == 0 && filter_hint(filter, &context, run->parallel, NULL, hint)) {
        fprintf(stderr, "oddhours: %s\n", operand_safe(hint).text);
    }
    filter_free(filter);
    return good;
}

/* Takes `rows`, and `beside`: of episodes. */
static struct sheet *make_sheet(const struct run *run, const struct result *by,
                                struct row_set rows, struct sheet *beside, const char *filter,
                                const struct reviews *reviews, struct status *status)
{
    char title[160];
    const struct rows_sheet spec = {.run = run,
                                    .rows = rows,
                                    .position = beside != NULL ? "episode" : "rank",
                                    .why = by,
                                    .beside = beside};
    snprintf(title, sizeof title, "Top %s%s by %s", format_grouped(rows.n).text,
             beside != NULL ? " episodes" : "", by->name);
    struct sheet *sheet = rows_sheet_new(title, &spec, status);
    if (sheet != NULL) {
        sheet_add_note(sheet, "input", "%s", run->table->report.name);
        sheet_add_note(sheet, "user-hours", "%s", format_grouped(run->table->n_rows).text);
        char reference[STATUS_TEXT];
        run_reference_say(run, reference, sizeof reference);
        if (reference[0] != '\0') {
            sheet_add_note(sheet, "reference", "%s", reference);
        }
        if (by->kind == RESULT_LIST) {
            sheet_add_note(sheet, by->name, "%s", by->health);
        }
        if (run->table->report.change != INPUT_SAME) {
            sheet_add_note(sheet, "warning", "%s",
                           input_change_text(run->table->report.change));
        }
        if (filter != NULL) {
            sheet_add_note(sheet, "filter", "%s", filter);
        }
        if (reviews->matched[0] != '\0') {
            sheet_add_note(sheet, "reviews", "%s", reviews->matched);
        }
        if (reviews->mismatches > 0) {
            sheet_add_note(sheet, "reviews",
                           "%zu recorded rows are not the rows of this table "
                           "and are left out",
                           reviews->mismatches);
        }
        char loss[LOSSES_TEXT];
        for (size_t i = 0; losses_say(run->table, i, loss, sizeof loss); i++) {
            sheet_add_note(sheet, "lost", "%s", loss);
        }
    }
    return sheet;
}

static bool put_all(const struct settings *settings, const struct run *run,
                    struct status *status)
{
    const struct result *by =
        settings->by != NULL ? run_result_find(run, settings->by) : run_first(run);
    if (!by->ready) {
        return status_set(status, STATUS_USAGE, "--by %s: this run has no such scores",
                          by->name);
    }
    struct row_set set = {0};
    struct episode_cut cut;
    struct episodes episodes = {0};
    char *filter = NULL, words[100];
    struct reviews_terms terms;
    bool cuts = settings->by_episode;
    if (cuts && !run_episode_cut(run, by, settings->gap, &cut, status)) {
        return false;
    }
    reviews_terms_init(&terms, settings->reviews, settings->reviewer, run->table);
    terms.run = run;
    bool found = find_rows(settings, run, by, &terms, cuts ? &cut : NULL, &episodes, &set,
                           &filter, status);
    struct sheet *beside =
        found && cuts ? episodes_beside(&episodes, run->table, status) : NULL;
    if (cuts && beside == NULL) {
        row_set_clear(&set);
        found = false;
    }
    struct sheet *sheet =
        found ? make_sheet(run, by, set, beside, filter, &terms.reviews, status) : NULL;
    if (sheet != NULL && settings->rules) {
        rule_hides_say(terms.session.hides, words, sizeof words);
        sheet_add_note(sheet, "rules", "%s", words[0] != '\0' ? words : "no rule holds");
        if (!settings->quiet) {
            fprintf(stderr, "%s\n", words[0] != '\0' ? words : "no rule holds");
        }
    }
    if (sheet != NULL && cuts) {
        run_episode_words(by, settings->gap, words, sizeof words);
        sheet_add_note(sheet, "episodes", "%s: the columns are of the worst user-hour", words);
    }
    bool good = sheet != NULL &&
                sheet_write(sheet, settings->format, settings->guard, "-", NULL, NULL, status);
    episodes_clear(&episodes);
    sheet_free(sheet);
    free(filter);
    reviews_terms_clear(&terms);
    return good;
}

static bool check(const void *context, struct status *status)
{
    const struct settings *settings = context;
    return (!settings->format->binary || isatty(STDOUT_FILENO) == 0 ||
            status_set(status, STATUS_USAGE,
                       "--format=%s is not for a terminal: oddhours top ... >FILE",
                       settings->format->name)) &&
           (!settings->gap_said || settings->by_episode ||
            status_set(status, STATUS_USAGE, "--gap is for --by-episode")) &&
           (!settings->guard || settings->format->formulas ||
            status_set(status, STATUS_USAGE, "--guard-formulas is for CSV only")) &&
           (settings->filter != NULL || settings->rules ||
            (settings->reviews == NULL && settings->reviewer == NULL) ||
            status_set(status, STATUS_USAGE,
                       "--reviews and --reviewer are for --filter: verdict:tp and the like")) &&
           check_by(settings, status) && check_filter(settings, status);
}

static bool work(const void *context, struct console *console, struct status *status)
{
    const struct settings *settings = context;
    struct run *run = console_run(console, &settings->params, status);
    console_close(console);
    bool good = run != NULL && put_all(settings, run, status);
    run_free(run);
    return good;
}

int cmd_top(int argc, char **argv)
{
    struct settings settings = {
        .format = sheet_formats[0], .count = count_spec.initial, .gap = run_gap_spec.initial};
    const struct operand_command command = {
        .options =
            {
                .synopsis = "top FILE... [-n N] [--by NAME] [OPTION]...",
                .about = "Runs the detectors on FILE and prints the most anomalous user-hours "
                         "as CSV, JSON,\n"
                         "Markdown or Parquet.",
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
