#include "cmd/cmd.h"

#include <stddef.h>
#include <string.h>

#include "base/suggest.h"

const struct command commands[] = {
    {"run", "run FILE -o DIR", "run the detectors and write their files", cmd_run},
    {"describe", "describe FILE", "shape, memory, missing values, quartiles", cmd_describe},
    {"prep", "prep AUTH... -o FILE", "count raw logs into a table of user-hours", cmd_prep},
    {"formats", "formats [check FILE]", "list the formats of logs, or check one", cmd_formats},
    {"top", "top FILE", "ranked user-hours as CSV", cmd_top},
    {"explain", "explain FILE|DIR --row N", "why a user-hour is odd", cmd_explain},
    {"report", "report FILE|DIR -o FILE", "evaluation from verdicts and truth", cmd_report},
    {NULL, NULL, NULL, NULL},
};

const struct command *command_find(const char *word)
{
    for (const struct command *command = commands; command->name != NULL; command++) {
        if (strcmp(command->name, word) == 0) {
            return command;
        }
    }
    return NULL;
}

const char *command_nearest(const char *word)
{
    struct suggestion suggestion = {0};
    for (const struct command *command = commands; command->name != NULL; command++) {
        suggest_consider(&suggestion, word, command->name);
    }
    return suggestion.word;
}
