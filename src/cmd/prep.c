/* oddhours prep AUTH... -o FILE: from raw logs to a table of user-hours. */
#include "cmd/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/ascii.h"
#include "base/format.h"
#include "base/mem.h"
#include "base/outfile.h"
#include "base/parallel.h"
#include "base/count.h"
#include "cmd/console.h"
#include "cmd/operand.h"
#include "cmd/options.h"
#include "events/described.h"
#include "events/events_count.h"
#include "events/formats.h"
#include "events/log_format.h"
#include "events/user_hour_parquet.h"
#include "events/user_hour_text.h"
#include "table/input/source.h"

struct settings {
    const char *output;
    struct events_input input;
    unsigned threads;
    bool quiet;
    bool slack;      /* was named: later lines are to be rejected */
    bool min_events; /* was named */
    bool novelty;    /* the same */
    const char *format;
};

enum {
    OUTPUT,
    BLOCK,
    MIN_EVENTS,
    NIGHT,
    WINDOW,
    SLACK,
    STRICT,
    INPUT,
    ZONE,
    YEAR,
    NOVELTY,
    THREADS,
    QUIET
};

static const struct option_spec own[] = {
    [OUTPUT] = {"output", 'o', OPTION_PATH, "FILE",
                "the table to write, .parquet or CSV; \"-\": standard output (needed)"},
    [BLOCK] = {"block", 0, OPTION_VALUE, "LINES",
               "count blocks of LINES lines apart; the study: 500000 (0)"},
    [MIN_EVENTS] = {"min-events", 0, OPTION_VALUE, "N",
                    "drop user-hours with fewer events (1; of LANL's log 2)"},
    [NIGHT] = {"night", 0, OPTION_VALUE, "H-H",
               "first and last hour of day that are night (0-6)"},
    [WINDOW] = {"window", 0, OPTION_VALUE, "SECONDS", "length of a window (3600)"},
    [SLACK] = {"slack", 0, OPTION_VALUE, "SECONDS",
               "reject lines further out of order (none; 300 of a long pipe)"},
    [STRICT] = {"strict", 0, OPTION_SWITCH, NULL, "the first rejected line is an error"},
    [INPUT] = {"input", 0, OPTION_VALUE, "NAME|FILE.json",
               "the format of the log (what it looks like)"},
    [ZONE] = {"zone", 0, OPTION_VALUE, "ZONE",
              "whose clock the log is written and counted by (its own, UTC)"},
    [YEAR] = {"year", 0, OPTION_VALUE, "YEAR",
              "of times that have none (by the date of the file)"},
    [NOVELTY] = {"novelty", 0, OPTION_VALUE, "on|off",
                 "count what is new for an account, too (on; off for LANL's log)"},
    [THREADS] = {"threads", 0, OPTION_VALUE, "N", "threads to use (one a core)"},
    [QUIET] = {"quiet", 'q', OPTION_SWITCH, NULL, "no progress, no summary"},
    {NULL, 0, OPTION_SWITCH, NULL, NULL},
};

/* ---- options ---- */

static bool read_count(const char *name, const char *text, uint64_t least, uint64_t most,
                       uint64_t *count, struct status *status)
{
    uint64_t value;
    if (!count_parse(text, most, &value) || value < least) {
        return status_set(status, STATUS_USAGE,
                          "--%s wants a whole number from %" PRIu64 " to %" PRIu64 ", not '%s'",
                          name, least, most, text);
    }
    *count = value;
    return true;
}

static bool read_night(const char *text, uint32_t *night, struct status *status)
{
    int first, last, end = 0;
    if (sscanf(text, "%2d-%2d%n", &first, &last, &end) != 2 || text[end] != '\0' || first < 0 ||
        first > 23 || last < 0 || last > 23) {
        return status_set(status, STATUS_USAGE,
                          "--night wants two hours of day, such as 0-6 or 22-5, not '%s'",
                          text);
    }
    *night = userhours_night(first, last);
    return true;
}

