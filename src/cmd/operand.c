#include "cmd/operand.h"

#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/text.h"

static bool take_one(int count, char **operands, const char *synopsis,
                     struct run_params *params, struct status *status)
{
    if (count == 0) {
        return status_set(status, STATUS_USAGE, "a file is missing: oddhours %s", synopsis);
    }
    if (count > 1) {
        return status_set(status, STATUS_USAGE,
                          "one file only, and '%.100s' is a second: oddhours %s", operands[1],
                          synopsis);
    }
    params->input = mem_text(operands[0], strlen(operands[0]), status);
    return params->input != NULL;
}

bool operand_begin(const struct options *options, int argc, char **argv,
                   struct run_params *params, int *exit_status)
{
    int first;
    struct status status = {0};
    switch (options_parse(options, argc, argv, &first)) {
    case OPTIONS_DONE: *exit_status = 0; break;
    case OPTIONS_WRONG: *exit_status = 2; break;
    case OPTIONS_GO:
        if (take_one(argc - first, argv + first, options->synopsis, params, &status)) {
            return true;
        }
        *exit_status = options_fail(&status);
        break;
    }
    run_params_clear(params);
    return false;
}

int operand_end(struct run_params *params, bool good, const struct status *status)
{
    run_params_clear(params);
    return good ? 0 : options_fail(status);
}

struct operand_text operand_safe(const char *name)
{
    struct operand_text safe;
    text_safe(safe.text, sizeof safe.text, name, strlen(name), false);
    return safe;
}

void operand_print_rejects(const struct table *table, FILE *stream)
{
    const struct read_report *report = &table->report;
    for (size_t i = 0; i < report->n_rejects; i++) {
        fprintf(stream, "  line %s: %s\n", format_grouped(report->rejects[i].line).text,
                operand_safe(report->rejects[i].reason).text);
    }
    if (report->rejected > report->n_rejects) {
        fprintf(stream, "  and %s more\n",
                format_grouped(report->rejected - report->n_rejects).text);
    }
}

void operand_print_notes(const struct table *table, FILE *stream)
{
    const struct read_report *report = &table->report;
    for (size_t i = 0; i < report->n_notes; i++) {
        fprintf(stream, "%-9s %s\n", i == 0 ? "read as" : "",
                operand_safe(report->notes[i]).text);
    }
    if (report->unread_times > 0) {
        fprintf(stream, "times     %s cannot be read, such as '%s'\n",
                format_count(report->unread_times, "time").text, report->unread_time);
    }
}
