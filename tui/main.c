/* oddhours: a command without a screen, or the explorer. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/app_state.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/streams.h"
#include "events/follow/follow.h"
#include "app/loop.h"
#include "run/saved/saved.h"
#include "app/script.h"
#include "terminal/signals.h"
#include "table/input/input_list.h"
#include "table/input/source.h"
#include "table/parquet/parquet.h"
#include "terminal/term.h"

struct explorer {
    struct run_params params;
    bool color_chosen, glyphs_chosen; /* on the command line, which counts more than a file */
    enum color_mode color;
    enum glyph_set glyphs;
    const char *config_path;
    bool no_config;
    struct settings config;
    char *config_from; /* the file that was read, or NULL */
    struct settings_remarks remarks;
    const char *script;
    bool by_episode, follow;
    const char *filter;
    double gap; /* hours; 0: not said */
    struct review_options review;
    int rows, cols; /* of a screen without a terminal; 0: the terminal */
};

static const struct option_spec own[] = {
    {"color", 0, OPTION_VALUE, "WHEN", "auto, always or never; auto heeds NO_COLOR"},
    {"glyphs", 0, OPTION_VALUE, "SET",
     "block, braille or ascii (block where the terminal is UTF-8)"},
    {"config", 0, OPTION_PATH, "FILE", "settings (~/.config/oddhours/config.json)"},
    {"no-config", 0, OPTION_SWITCH, NULL, "read no settings"},
    {"script", 0, OPTION_PATH, "FILE", "play a session: one action a line, as in the palette"},
    {"no-cache", 0, OPTION_SWITCH, NULL,
     "run again even if this run was kept, and do not keep it"},
    {"by-episode", 0, OPTION_SWITCH, NULL,
     "lists of episodes: odd hours of one account that belong together"},
    {"gap", 0, OPTION_VALUE, "HOURS", "at most so far apart they belong together (2)"},
    {"filter", 0, OPTION_VALUE, "TERMS",
     "begin with this filter, such as 'kind:person hour:22-5'; docs/FILTER.md"},
    {"reviews", 0, OPTION_PATH, "FILE",
     "where verdicts are kept (~/.local/share/oddhours/reviews.db)"},
    {"reviewer", 0, OPTION_VALUE, "NAME", "who judges ($USER)"},
    {"truth", 0, OPTION_PATH, "FILE", "labels from outside: a red-team list or a CSV"},
    {"follow", 0, OPTION_SWITCH, NULL,
     "FILE is a log that grows (or their folder): show what is new, with --reference"},
    {"screen", 0, OPTION_VALUE, "COLSxROWS",
     "play the script on a screen of this size, without a terminal"},
    {NULL, 0, OPTION_SWITCH, NULL, NULL},
};

enum {
    OPTION_COLOR,
    OPTION_GLYPHS,
    OPTION_CONFIG,
    OPTION_NO_CONFIG,
    OPTION_SCRIPT,
    OPTION_NO_CACHE,
    OPTION_BY_EPISODE,
    OPTION_GAP,
    OPTION_FILTER,
    OPTION_REVIEWS,
    OPTION_REVIEWER,
    OPTION_TRUTH,
    OPTION_FOLLOW,
    OPTION_SCREEN,
};

static bool take_color(struct explorer *explorer, const char *value, struct status *status)
{
    explorer->color_chosen = true;
    if (color_mode_find(value, &explorer->color)) {
        return true;
    }
    return status_set(status, STATUS_USAGE, "--color is auto, always or never, not '%s'",
                      value);
}