static bool take(void *context, size_t index, const char *value, struct status *status)
{
    struct settings *settings = context;
    struct userhours_options *rules = &settings->input.rules;
    const char *name = own[index].name;
    uint64_t count = 0;
    switch (index) {
    case OUTPUT: settings->output = value; return true;
    case BLOCK: return read_count(name, value, 0, UINT64_MAX, &rules->block, status);
    case MIN_EVENTS:
        settings->min_events = true;
        return read_count(name, value, 1, UINT64_MAX, &rules->min_events, status);
    case NIGHT: return read_night(value, &rules->night, status);
    case WINDOW:
        if (!read_count(name, value, 1, USERHOURS_WINDOW_MAX, &count, status)) {
            return false;
        }
        rules->window = (int64_t)count;
        return true;
    case SLACK:
        if (!read_count(name, value, 0, (uint64_t)EVENT_TIME_MAX, &count, status)) {
            return false;
        }
        rules->slack = (int64_t)count;
        settings->slack = true;
        return true;
    case STRICT: settings->input.strict = true; return true;
    case INPUT: settings->format = value; return true;
    case ZONE: settings->input.zone = value; return true;
    case NOVELTY:
        settings->novelty = true;
        rules->novelty = strcmp(value, "on") == 0;
        return rules->novelty || strcmp(value, "off") == 0 ||
               status_set(status, STATUS_USAGE, "--novelty is on or off, not '%.40s'", value);
    case YEAR:
        if (!read_count(name, value, 1, 9999, &count, status)) {
            return false;
        }
        settings->input.year = (int)count;
        return true;
    case THREADS:
        if (!read_count(name, value, 1, 1024, &count, status)) {
            return false;
        }
        settings->threads = (unsigned)count;
        return true;
    default: settings->quiet = true; return true;
    }
}

/* ---- writing ---- */

enum { HELD_MAX = 32 << 20 }; /* bytes of rows held back, see hold() */

struct writing {
    const struct settings *settings;
    struct outfile *file;
    struct parquet_append *parquet; /* NULL: it is CSV */
    struct outfile
        *held;    /* rows so far that are not yet in the file, or NULL: written at once */
    bool lost;    /* they became too many, and are to come again */
    int64_t time; /* whose text is in dt */
    char dt[USER_HOUR_DT];
    size_t dt_length;
    char *line;
    size_t capacity;
    bool broken; /* the file cannot be written: it knows why */
};

static bool write_row(void *context, const struct user_hour *row, struct status *status)
{
    struct writing *writing = context;
    if (writing->lost) {
        return true;
    }
    if (writing->dt_length == 0 || row->time != writing->time) {
        writing->time = row->time;
        writing->dt_length = user_hour_dt(row->time, writing->dt);
    }
    if (writing->parquet != NULL) {
        if (!user_hour_parquet_put(writing->parquet, row, writing->dt, writing->dt_length,
                                   status)) {
            return false;
        }
        writing->broken = !outfile_write(writing->file, "", 0);
        return !writing->broken || status_set(status, STATUS_IO, "the table cannot be written");
    }
    if (!mem_grow(&writing->line, &writing->capacity, USER_HOUR_REST + 2 * row->user.length, 1,
                  "a line", status)) {
        return false;
    }
    size_t length = user_hour_line(row, writing->dt, writing->dt_length, writing->line);
    if (writing->held != NULL) {
        writing->lost = !outfile_write(writing->held, writing->line, length) ||
                        outfile_written(writing->held) > HELD_MAX;
        return true;
    }
    writing->broken = !outfile_write(writing->file, writing->line, length);
    return !writing->broken || status_set(status, STATUS_IO, "the table cannot be written");
}

/* Whether what was written can be taken back: not what is written through as it comes. */
static bool can_forget(const char *output)
{
    struct stat it;
    return strcmp(output, "-") != 0 && (stat(output, &it) != 0 || S_ISREG(it.st_mode));
}

static bool is_parquet(const char *output)
{
    static const char ending[] = ".parquet";
    size_t length = strlen(output), n = sizeof ending - 1;
    return length > n && ascii_same(output + length - n, ending, n);
}

/* Opens the file and writes what stands before the rows. */
static bool open_table(struct writing *writing, struct status *status)
{
    const char *output = writing->settings->output;
    writing->file = outfile_open(output, status);
    if (writing->file == NULL) {
        return false;
    }
    if (!is_parquet(output)) {
        const char *header = writing->settings->input.rules.novelty ? user_hour_header_novelty
                                                                    : user_hour_header;
        outfile_write(writing->file, header, strlen(header));
        return true;
    }
    writing->parquet =
        user_hour_parquet_new(writing->file, writing->settings->input.rules.novelty, status);
    return writing->parquet != NULL;
}

