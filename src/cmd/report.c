/* oddhours report FILE|DIR -o FILE: the evaluation from verdicts and truth. */
#include "review/report/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/quote.h"
#include "cmd/cmd.h"
#include "cmd/console.h"
#include "cmd/operand.h"
#include "cmd/options.h"
#include "cmd/report_html.h"
#include "cmd/reviews.h"
#include "run/card.h"
#include "run/explainer.h"
#include "run/moved.h"
#include "run/pseudonyms.h"
#include "table/losses.h"

struct settings {
    const char *output, *reviews, *reviewer, *truth, *pseudonyms;
    double count, gap;
    bool quiet, by_episode, gap_said, rules;
    struct run_params params;
};

enum { OUTPUT, COUNT, BY_EPISODE, GAP, REVIEWS, REVIEWER, TRUTH, RULES, PSEUDONYMS, QUIET };

static const struct option_spec own[] = {
    [OUTPUT] = {"output", 'o', OPTION_PATH, "FILE",
                "where to: .html, .json, others are Markdown; - prints"},
    [COUNT] = {"count", 'n', OPTION_VALUE, "K", "the K of Precision@K (50)"},
    [BY_EPISODE] = {"by-episode", 0, OPTION_SWITCH, NULL,
                    "Precision@K of episodes, too: odd hours of one account"},
    [GAP] = {"gap", 0, OPTION_VALUE, "HOURS", "at most so far apart they are one episode (2)"},
    [REVIEWS] = {"reviews", 0, OPTION_PATH, "FILE",
                 "verdicts: a review store, or an exported .json or .csv (one's own)"},
    [REVIEWER] = {"reviewer", 0, OPTION_VALUE, "NAME",
                  "whose verdicts count (everyone's, where they agree)"},
    [TRUTH] = {"truth", 0, OPTION_PATH, "FILE",
               "labels from outside: a red-team list or a CSV"},
    [RULES] = {"rules", 0, OPTION_SWITCH, NULL,
               "and what rules of the review store hide: Precision@K without that"},
    [PSEUDONYMS] = {"pseudonyms", 0, OPTION_PATH, "KEY.csv",
                    "other names for accounts and hosts; KEY.csv keeps who is who"},
    [QUIET] = {"quiet", 'q', OPTION_SWITCH, NULL, "no progress"},
    {NULL, 0, OPTION_SWITCH, NULL, NULL},
};

static const struct param_spec count_spec = {"count",   PARAM_COUNT, 50,   1,
                                             1000000.0, false,       NULL, "rows"};

static bool take(void *context, size_t index, const char *value, struct status *status)
{
    struct settings *settings = context;
    switch (index) {
    case OUTPUT: settings->output = value; return true;
    case COUNT: return param_parse(&count_spec, value, &settings->count, status);
    case BY_EPISODE: settings->by_episode = true; return true;
    case GAP:
        settings->gap_said = true;
        return param_parse(&run_gap_spec, value, &settings->gap, status);
    case REVIEWS: settings->reviews = value; return true;
    case REVIEWER: settings->reviewer = value; return true;
    case TRUTH: settings->truth = value; return true;
    case RULES: settings->rules = true; return true;
    case PSEUDONYMS: settings->pseudonyms = value; return true;
    default: settings->quiet = true; return true;
    }
}

/* What this command holds while it works. */
struct work {
    const struct settings *settings;
    const struct run *run;
    struct reviews reviews;
    struct truth *truth;
    struct rule_hides *rules, *rules_then;
    struct explainer *explainer;
    struct pseudonyms *pseudonyms;
    struct table table; /* the run's under other names, and the run with it */
    struct run renamed;
    struct evaluated lists[REPORT_LISTS];
    struct report_input input;
};

static void work_free(struct work *work)
{
    reviews_clear(&work->reviews);
    rule_hides_free(work->rules);
    rule_hides_free(work->rules_then);
    truth_free(work->truth);
    explainer_free(work->explainer);
    pseudonyms_free(work->pseudonyms);
    free(work);
}

