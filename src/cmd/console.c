#include "cmd/console.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/format.h"
#include "run/moved.h"
#include "base/mem.h"
#include "cmd/operand.h"
#include "table/losses.h"

/* The one thing a signal handler may touch. */
static atomic_bool stop_requested;

enum { LOSSES = 2 };

struct console {
    bool live, quiet, closed;
    bool stage_open;
    char stage[48];
    size_t number, count;
    double started;
    atomic_flag printing; /* reports come from several threads: one prints, the others go on */
    _Atomic double printed; /* when the live line was last written */
    double value;           /* the last loss */
    bool has_value;
    struct progress progress;
    struct pipeline_listener listener;
    struct sigaction old_int, old_term, old_hup;
    char losses[LOSSES][LOSSES_TEXT]; /* said at the end */
    size_t n_losses;
    bool lossy;
};

static void on_signal(int number)
{
    if (atomic_exchange(&stop_requested, true)) {
        /* The second time: do not wait for the run. The default action ends the program. */
        signal(number, SIG_DFL);
        raise(number);
    }
}

/* Safe bar of 20 cells, in ASCII so that it reads the same everywhere. */
static void print_live(struct console *console, uint64_t done, uint64_t total)
{
    enum { CELLS = 20 };
    char bar[CELLS + 1];
    double share = total > 0 ? (double)done / (double)total : 0;
    share = share > 1 ? 1 : share;
    for (int i = 0; i < CELLS; i++) {
        bar[i] = i < (int)(share * CELLS) ? '#' : '.';
    }
    bar[CELLS] = '\0';
    double seconds = clock_now() - console->started;
    fprintf(stderr, "\r[%zu/%zu] %-18s [%s] %3.0f %%  %s", console->number, console->count,
            console->stage, bar, share * 100, format_duration(seconds).text);
    if (seconds >= 3 && share >= 0.05 && share < 1) {
        fprintf(stderr, "  ~%s left", format_duration(seconds / share - seconds).text);
    }
    if (console->has_value) {
        fprintf(stderr, "  loss %s", format_score(console->value).text);
    }
    fputs("\x1b[K", stderr);
    fflush(stderr);
}

static void on_report(void *context, uint64_t done, uint64_t total)
{
    struct console *console = context;
    double now = clock_now();
    if (!console->live || now - atomic_load(&console->printed) < 0.1 ||
        atomic_flag_test_and_set(&console->printing)) {
        return;
    }
    atomic_store(&console->printed, now);
    print_live(console, done, total);
    atomic_flag_clear(&console->printing);
}

static void on_value(void *context, size_t index, double value)
{
    struct console *console = context;
    console->value = value;
    console->has_value = true;
    if (!console->live && !console->quiet) {
        fprintf(stderr, "  epoch %zu: loss %.6f\n", index + 1, value);
    }
}

void console_done(struct console *console)
{
    if (!console->stage_open || console->quiet) {
        return;
    }
    console->stage_open = false;
    fprintf(stderr, "%s[%zu/%zu] %-18s %s%s\n", console->live ? "\r" : "", console->number,
            console->count, console->stage, format_seconds(clock_now() - console->started).text,
            console->live ? "\x1b[K" : "");
}

void console_stage(struct console *console, const char *name)
{
    console_done(console);
    snprintf(console->stage, sizeof console->stage, "%s", name);
    console->number++;
    if (console->number > console->count) {
        console->count = console->number;
    }
    console->started = clock_now();
    console->has_value = false;
    console->stage_open = true;
    atomic_store(&console->printed, 0);
}

static void print_estimate(const struct console *console, const struct estimate *estimate)
{
    if (estimate->known && !console->quiet) {
        fprintf(stderr, "memory: about %s needed for some %s rows, %s different; %s is %s\n",
                format_bytes(estimate->bytes).text, format_short(estimate->rows).text,
                format_short(estimate->profiles).text, format_bytes(estimate->left.bytes).text,
                estimate->left.who);
    }
}

