#include "cmd/options_help.h"

#include <stdio.h>
#include <string.h>

const struct option_spec options_shared[] = {
    {"help", 'h', OPTION_SWITCH, NULL, "print this text"},
    {"version", 'V', OPTION_SWITCH, NULL, "print the version"},
    {NULL, 0, OPTION_SWITCH, NULL, NULL},
};

const struct option_spec options_of_run[] = {
    {"models", 0, OPTION_VALUE, "LIST", "which detectors, by name with commas between"},
    {"features", 0, OPTION_VALUE, "LIST", "numeric columns to use (the study's seven)"},
    {"accounts", 0, OPTION_VALUE, "FILE",
     "CSV that says what accounts are: account, kind, owner, label"},
    {"kinds", 0, OPTION_VALUE, "RULES",
     "kinds of accounts by name: 'machine=*$ *$@*; service=svc*'"},
    {"reference", 0, OPTION_PATH, "RUN",
     "score FILE by a finished run: its models, thresholds, own pasts"},
    {"strict", 0, OPTION_SWITCH, NULL, "a line that cannot be used is an error"},
    {"lenient", 0, OPTION_SWITCH, NULL,
     "status 0 although more than 1 % of the lines are left out"},
    {NULL, 0, OPTION_SWITCH, NULL, NULL},
};

static void print_line(const char *left, const char *help)
{
    enum { COLUMN = 30 };
    if (strlen(left) >= COLUMN) {
        printf("  %s\n  %*s %s\n", left, COLUMN, "", help);
    } else {
        printf("  %-*s %s\n", COLUMN, left, help);
    }
}

static void print_options(const struct option_spec *spec)
{
    for (; spec->name != NULL; spec++) {
        char left[64], letter[5] = "    ";
        if (spec->letter != 0) {
            snprintf(letter, sizeof letter, "-%c, ", spec->letter);
        }
        snprintf(left, sizeof left, "%s--%s%s%s", letter, spec->name,
                 spec->argument != NULL ? "=" : "",
                 spec->argument != NULL ? spec->argument : "");
        print_line(left, spec->help);
    }
}

static void print_param(const struct param_spec *param)
{
    char initial[32], left[96], words[64] = "N", help[160];
    param_format(param, param->initial, initial, sizeof initial);
    for (size_t i = 0; param->kind == PARAM_WORD && param->words[i] != NULL; i++) {
        size_t used = i > 0 ? strlen(words) : 0;
        snprintf(words + used, sizeof words - used, "%s%s", i > 0 ? "|" : "", param->words[i]);
    }
    snprintf(left, sizeof left, "    --%s=%s", param->option, words);
    snprintf(help, sizeof help, "%s (%s)", param->help, initial);
    print_line(left, help);
}

/* A command may have a --time of its own: then it is --time-column here. */
static void print_reading(const struct option_spec *own)
{
    for (size_t i = 0; reading_option(i) != NULL; i++) {
        const struct reading_option *option = reading_option(i);
        char left[64];
        const struct option_spec *same = own;
        while (same->name != NULL && strcmp(same->name, option->name) != 0) {
            same++;
        }
        snprintf(left, sizeof left, "    --%s%s=%s", option->name,
                 same->name != NULL ? "-column" : "", option->argument);
        print_line(left, option->help);
    }
}

void options_print_params(const struct option_spec *own)
{
    print_options(options_of_run);
    print_reading(own);
    for (size_t i = 0; run_params_general(i) != NULL; i++) {
        print_param(run_params_general(i));
    }
    for (size_t i = 0; detectors[i] != NULL; i++) {
        printf("  %s: %s%s\n", detectors[i]->title, detectors[i]->name,
               detectors[i]->optional ? ", only when --models names it" : "");
        for (size_t j = 0; j < detectors[i]->n_params; j++) {
            print_param(&detectors[i]->params[j]);
        }
    }
}

void options_print_help(const struct options *options)
{
    printf("usage: oddhours %s\n\n%s\n\n", options->synopsis, options->about);
    print_options(options->own);
    print_options(options_shared);
    if (options->params != NULL) {
        printf("\nWhat is run, and how:\n");
        options_print_params(options->own);
    } else if (options->reading != NULL) {
        printf("\nHow the table is written, where looking at it is not enough:\n");
        print_reading(options->own);
    }
}
