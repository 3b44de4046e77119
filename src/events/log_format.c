#include "events/log_format.h"

#include <string.h>

#define ENTRY(name) &log_format_##name,
const struct log_format *const log_formats[] = {LOG_FORMATS(ENTRY) NULL};
#undef ENTRY

const struct log_format *log_format_find(const char *name)
{
    for (size_t i = 0; log_formats[i] != NULL; i++) {
        if (strcmp(log_formats[i]->name, name) == 0) {
            return log_formats[i];
        }
    }
    return NULL;
}