/* Why a row is odd, in one sentence of facts. */
static bool sentence(void *context, uint32_t row, char *text, size_t size)
{
    struct work *work = context;
    const struct explainer *explainer = work->explainer;
    struct why *why = mem_new(1, sizeof *why, "a sentence", NULL);
    bool found = why != NULL && why_find(&explainer->data, row, why, NULL);
    if (found) {
        why_sentence(&explainer->data, why, text, size);
    }
    if (found && work->pseudonyms != NULL) {
        const char *renamed = pseudonyms_text(work->pseudonyms, text);
        snprintf(text, size, "%s", renamed != NULL ? renamed : "?");
    }
    free(why);
    return found;
}

/* What rules hid when a queue was made. */
static const uint64_t *hidden_at(void *context, int64_t at_ms)
{
    struct work *work = context;
    rule_hides_free(work->rules_then);
    work->rules_then = reviews_rules(&work->reviews, work->run, at_ms, NULL, NULL);
    return work->rules_then != NULL ? work->rules_then->bits : NULL;
}

static bool prepare(struct work *work, const struct progress *progress, struct status *status)
{
    const struct run *run = work->run;
    struct report_input *input = &work->input;
    const struct reviews *reviews = &work->reviews;
    if (!reviews_open(&work->reviews, work->settings->reviews, work->settings->reviewer,
                      run->table, status)) {
        return false;
    }
    input->history = reviews->history;
    input->reviewer = reviews->reviewer;
    input->mismatches = reviews->mismatches;
    input->hidden_at = hidden_at;
    input->of_rules = work;
    if (work->settings->truth != NULL) {
        work->truth = truth_load(work->settings->truth, run->table, progress, status);
        if (work->truth == NULL) {
            return false;
        }
    }
    if (work->settings->rules) {
        work->rules = reviews_rules(&work->reviews, run, INT64_MAX, progress, status);
        if (work->rules == NULL) {
            return false;
        }
        input->rules = work->rules;
        input->now_ms = store_now_ms(work->reviews.store);
    }
    for (size_t i = 0; i < run->n_results; i++) {
        const struct result *result = &run->results[i];
        if (result->ready) {
            work->lists[input->n_lists++] = (struct evaluated){
                result->name, result->title, result->ranking, result->scores.threshold};
        }
    }
    input->lists = work->lists;
    input->by_episode = work->settings->by_episode;
    input->gap = work->settings->gap;
    input->k = (size_t)work->settings->count;
    input->data = (struct evaluation_data){run->table, run->by_profile, reviews->verdicts};
    work->explainer = explainer_new(run, run->parallel, progress, status);
    if (work->explainer == NULL) {
        return false;
    }
    input->sentence = sentence;
    input->context = work;
    input->progress = progress;
    input->truth = work->truth;
    input->truth_name = work->settings->truth;
    return true;
}

static const char *shown(void *context, const char *text)
{
    return pseudonyms_text(context, text);
}

/* From here on the report knows accounts by other names only: verdicts and labels have found
 * their rows by the real ones. */
static bool rename_accounts(struct work *work, const struct progress *progress,
                            struct status *status)
{
    const struct run *run = work->run;
    const char *key = work->settings->pseudonyms;
    if (key == NULL || run->table->users == NULL) {
        return key == NULL || status_set(status, STATUS_USAGE,
                                         "--pseudonyms: the table has no src_user column, "
                                         "so there are no accounts to name otherwise");
    }
    work->pseudonyms = pseudonyms_new(key, run->table->users, run->accounts, progress, status);
    if (work->pseudonyms == NULL || !pseudonyms_save(work->pseudonyms, key, status)) {
        return false;
    }
    work->table = *run->table;
    work->table.users = pseudonyms_users(work->pseudonyms);
    work->renamed = *run;
    work->renamed.table = &work->table;
    work->run = &work->renamed;
    work->input.data.table = &work->table;
    work->input.shown = shown;
    work->input.of_shown = work->pseudonyms;
    return true;
}

