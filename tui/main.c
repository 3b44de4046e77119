/* oddhours: a command without a screen, or the explorer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app_state.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "loop.h"
#include "script.h"
#include "signals.h"
#include "term.h"

struct settings {
    struct run_params params;
    enum color_mode color;
    bool glyphs_chosen;
    enum glyph_set glyphs;
    const char *script;
    struct review_options review;
    int rows, cols; /* of a screen without a terminal; 0: the terminal */
};

static const struct option_spec own[] = {
    {"color", 0, "WHEN", "auto, always or never; auto heeds NO_COLOR"},
    {"glyphs", 0, "SET", "block, braille or ascii (block where the terminal is UTF-8)"},
    {"script", 0, "FILE", "play a session: one action a line, as in the palette"},
    {"no-cache", 0, NULL, "run again even if this run was kept, and do not keep it"},
    {"reviews", 0, "FILE", "where verdicts are kept (~/.local/share/oddhours/reviews.db)"},
    {"reviewer", 0, "NAME", "who judges ($USER)"},
    {"truth", 0, "FILE", "labels from outside: a red-team list or a CSV"},
    {"screen", 0, "COLSxROWS", "play the script on a screen of this size, without a terminal"},
    {NULL, 0, NULL, NULL},
};

enum { OPTION_COLOR, OPTION_GLYPHS, OPTION_SCRIPT, OPTION_NO_CACHE, OPTION_REVIEWS,
       OPTION_REVIEWER, OPTION_TRUTH, OPTION_SCREEN };

static bool take_color(struct settings *settings, const char *value, struct status *status)
{
    static const char *const words[] = {"auto", "always", "never"};
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(value, words[i]) == 0) {
            settings->color = (enum color_mode)i;
            return true;
        }
    }
    return status_set(status, STATUS_USAGE, "--color is auto, always or never, not '%s'",
                      value);
}

static bool take(void *context, size_t index, const char *value, struct status *status)
{
    struct settings *settings = context;
    char after;
    switch (index) {
    case OPTION_COLOR: return take_color(settings, value, status);
    case OPTION_GLYPHS:
        settings->glyphs_chosen = true;
        return glyphs_parse(value, &settings->glyphs) ||
               status_set(status, STATUS_USAGE, "--glyphs is block, braille or ascii, not '%s'",
                          value);
    case OPTION_SCRIPT: settings->script = value; return true;
    case OPTION_NO_CACHE: settings->params.cache = false; return true;
    case OPTION_REVIEWS: settings->review.path = value; return true;
    case OPTION_REVIEWER: settings->review.reviewer = value; return true;
    case OPTION_TRUTH: settings->review.truth = value; return true;
    default:
        if (sscanf(value, "%dx%d%c", &settings->cols, &settings->rows, &after) != 2 ||
            settings->cols < 1 || settings->cols > 500 || settings->rows < 1 ||
            settings->rows > 200) {
            return status_set(status, STATUS_USAGE, "--screen is such as 80x24, not '%s'",
                              value);
        }
        return true;
    }
}

static enum glyph_set choose_glyphs(const struct settings *settings, bool utf8)
{
    /* Without UTF-8 nothing else can be shown, whatever was asked for. */
    if (!utf8 && settings->rows == 0) {
        return GLYPHS_ASCII;
    }
    return settings->glyphs_chosen ? settings->glyphs : GLYPHS_BLOCK;
}

/* From the first thread to the last frame. */
static bool run_app(struct app *app, const struct settings *settings, struct script *script,
                    struct status *status)
{
    if (settings->rows > 0) {
        return app_start(app, status) &&
               loop_run_offscreen(app, script, settings->rows, settings->cols, status);
    }
    if (!term_start(settings->color, status)) {
        return false;
    }
    bool good = app_start(app, status) && loop_run(app, script, status);
    term_stop();
    return good;
}

static int explore(const struct settings *settings)
{
    struct status status = {0};
    struct script *script = NULL;
    bool utf8 = term_locale();
    if (settings->rows == 0 && !term_available()) {
        status_set(&status, STATUS_USAGE,
                   "this is not a terminal; use oddhours run FILE -o DIR, or --screen");
        return options_fail(&status);
    }
    if (settings->script != NULL && (script = script_load(settings->script, &status)) == NULL) {
        return options_fail(&status);
    }
    signals_start();
    const struct app_options options = {
        .params = &settings->params,
        .review = settings->review,
        .glyphs = choose_glyphs(settings, utf8),
    };
    struct app *app = app_new(&options, &status);
    bool good = app != NULL && run_app(app, settings, script, &status);
    if (good && app->failure.code != STATUS_OK) {
        status = app->failure;
    }
    app_free(app);
    script_free(script);
    if (status.code != STATUS_OK) {
        return options_fail(&status);
    }
    return signals_terminating() != 0 ? 128 + signals_terminating() : 0;
}

static int explorer(int argc, char **argv)
{
    struct settings settings = {0};
    struct status status = {0};
    run_params_init(&settings.params);
    settings.params.cache = true;
    settings.review.on = true;
    const struct options options = {
        .synopsis = "[OPTION]... FILE   |   oddhours COMMAND ...",
        .about =
            "Explores anomalous user-hours in the terminal: reads FILE (a CSV of user-hours;\n"
            "\"-\": standard input), runs the detectors and shows what they find.\n"
            "oddhours COMMAND --help tells of the commands without a screen.",
        .own = own,
        .take = take,
        .context = &settings,
        .params = &settings.params,
    };
    int first = 0, exit_status = 2;
    switch (options_parse(&options, argc, argv, &first)) {
    case OPTIONS_DONE: exit_status = 0; break;
    case OPTIONS_WRONG: break;
    case OPTIONS_GO:
        if (argc - first != 1) {
            status_set(&status, STATUS_USAGE, "%s; oddhours --help tells more",
                       argc == first ? "the name of a file is missing" : "one file at a time");
            options_fail(&status);
            break;
        }
        free(settings.params.input);
        settings.params.input = strdup(argv[first]);
        exit_status = explore(&settings);
        break;
    }
    run_params_clear(&settings.params);
    return exit_status;
}

int main(int argc, char **argv)
{
    const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;
    return command != NULL ? command->main(argc - 1, argv + 1) : explorer(argc, argv);
}