/* Ends it, or removes what there is of it. */
static bool close_table(struct writing *writing, bool fine, struct status *status)
{
    fine = fine && (writing->parquet == NULL || parquet_append_end(writing->parquet, status));
    if (writing->file != NULL && (fine || writing->broken)) {
        fine = outfile_commit(writing->file, status) && fine;
    } else {
        outfile_abandon(writing->file);
    }
    parquet_append_free(writing->parquet);
    writing->file = NULL;
    writing->parquet = NULL;
    return fine;
}

/* The log is read again: the rows so far are of a part of its lines only, or were not kept. */
static bool start_again(void *context, const char *plan, struct status *status)
{
    struct writing *writing = context;
    if (plan != NULL && !writing->settings->quiet) {
        fprintf(stderr, "\n%s\n", operand_safe(plan).text);
    }
    writing->dt_length = 0;
    writing->lost = false;
    if (writing->held != NULL) {
        outfile_abandon(writing->held);
        writing->held = NULL;
        return true; /* the file has none of them */
    }
    close_table(writing, false, status);
    return open_table(writing, status);
}

/* Where rows cannot be taken back, those of the first reading wait until the order of the log
 * is known, as far as there is room for them. */
static bool hold(struct writing *writing, struct events_input *input, struct status *status)
{
    if (can_forget(writing->settings->output) || !events_can_repeat(input)) {
        return true;
    }
    writing->held = outfile_memory(status);
    input->rows_lost = &writing->lost;
    return writing->held != NULL;
}

static bool release(struct writing *writing, struct status *status)
{
    if (writing->held == NULL) {
        return true;
    }
    size_t length;
    const char *bytes = outfile_bytes(writing->held, &length);
    if (bytes == NULL) {
        return status_set(status, STATUS_NOMEM, "out of memory: %d bytes for the table",
                          HELD_MAX);
    }
    outfile_write(writing->file, bytes, length);
    return true;
}

static void print_summary(const struct settings *settings, const struct events_report *report)
{
    char left_out[64] = "";
    if (report->left_out.all > 0) {
        snprintf(left_out, sizeof left_out, "%s left out, ",
                 format_grouped(report->left_out.all).text);
    }
    fprintf(stderr, "%s: %s counted, %s%s rejected\n",
            format_count(report->lines, report->unit).text,
            format_grouped(report->counted).text, left_out,
            format_grouped(report->rejected).text);
    for (size_t i = 0; i < report->left_out.n; i++) {
        fprintf(stderr, "  left out: %s %s\n",
                operand_safe(report->left_out.reasons[i].reason).text,
                format_grouped(report->left_out.reasons[i].count).text);
    }
    if (report->left_out.others > 0) {
        fprintf(stderr, "  left out for other reasons: %s\n",
                format_grouped(report->left_out.others).text);
    }
    for (size_t i = 0; i < report->n_rejects; i++) {
        const struct events_rejected *reject = &report->rejects[i];
        fprintf(stderr, "  %s, %s %" PRIu64 ": %s\n",
                operand_safe(settings->input.paths[reject->path]).text, report->unit,
                reject->line, operand_safe(reject->reason).text);
    }
    if (report->rejected > report->n_rejects) {
        fprintf(stderr, "  and %s more\n",
                format_grouped(report->rejected - report->n_rejects).text);
    }
    char note[EVENTS_NOTE];
    /* What has been said above is not said again. */
    const bool described = report->title[0] != '\0';
    if (described) {
        fprintf(stderr, "read as %s\n", operand_safe(report->title).text);
    }
    for (size_t i = described ? 1 + (report->left_out.all > 0) : 0;
         events_note(report, i, note, sizeof note); i++) {
        fprintf(stderr, "%s\n", operand_safe(note).text);
    }
    fprintf(stderr, "%s: %s written, %s dropped as fewer than %" PRIu64 " events\n",
            format_count(report->user_hours, "user-hour").text,
            format_grouped(report->written).text, format_grouped(report->dropped).text,
            settings->input.rules.min_events);
    if (settings->input.rules.novelty) {
        fprintf(stderr, "novelty: %s of account and computer, %s\n",
                format_count(report->pairs, "pair").text,
                format_bytes(report->pair_bytes).text);
    }
}

/* The format that was named, or that the first log looks like: what looks like none is taken
 * for LANL's. `*source` is the first log when it had to be opened. */