static bool take(void *context, size_t index, const char *value, struct status *status)
{
    struct explorer *explorer = context;
    char after;
    switch (index) {
    case OPTION_COLOR: return take_color(explorer, value, status);
    case OPTION_GLYPHS:
        explorer->glyphs_chosen = true;
        return glyphs_parse(value, &explorer->glyphs) ||
               status_set(status, STATUS_USAGE, "--glyphs is block, braille or ascii, not '%s'",
                          value);
    case OPTION_CONFIG: explorer->config_path = value; return true;
    case OPTION_NO_CONFIG: explorer->no_config = true; return true;
    case OPTION_SCRIPT: explorer->script = value; return true;
    case OPTION_NO_CACHE: explorer->params.cache = false; return true;
    case OPTION_BY_EPISODE: explorer->by_episode = true; return true;
    case OPTION_GAP: return param_parse(&run_gap_spec, value, &explorer->gap, status);
    case OPTION_FILTER: explorer->filter = value; return true;
    case OPTION_REVIEWS: explorer->review.path = value; return true;
    case OPTION_REVIEWER: explorer->review.reviewer = value; return true;
    case OPTION_TRUTH: explorer->review.truth = value; return true;
    case OPTION_FOLLOW: explorer->follow = true; return true;
    default:
        if (sscanf(value, "%4dx%4d%c", &explorer->cols, &explorer->rows, &after) != 2 ||
            explorer->cols < 1 || explorer->cols > 500 || explorer->rows < 1 ||
            explorer->rows > 200) {
            return status_set(status, STATUS_USAGE, "--screen is such as 80x24, not '%s'",
                              value);
        }
        return true;
    }
}

/* Reads the settings: the named file must be there, the usual one may be missing. False when
 * the user has named one that cannot be read. */
static bool read_config(struct explorer *explorer, struct status *status)
{
    struct settings *config = &explorer->config;
    struct status problem = {0};
    bool missing = true;
    settings_init(config);
    char *path = explorer->config_path != NULL
                     ? mem_text(explorer->config_path, strlen(explorer->config_path), status)
                     : settings_default_path();
    bool wanted = path != NULL && (explorer->config_path != NULL || !explorer->no_config);
    if (wanted && settings_load(config, path, &explorer->remarks, &missing, &problem)) {
        explorer->config_from = path;
    } else if (wanted && explorer->config_path != NULL) {
        *status = problem;
        free(path);
        return false;
    } else if (wanted && !missing) {
        explorer->config_from = path;
        explorer->remarks.n = explorer->remarks.errors = 1;
        explorer->remarks.list[0].kind = LOG_ERROR;
        snprintf(explorer->remarks.list[0].text, LOG_TEXT, "%.300s", problem.text);
    } else {
        free(path);
    }
    if (explorer->color_chosen) {
        config->color = explorer->color;
    }
    config->by_episode = config->by_episode || explorer->by_episode;
    config->gap = explorer->gap > 0 ? explorer->gap : config->gap;
    if (explorer->glyphs_chosen) {
        config->glyphs_chosen = true;
        config->glyphs = explorer->glyphs;
    }
    return true;
}

/* From the first thread to the last frame. */
static bool run_app(struct app *app, const struct explorer *explorer, struct script *script,
                    struct status *status)
{
    if (explorer->config_from != NULL) {
        app_settings_remarks(app, explorer->config_from, &explorer->remarks);
    }
    if (explorer->rows > 0) {
        return app_start(app, status) &&
               loop_run_offscreen(app, script, explorer->rows, explorer->cols, status);
    }
    if (!term_start(status)) {
        return false;
    }
    bool good = app_start(app, status) && loop_run(app, script, status);
    term_stop();
    return good;
}

/* Looks whether a named file can be read at all. Pipes are left alone: opening one waits. */
static bool input_readable(const char *path, struct status *status)
{
    struct stat stat_of;
    if (strcmp(path, "-") == 0 ||
        (stat(path, &stat_of) == 0 && !S_ISREG(stat_of.st_mode) && !S_ISDIR(stat_of.st_mode))) {
        return true;
    }
    char *saved = saved_in_directory(path, status);
    bool parquet = saved == NULL && parquet_recognise(path, true);
    struct source *source = saved == NULL && !parquet && status->code == STATUS_OK
                                ? source_open(path, NULL, status)
                                : NULL;
    bool readable = saved != NULL || parquet || source != NULL;
    free(saved);
    source_close(source);
    return readable;
}

