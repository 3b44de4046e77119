/* oddhours formats [check FILE...]: the formats of logs. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <string.h>

#include "cmd/operand.h"
#include "cmd/options.h"
#include "events/described.h"
#include "events/format/description.h"
#include "events/formats.h"

static const struct option_spec own[] = {
    {NULL, 0, OPTION_SWITCH, NULL, NULL},
};

static bool take(void *context, size_t index, const char *value, struct status *status)
{
    (void)context;
    (void)index;
    (void)value;
    (void)status;
    return true;
}

static int list(struct status *status)
{
    struct formats formats;
    bool all_fine = true;
    if (!formats_load(&formats, status)) {
        return options_fail(status);
    }
    for (size_t i = 0; log_formats[i] != NULL; i++) {
        printf("%-22s %s\n", log_formats[i]->name, log_formats[i]->title);
    }
    for (size_t i = 0; i < formats.n; i++) {
        const struct formats_entry *entry = &formats.list[i];
        if (entry->format != NULL) {
            printf("%-22s %s\n", operand_safe(entry->name).text,
                   operand_safe(entry->format->title).text);
        } else {
            fflush(stdout);
            options_complain(entry->problem);
            all_fine = false;
        }
    }
    formats_free(&formats);
    return all_fine ? 0 : 2;
}

static bool check(const char *name, struct status *status)
{
    const struct log_format *format = formats_find(name, status);
    if (format == NULL) {
        return false;
    }
    if (format->description == NULL) {
        printf("%s: has a scan of its own\n", format->name);
        return true;
    }
    struct status wrong = {0};
    bool good = described_check(format, &wrong);
    if (good) {
        size_t n = format->description->n_samples;
        printf("%s: %s: fine, %zu sample%s\n", operand_safe(name).text,
               operand_safe(format->title).text, n, n == 1 ? "" : "s");
    } else {
        status_set(status, wrong.code, "%.150s: %.300s", name, wrong.text);
    }
    log_format_release(format);
    return good;
}

int cmd_formats(int argc, char **argv)
{
    struct status status = {0};
    const struct options options = {
        .synopsis = "formats [check FILE.json|NAME...]",
        .about =
            "Lists the formats of logs, or validates descriptions of such formats and runs\n"
            "their samples (docs/FORMATS.md).",
        .own = own,
        .take = take,
    };
    int first, worst = 0;
    enum options_outcome outcome = options_parse(&options, argc, argv, &first);
    if (outcome != OPTIONS_GO) {
        return outcome == OPTIONS_DONE ? 0 : 2;
    }
    if (first == argc) {
        return list(&status);
    }
    if (strcmp(argv[first], "check") != 0 || first + 1 == argc) {
        status_set(&status, STATUS_USAGE,
                   "formats lists the formats; formats check FILE.json validates one");
        return options_fail(&status);
    }
    for (int i = first + 1; i < argc; i++) {
        status = (struct status){0};
        if (!check(argv[i], &status)) {
            fflush(stdout);
            int code = options_fail(&status);
            worst = worst > code ? worst : code;
        }
    }
    return worst;
}
