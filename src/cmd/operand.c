#include "cmd/operand.h"

#include <string.h>

#include "base/format.h"
#include "base/mem.h"
#include "base/text.h"
#include "table/input/input_list.h"

static bool take_input(int count, char **operands, const struct operand_command *command,
                       struct status *status)
{
    struct run_params *params = command->params;
    if (count == 0) {
        return status_set(status, STATUS_USAGE, "a file is missing: oddhours %s",
                          command->options.synopsis);
    }
    if (command->plain != NULL && *command->plain && count == 1) {
        params->input = mem_text(operands[0], strlen(operands[0]), status);
        return params->input != NULL;
    }
    params->input = input_list_join(operands, (size_t)count, status);
    return params->input != NULL;
}

static bool check_and_work(const struct operand_command *command, bool *lossy,
                           struct status *status)
{
    const void *settings = command->options.context;
    if (command->check != NULL && !command->check(settings, status)) {
        return false;
    }
    struct console *console = console_new(*command->quiet, status);
    bool good = console != NULL && command->work(settings, console, status);
    *lossy = good && console_lossy(console) && !command->params->lenient;
    console_free(console);
    return good;
}

int operand_run(const struct operand_command *command, int argc, char **argv)
{
    enum { LOSSY = 3 };
    bool lossy = false;
    int first, exit_status = 0;
    struct status status = {0};
    run_params_init(command->params);
    command->params->index = command->index;
    enum options_outcome outcome = options_parse(&command->options, argc, argv, &first);
    if (outcome == OPTIONS_WRONG) {
        exit_status = 2;
    } else if (outcome == OPTIONS_GO &&
               !(take_input(argc - first, argv + first, command, &status) &&
                 check_and_work(command, &lossy, &status))) {
        exit_status = options_fail(&status);
    }
    if (lossy) {
        exit_status = LOSSY;
    }
    run_params_clear(command->params);
    return exit_status;
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