/* More than one word: the first may be a command that was mistyped. */
static void say_words(int n, const char *first, struct status *status)
{
    const char *near = n > 1 && access(first, F_OK) != 0 ? command_nearest(first) : NULL;
    if (near != NULL) {
        status_set(status, STATUS_USAGE, "there is no command '%.60s'; did you mean '%s'?",
                   first, near);
    } else {
        status_set(status, STATUS_USAGE,
                   "the name of a file is missing; oddhours --help tells more");
    }
}

/* Takes up a log: its closed windows become the table. There must be some. */
static struct follow *take_up_log(struct explorer *explorer, struct status *status)
{
    struct run_params *params = &explorer->params;
    const struct follow_options options = {.log = params->input,
                                           .format = params->input_format,
                                           .year = params->year,
                                           .zone = params->reading.text[READING_ZONE],
                                           .slack = FOLLOW_SLACK};
    if (params->reference == NULL) {
        status_set(status, STATUS_USAGE,
                   "--follow wants a run that scores the log: --reference=RUN");
        return NULL;
    }
    struct follow *follow = follow_open(&options, status);
    struct parallel *parallel = follow != NULL ? parallel_new(0, status) : NULL;
    bool more = true, good = parallel != NULL;
    while (good && more) {
        good = follow_look(follow, (int64_t)time(NULL), parallel, &more, status);
    }
    parallel_free(parallel);
    if (good && follow_counts(follow).rows == 0) {
        good = status_set(status, STATUS_INPUT,
                          "%.300s: no window has closed yet: the first one does some minutes "
                          "after its hour",
                          params->input);
    }
    if (!good || !run_params_follow(params, follow, status)) {
        follow_close(follow);
        return NULL;
    }
    return follow;
}

static int explore(struct explorer *explorer)
{
    struct status status = {0};
    struct script *script = NULL;
    bool utf8 = term_locale();
    if (explorer->rows == 0 && !term_available()) {
        if (!input_readable(explorer->params.input, &status)) {
            return options_fail(&status);
        }
        status_set(&status, STATUS_USAGE,
                   "this is not a terminal; use oddhours run FILE -o DIR, or --screen");
        return options_fail(&status);
    }
    if (explorer->script != NULL && (script = script_load(explorer->script, &status)) == NULL) {
        return options_fail(&status);
    }
    if (!read_config(explorer, &status)) {
        script_free(script);
        return options_fail(&status);
    }
    const char *reviews = explorer->review.path;
    if (reviews != NULL && reviews[0] != '\0' && !store_path_check(reviews, &status)) {
        script_free(script);
        return options_fail(&status);
    }
    struct follow *follow = NULL;
    if (explorer->follow && (follow = take_up_log(explorer, &status)) == NULL) {
        script_free(script);
        return options_fail(&status);
    }
    signals_start();
    char *filters = saved_filters_default_path();
    const struct app_options options = {
        .params = &explorer->params,
        .review = explorer->review,
        .take_follow = follow,
        .filter = explorer->filter,
        .filters = filters,
        .settings = &explorer->config,
        .ascii_only = !utf8 && explorer->rows == 0,
    };
    struct app *app = app_new(&options, &status);
    bool good = app != NULL && run_app(app, explorer, script, &status);
    if (good && app->failure.code != STATUS_OK) {
        status = app->failure;
    }
    bool saved, ended = app_end(app, &saved);
    saved = ended ? app_free(app) : saved;
    script_free(script);
    free(filters);
    int exit_status = status.code != STATUS_OK     ? options_fail(&status)
                      : signals_terminating() != 0 ? 128 + signals_terminating()
                                                   : 0;
    exit_status = exit_status == 0 && !saved ? 1 : exit_status;
    if (!ended) { /* a thread hangs: nothing it might use may go */
        fflush(NULL);
        _exit(exit_status);
    }
    return exit_status;
}

