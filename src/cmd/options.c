#include "cmd/options.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "base/text.h"
#include "cmd/options_help.h"
#include "config.h"

/* What an option's name stands for: exactly one is set. */
struct meaning {
    const struct option_spec *own, *shared, *of_run;
    const struct param_spec *param;
    const struct reading_option *reading;
};

struct walk {
    const struct options *options;
    int argc, next; /* next: index of the argument after the one looked at */
    char **argv;
    enum options_outcome outcome;
    bool features; /* --features was met: the next one adds to it */
};

void options_complain(const char *text)
{
    char safe[3 * STATUS_TEXT + 1];
    text_safe(safe, sizeof safe, text, strlen(text), false);
    fprintf(stderr, "oddhours: %s\n", safe);
}

int options_fail(const struct status *status)
{
    options_complain(status->text);
    return status_exit(status);
}

static bool wrong(struct walk *walk, const struct status *status)
{
    options_complain(status->text);
    walk->outcome = OPTIONS_WRONG;
    return false;
}

static bool is_named(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && strncmp(name, text, length) == 0;
}

static const struct option_spec *find(const struct option_spec *list, const char *text,
                                      size_t length)
{
    while (list->name != NULL && !is_named(list->name, text, length)) {
        list++;
    }
    return list->name != NULL ? list : NULL;
}

static struct reading *reading_of(const struct options *options)
{
    return options->params != NULL ? &options->params->reading : options->reading;
}

/* --time, and --time-column where a command has a --time of its own. */
static const struct reading_option *find_reading(const char *text, size_t length)
{
    static const char behind[] = "-column";
    size_t tail = sizeof behind - 1;
    for (size_t i = 0; reading_option(i) != NULL; i++) {
        const struct reading_option *option = reading_option(i);
        bool column = i == READING_TIME || i == READING_USER;
        if (is_named(option->name, text, length) ||
            (column && length > tail && strncmp(text + length - tail, behind, tail) == 0 &&
             is_named(option->name, text, length - tail))) {
            return option;
        }
    }
    return NULL;
}

static bool unknown(struct walk *walk, const char *text, size_t length)
{
    const struct options *options = walk->options;
    const struct option_spec *lists[] = {options->own, options_shared,
                                         options->params != NULL ? options_of_run : NULL};
    struct suggestion suggestion = {0};
    struct status status;
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)(length < 63 ? length : 63), text);
    for (size_t i = 0; i < 3; i++) {
        for (const struct option_spec *spec = lists[i]; spec != NULL && spec->name; spec++) {
            suggest_consider(&suggestion, word, spec->name);
        }
    }
    for (size_t i = 0; options->params != NULL && run_params_spec(i) != NULL; i++) {
        suggest_consider(&suggestion, word, run_params_spec(i)->option);
    }
    for (size_t i = 0; reading_of(options) != NULL && reading_option(i) != NULL; i++) {
        suggest_consider(&suggestion, word, reading_option(i)->name);
    }
    status_set(&status, STATUS_USAGE, "there is no option --%s%s", word,
               suggestion.word != NULL ? suggest_hint(suggestion.word, "--", "").text
                                       : "; --help lists them");
    return wrong(walk, &status);
}

static bool takes_value(const struct meaning *meaning)
{
    const struct option_spec *spec = meaning->own != NULL ? meaning->own : meaning->of_run;
    return meaning->param != NULL || meaning->reading != NULL ||
           (spec != NULL && spec->kind != OPTION_SWITCH);
}

static bool apply(struct walk *walk, const struct meaning *meaning, const char *name,
                  const char *value)
{
    const struct options *options = walk->options;
    struct status status = {0};
    bool good = true;
    if (meaning->own != NULL) {
        good = options->take(options->context, (size_t)(meaning->own - options->own), value,
                             &status);
    } else if (meaning->reading != NULL) {
        bool known;
        good = reading_set(reading_of(options), meaning->reading->name, value, &known, &status);
    } else if (value == NULL) {
        bool *on =
            strcmp(name, "strict") == 0 ? &options->params->strict : &options->params->lenient;
        *on = true;
    } else if (walk->features && strcmp(name, "features") == 0) {
        good = run_params_add_features(options->params, value, &status);
    } else {
        good = run_params_set(options->params, name, value, &status);
    }
    walk->features = walk->features || strcmp(name, "features") == 0;
    return good || wrong(walk, &status);
}

