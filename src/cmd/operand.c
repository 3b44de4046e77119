#include "cmd/operand.h"

#include <string.h>

#include "base/format.h"
#include "base/text.h"

bool operand_only(int count, char **operands, const char *usage, struct status *status)
{
    if (count == 0) {
        return status_set(status, STATUS_USAGE, "a file is missing: oddhours %s", usage);
    }
    if (count > 1) {
        return status_set(status, STATUS_USAGE,
                          "one file only, and '%.100s' is a second: oddhours %s", operands[1],
                          usage);
    }
    return true;
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