static int explorer_main(int argc, char **argv)
{
    struct status status = {0};
    struct explorer *explorer = mem_zero(1, sizeof *explorer, "the explorer", &status);
    if (explorer == NULL) {
        return options_fail(&status);
    }
    run_params_init(&explorer->params);
    explorer->params.cache = true;
    explorer->params.memory_check = MEMORY_WARN;
    explorer->review.on = true;
    const struct options options = {
        .synopsis = "[OPTION]... FILE...   |   oddhours COMMAND ...",
        .about =
            "Explores anomalous user-hours in the terminal: reads FILE (a CSV of user-hours;\n"
            "\"-\": standard input), runs the detectors and shows what they find.\n"
            "oddhours COMMAND --help tells of the commands without a screen.",
        .own = own,
        .take = take,
        .context = explorer,
        .params = &explorer->params,
    };
    int first = 0, exit_status = 2;
    switch (options_parse(&options, argc, argv, &first)) {
    case OPTIONS_DONE: exit_status = 0; break;
    case OPTIONS_WRONG: break;
    case OPTIONS_GO:
        if (argc - first < 1 || (argc - first > 1 && access(argv[first], F_OK) != 0 &&
                                 command_nearest(argv[first]) != NULL)) {
            say_words(argc - first, argv[first], &status);
            options_fail(&status);
            break;
        }
        free(explorer->params.input);
        explorer->params.input =
            explorer->follow && argc - first == 1
                ? mem_text(argv[first], strlen(argv[first]), &status)
                : input_list_join(argv + first, (size_t)(argc - first), &status);
        exit_status =
            explorer->params.input != NULL ? explore(explorer) : options_fail(&status);
        break;
    }
    run_params_clear(&explorer->params);
    free(explorer->config_from);
    free(explorer);
    return exit_status;
}

/* OpenBLAS starts threads before main() that try for ever to get memory where the address space
 * is limited, and waits for them when the process ends: there it is not asked. */
static int leave(int exit_status)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        fflush(NULL);
        _exit(exit_status);
    }
    return exit_status;
}

/* Of what runs before the sanitizers are ready, too. */
#define UNCHECKED __attribute__((no_sanitize("address", "undefined", "thread")))

UNCHECKED static bool limited(int what, rlim_t below)
{
    struct rlimit limit;
    return getrlimit(what, &limit) == 0 && limit.rlim_cur < below;
}

/* OpenBLAS starts threads while it is loaded, which are not used, and kills the process when it
 * cannot. It reads their number only then: so where addresses or processes are few the program
 * begins once more with one thread, before any library's constructor has run. */
UNCHECKED static void ask_for_one_thread(int argc, char **argv, char **environment)
{
    enum { MOST = 1000, FEW_PROCESSES = 2000 };
    static const char name[] = "OPENBLAS_NUM_THREADS=";
    char one[] = "OPENBLAS_NUM_THREADS=1";
    char *with[MOST + 2];
    size_t n = 0;
    (void)argc;
    if (!limited(RLIMIT_AS, RLIM_INFINITY) && !limited(RLIMIT_NPROC, FEW_PROCESSES)) {
        return;
    }
    for (; environment[n] != NULL; n++) {
        if (n == MOST || strncmp(environment[n], name, sizeof name - 1) == 0) {
            return;
        }
        with[n] = environment[n];
    }
    with[n] = one;
    with[n + 1] = NULL;
    execve("/proc/self/exe", argv, with); /* without /proc it goes on as it is */
}

__attribute__((section(".preinit_array"),
               used)) static void (*const first_of_all)(int, char **,
                                                        char **) = ask_for_one_thread;

/* glibc reserves 64 MB of addresses for each thread that allocates: under a limit they are
 * missed where they are wanted, so that a higher limit could do less. */
static void save_addresses(void)
{
#ifdef M_ARENA_MAX
    if (limited(RLIMIT_AS, RLIM_INFINITY)) {
        mallopt(M_ARENA_MAX, 1);
    }
#endif
}

int main(int argc, char **argv)
{
    save_addresses();
    streams_open();
    const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;
    return leave(streams_close(command != NULL ? command->main(argc - 1, argv + 1)
                                               : explorer_main(argc, argv)));
}