static bool choose_format(const struct settings *settings, const struct log_format **format,
                          struct source **source, struct status *status)
{
    const char *bytes;
    size_t length;
    *source = NULL;
    *format = NULL;
    if (settings->format != NULL) {
        *format = formats_find(settings->format, status);
        return *format != NULL;
    }
    *source = source_open(settings->input.paths[0], NULL, status);
    if (*source == NULL || !source_peek(*source, SOURCE_PEEK, &bytes, &length, NULL, status) ||
        !formats_recognise(bytes, length, format, status)) {
        source_close(*source);
        *source = NULL;
        return false;
    }
    *format = *format != NULL ? *format : log_formats[0];
    return true;
}

static bool count(const struct settings *settings, struct console *console,
                  struct status *status)
{
    struct parallel *parallel = parallel_new(settings->threads, status);
    struct settings own_settings = *settings;
    struct events_input *input = &own_settings.input;
    input->restart = settings->slack ? NULL : start_again;
    struct writing writing = {.settings = &own_settings};
    struct events_report report;
    if (parallel == NULL || !open_table(&writing, status)) {
        close_table(&writing, false, status);
        source_close(settings->input.take_source);
        parallel_free(parallel);
        return false;
    }
    console_stage(console, "count");
    bool fine = hold(&writing, input, status) &&
                events_count(input, write_row, &writing, &report, NULL, parallel,
                             console_progress(console), status) &&
                release(&writing, status);
    console_done(console);
    fine = close_table(&writing, fine, status);
    outfile_abandon(writing.held);
    free(writing.line);
    parallel_free(parallel);
    if (fine) {
        console_say_change(settings->input.n == 1 ? settings->input.paths[0] : "the logs",
                           report.change);
    }
    if (fine && !settings->quiet) {
        print_summary(settings, &report);
    }
    return fine;
}

static bool work(const struct settings *settings, struct console *console,
                 struct status *status)
{
    struct settings own_settings = *settings;
    struct events_input *input = &own_settings.input;
    if (!choose_format(settings, &input->format, &input->take_source, status)) {
        return false;
    }
    if (!settings->min_events) {
        input->rules.min_events = input->format->min_events;
    }
    if (!settings->novelty) {
        input->rules.novelty = input->format->novelty;
    }
    bool good = count(&own_settings, console, status);
    log_format_release(input->format);
    return good;
}

/* ---- the command ---- */

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

static bool check(const struct settings *settings, struct status *status)
{
    const struct events_input *input = &settings->input;
    if (input->n == 0) {
        return status_set(status, STATUS_USAGE,
                          "prep: name the raw logs: oddhours prep AUTH... -o FILE");
    }
    if (settings->output == NULL) {
        return status_set(status, STATUS_USAGE,
                          "prep: say where the table goes: oddhours prep AUTH... -o FILE");
    }
    if (is_parquet(settings->output) && !can_forget(settings->output)) {
        return status_set(status, STATUS_USAGE, "prep: %s is no file: a pipe gets CSV",
                          settings->output);
    }
    size_t pipes = 0;
    for (size_t i = 0; i < input->n; i++) {
        pipes += strcmp(input->paths[i], "-") == 0;
        if (same_file(input->paths[i], settings->output)) {
            return status_set(status, STATUS_USAGE,
                              "prep: the table would replace the log '%s'", input->paths[i]);
        }
    }
    return pipes <= 1 ||
           status_set(status, STATUS_USAGE, "prep: standard input can be read only once");
}

int cmd_prep(int argc, char **argv)
{
    struct settings settings = {.input = {.rules = userhours_defaults()}};
    struct status status = {0};
    const struct options options = {
        .synopsis = "prep AUTH... -o FILE [OPTION]...",
        .about =
            "Counts raw authentication logs (oddhours formats lists the kinds; plain, .gz, "
            ".xz,\n"
            ".zst, .bz2, .zip, \"-\": standard input; several are read as one) into a table\n"
            "of user-hours, ordered by hour and user.",
        .own = own,
        .take = take,
        .context = &settings,
    };
    int first;
    enum options_outcome outcome = options_parse(&options, argc, argv, &first);
    if (outcome != OPTIONS_GO) {
        return outcome == OPTIONS_DONE ? 0 : 2;
    }
    settings.input.n = (size_t)(argc - first);
    settings.input.paths = (const char *const *)(argv + first);
    struct console *console = NULL;
    bool fine = check(&settings, &status) &&
                (console = console_new(settings.quiet, &status)) != NULL &&
                work(&settings, console, &status);
    console_free(console);
    return fine ? 0 : options_fail(&status);
}