static bool use(struct walk *walk, const struct meaning *meaning, const char *name,
                const char *value)
{
    struct status status;
    if (meaning->shared != NULL) {
        if (meaning->shared->letter == 'h') {
            options_print_help(walk->options);
        } else {
            printf("%s\n", PACKAGE_STRING);
        }
        walk->outcome = OPTIONS_DONE;
        return false;
    }
    if (takes_value(meaning) && value == NULL) {
        if (walk->next >= walk->argc) {
            status_set(&status, STATUS_USAGE, "option --%s wants a value", name);
            return wrong(walk, &status);
        }
        value = walk->argv[walk->next++];
    } else if (!takes_value(meaning) && value != NULL) {
        status_set(&status, STATUS_USAGE, "option --%s takes no value", name);
        return wrong(walk, &status);
    }
    if (value != NULL && value[0] == '\0' && meaning->own != NULL &&
        meaning->own->kind == OPTION_PATH) {
        status_set(&status, STATUS_USAGE, "option --%s wants a name: it is empty", name);
        return wrong(walk, &status);
    }
    return apply(walk, meaning, name, value);
}

static bool long_option(struct walk *walk, const char *text)
{
    const struct options *options = walk->options;
    size_t length = strcspn(text, "=");
    char name[64];
    struct meaning meaning = {.own = find(options->own, text, length)};
    if (meaning.own == NULL) {
        meaning.shared = find(options_shared, text, length);
    }
    if (options->params != NULL && meaning.own == NULL && meaning.shared == NULL) {
        meaning.of_run = find(options_of_run, text, length);
        for (size_t i = 0; run_params_spec(i) != NULL; i++) {
            if (is_named(run_params_spec(i)->option, text, length)) {
                meaning.param = run_params_spec(i);
            }
        }
    }
    if (reading_of(options) != NULL && meaning.own == NULL && meaning.shared == NULL) {
        meaning.reading = find_reading(text, length);
    }
    if (meaning.own == NULL && meaning.shared == NULL && meaning.of_run == NULL &&
        meaning.param == NULL && meaning.reading == NULL) {
        return unknown(walk, text, length);
    }
    snprintf(name, sizeof name, "%.*s", (int)length, text);
    return use(walk, &meaning, name, text[length] == '=' ? text + length + 1 : NULL);
}

static bool short_option(struct walk *walk, const char *text)
{
    const struct option_spec *lists[] = {walk->options->own, options_shared};
    for (size_t i = 0; i < 2; i++) {
        for (const struct option_spec *spec = lists[i]; spec->name != NULL; spec++) {
            if (spec->letter == text[0]) {
                struct meaning meaning = {.own = i == 0 ? spec : NULL,
                                          .shared = i == 1 ? spec : NULL};
                return use(walk, &meaning, spec->name, text[1] != '\0' ? text + 1 : NULL);
            }
        }
    }
    struct status status;
    status_set(&status, STATUS_USAGE, "there is no option -%c; --help lists them", text[0]);
    return wrong(walk, &status);
}

enum options_outcome options_parse(const struct options *options, int argc, char **argv,
                                   int *first_operand)
{
    struct walk walk = {
        .options = options, .argc = argc, .argv = argv, .next = 1, .outcome = OPTIONS_GO};
    int n_operands = 0;
    bool only_operands = false;
    while (walk.next < argc) {
        char *argument = argv[walk.next++];
        if (only_operands || argument[0] != '-' || argument[1] == '\0') {
            /* Operands gather at the front, over arguments that were used up. */
            argv[1 + n_operands++] = argument;
        } else if (strcmp(argument, "--") == 0) {
            only_operands = true;
        } else if (!(argument[1] == '-' ? long_option(&walk, argument + 2)
                                        : short_option(&walk, argument + 1))) {
            return walk.outcome;
        }
    }
    for (int i = n_operands; i > 0; i--) {
        argv[argc - n_operands + i - 1] = argv[i];
    }
    *first_operand = argc - n_operands;
    return OPTIONS_GO;
}