static void put_input(const struct work *work, struct outfile *file)
{
    const struct run *run = work->run;
    const struct read_report *read = &run->table->report;
    outfile_printf(file, "# Evaluation of %s\n\n", operand_safe(read->name).text);
    outfile_printf(file,
                   "%zu user-hours (%" PRIu64 " bytes, XXH3 128 %s), %" PRIu64
                   " lines left out. Seed %u. The run card is at the end.\n\n",
                   run->table->n_rows, read->bytes, read->hash, read->rejected,
                   run->params.seed);
    if (read->change != INPUT_SAME) {
        outfile_printf(file, "**%s.**\n\n", input_change_text(read->change));
    }
    char reference[STATUS_TEXT];
    run_extension_say(run, reference, sizeof reference);
    if (reference[0] != '\0') {
        outfile_printf(file, "The run is %s.\n\n", operand_safe(reference).text);
    }
    run_reference_say(run, reference, sizeof reference);
    if (reference[0] != '\0') {
        outfile_printf(file, "Table %s.\n\n", operand_safe(reference).text);
        moved_say(run, reference, sizeof reference);
        outfile_printf(file, "Beside the reference: %s.\n\n", operand_safe(reference).text);
    }
    char loss[LOSSES_TEXT];
    for (size_t i = 0; losses_say(run->table, i, loss, sizeof loss); i++) {
        outfile_printf(file, "**%s.**\n\n", operand_safe(loss).text);
    }
    for (size_t i = 0; i < run->n_results; i++) {
        const struct result *result = &run->results[i];
        if (result->ready && result->partial[0] != '\0') {
            outfile_printf(file, "- %s: %s\n", result->title, result->partial);
        }
        if (result->ready && result->health[0] != '\0') {
            outfile_printf(file, "- %s: ", result->title);
            quote_markdown(file, operand_safe(result->health).text); /* names features */
            outfile_printf(file, "\n");
        }
    }
    const char *matched = work->reviews.matched;
    outfile_printf(file, "\n%s%s", matched, matched[0] != '\0' ? "\n\n" : "");
}

/* Into a file that is open. */
static bool put_markdown(const struct work *work, const struct report *report,
                         struct outfile *file, struct status *status)
{
    cJSON *card = card_json(work->run, status);
    char *text = card != NULL ? json_print(card, status) : NULL;
    bool good = text != NULL;
    if (good) {
        put_input(work, file);
        good = report_markdown(report, file, status);
        outfile_printf(file, "\n## Run card\n\n```json\n");
        outfile_write(file, text, strlen(text));
        outfile_printf(file, "\n```\n");
    }
    free(text);
    cJSON_Delete(card);
    return good;
}

static bool end_file(struct outfile *file, bool good, struct status *status)
{
    if (!good) {
        outfile_abandon(file);
        return false;
    }
    return outfile_commit(file, status);
}

static bool write_markdown(const struct work *work, const struct report *report,
                           struct status *status)
{
    struct outfile *file = outfile_open(work->settings->output, status);
    return file != NULL && end_file(file, put_markdown(work, report, file, status), status);
}

/* The Markdown as a part of the page: no number is made twice. */
static bool write_html(const struct work *work, const struct report *report,
                       struct status *status)
{
    struct outfile *memory = outfile_memory(status);
    size_t length;
    const char *text = memory != NULL && put_markdown(work, report, memory, status)
                           ? outfile_bytes(memory, &length)
                           : NULL;
    struct outfile *file = text != NULL ? outfile_open(work->settings->output, status) : NULL;
    bool good =
        file != NULL &&
        end_file(file, report_html(work->run, report, text, length, file, status), status);
    outfile_abandon(memory);
    return good;
}