static void on_event(void *context, struct run *run, enum pipeline_event event, size_t index)
{
    struct console *console = context;
    if (event == PIPELINE_STAGE) {
        console->count = index + 1; /* and writing */
        if (run->n_stages == 1) {
            print_estimate(console, &run->estimate);
        }
        console_stage(console, run->stages[run->n_stages - 1].name);
    } else if (event == PIPELINE_DONE) {
        console_done(console);
    }
}

struct console *console_new(bool quiet, struct status *status)
{
    struct console *console = mem_zero(1, sizeof *console, "the console", status);
    if (console == NULL) {
        return NULL;
    }
    console->quiet = quiet;
    console->live = !quiet && isatty(STDERR_FILENO);
    atomic_store(&stop_requested, false);
    console->progress = (struct progress){&stop_requested, on_report, on_value, console};
    console->listener = (struct pipeline_listener){.event = on_event, .context = console};
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &console->old_int);
    sigaction(SIGTERM, &action, &console->old_term);
    /* The connection has gone: what is half written goes, too. But not under nohup. */
    if (sigaction(SIGHUP, NULL, &console->old_hup) == 0 &&
        console->old_hup.sa_handler != SIG_IGN) {
        sigaction(SIGHUP, &action, NULL);
    }
    return console;
}

void console_close(struct console *console)
{
    console_done(console);
    if (!console->closed) {
        console->closed = true;
        sigaction(SIGINT, &console->old_int, NULL);
        sigaction(SIGTERM, &console->old_term, NULL);
        sigaction(SIGHUP, &console->old_hup, NULL);
    }
}

void console_free(struct console *console)
{
    if (console != NULL) {
        console_close(console);
        for (size_t i = 0; i < console->n_losses; i++) {
            fprintf(stderr, "oddhours: %s\n", operand_safe(console->losses[i]).text);
        }
        free(console);
    }
}

const struct progress *console_progress(const struct console *console)
{
    return &console->progress;
}

const struct pipeline_listener *console_listener(const struct console *console)
{
    return &console->listener;
}

void console_say_change(const char *name, enum input_change change)
{
    if (change != INPUT_SAME) {
        fprintf(stderr, "oddhours: %s: %s\n", operand_safe(name).text,
                input_change_text(change));
    }
}

/* Notes at once, as they belong to the progress; losses at the end. */
void console_read(struct console *console, const struct table *table)
{
    for (size_t i = 0; i < table->report.n_notes && !console->quiet; i++) {
        console_done(console);
        fprintf(stderr, "%s\n", operand_safe(table->report.notes[i]).text);
    }
    for (console->n_losses = 0; console->n_losses < LOSSES; console->n_losses++) {
        if (!losses_say(table, console->n_losses, console->losses[console->n_losses],
                        LOSSES_TEXT)) {
            break;
        }
    }
    console->lossy = losses_share(&table->report) > LOSSES_MOST;
}

bool console_lossy(const struct console *console)
{
    return console->lossy;
}

struct run *console_run(struct console *console, const struct run_params *params,
                        struct status *status)
{
    struct run *run = run_new(params, status);
    if (run != NULL && !pipeline_run(run, &console->listener, &console->progress)) {
        *status = run->status;
        run_free(run);
        return NULL;
    }
    if (run != NULL && run->notice[0] != '\0') {
        fprintf(stderr, "oddhours: %s\n", operand_safe(run->notice).text);
    }
    if (run != NULL) {
        console_say_change(run->table->report.name, run->table->report.change);
        console_read(console, run->table);
        char text[STATUS_TEXT];
        run_extension_say(run, text, sizeof text);
        if (text[0] != '\0' && !console->quiet) {
            fprintf(stderr, "%s\n", operand_safe(text).text);
        }
        run_reference_say(run, text, sizeof text);
        if (text[0] != '\0' && !console->quiet) {
            fprintf(stderr, "%s\n", operand_safe(text).text);
            moved_say(run, text, sizeof text);
            fprintf(stderr, "%s\n", operand_safe(text).text);
        }
    }
    return run;
}
