#include "events/log_format.h"

#include <stdio.h>
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

const struct log_format *log_format_recognise(const char *bytes, size_t length)
{
    for (size_t i = 0; log_formats[i] != NULL; i++) {
        if (log_formats[i]->recognise(bytes, length)) {
            return log_formats[i];
        }
    }
    return NULL;
}

void log_format_words(char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; log_formats[i] != NULL && used < size; i++) {
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? " or " : "",
                                 log_formats[i]->name);
    }
}