static bool write_json(const struct work *work, const struct report *report,
                       struct status *status)
{
    cJSON *root = report_json(report, status);
    char loss[LOSSES_TEXT];
    if (root != NULL && losses_say(work->run->table, 0, loss, sizeof loss)) {
        cJSON *lost = json_array(root, "lost");
        for (size_t i = 0; losses_say(work->run->table, i, loss, sizeof loss); i++) {
            json_item_text(lost, loss);
        }
    }
    cJSON *card = root != NULL ? card_json(work->run, status) : NULL;
    if (card == NULL || !cJSON_AddItemToObject(root, "run", card)) {
        cJSON_Delete(card);
        cJSON_Delete(root);
        return false;
    }
    return json_write(root, work->settings->output, status);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

typedef bool write_report(const struct work *work, const struct report *report,
                          struct status *status);

/* A new format is a line here, and a function. */
static const struct {
    const char *ending;
    write_report *write;
} writers[] = {
    {".json", write_json}, {".html", write_html}, {".htm", write_html}, {"", write_markdown}};

static write_report *writer_of(const char *path)
{
    size_t i = 0;
    while (!ends_with(path, writers[i].ending)) { /* all end with the last */
        i++;
    }
    return writers[i].write;
}

/* What became of the truth list's lines, for standard error. */
enum { TRUTH_TEXT = 700 };

static void tell_truth(const struct truth *truth, const char *name, char *text, size_t size)
{
    char fates[512];
    truth_text(truth, fates, sizeof fates);
    int used = snprintf(text, size, "%s: %s", operand_safe(name).text, fates);
    if (truth->n_problems > 0 && used > 0 && (size_t)used < size) {
        snprintf(text + used, size - (size_t)used, "; line %" PRIu64 ": %s",
                 truth->problems[0].line, truth->problems[0].reason);
    }
}

static bool evaluate(const struct settings *settings, const struct run *run,
                     const struct progress *progress, char truth[TRUTH_TEXT],
                     struct status *status)
{
    struct work *work = mem_zero(1, sizeof *work, "a report", status);
    if (work == NULL) {
        return false;
    }
    work->settings = settings;
    work->run = run;
    struct report *report = NULL;
    bool good = prepare(work, progress, status) && rename_accounts(work, progress, status);
    if (good) {
        report = report_new(&work->input, status);
        good = report != NULL && writer_of(settings->output)(work, report, status);
    }
    if (good && work->truth != NULL) {
        tell_truth(work->truth, settings->truth, truth, TRUTH_TEXT);
    }
    report_free(report);
    work_free(work);
    return good;
}

static bool check(const void *context, struct status *status)
{
    const struct settings *settings = context;
    if (settings->gap_said && !settings->by_episode) {
        return status_set(status, STATUS_USAGE, "--gap is for --by-episode");
    }
    return settings->output != NULL ||
           status_set(status, STATUS_USAGE,
                      "report needs -o FILE: where to write (- prints it)");
}

static bool work(const void *context, struct console *console, struct status *status)
{
    const struct settings *settings = context;
    struct run *run = console_run(console, &settings->params, status);
    if (run == NULL) {
        return false;
    }
    console_stage(console, "report");
    char truth[TRUTH_TEXT] = "";
    bool good = evaluate(settings, run, console_progress(console), truth, status);
    console_done(console);
    if (truth[0] != '\0' && !settings->quiet) {
        fprintf(stderr, "%s\n", truth);
    }
    run_free(run);
    return good;
}

int cmd_report(int argc, char **argv)
{
    struct settings settings = {.count = count_spec.initial, .gap = run_gap_spec.initial};
    const struct operand_command command = {
        .options =
            {
                .synopsis = "report FILE...|DIR -o FILE.md|.html|.json [OPTION]...",
                .about = "Runs the detectors on FILE (or takes a saved run) and writes what "
                         "verdicts and "
                         "truth labels say of them.",
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
