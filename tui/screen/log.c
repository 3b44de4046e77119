#include "screen/log.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

void log_add(struct log *log, enum log_kind kind, double seconds, const char *format,
             va_list args)
{
    if (log->lines == NULL) {
        log->lines = mem_zero(LOG_LINES, sizeof *log->lines, "the log", NULL);
        if (log->lines == NULL) {
            return; /* without memory there is nowhere to say so */
        }
    }
    struct log_line *line = &log->lines[log->n % LOG_LINES];
    line->kind = kind;
    line->seconds = seconds;
    vsnprintf(line->text, sizeof line->text, format, args);
    log->n++;
}

size_t log_count(const struct log *log)
{
    return log->n < LOG_LINES ? log->n : LOG_LINES;
}

const struct log_line *log_get(const struct log *log, size_t i)
{
    return &log->lines[(log->n - log_count(log) + i) % LOG_LINES];
}

void log_clear(struct log *log)
{
    free(log->lines);
    *log = (struct log){0};
}
