/* log: what happened, line by line: messages of the program, rejected lines, warnings. */
#ifndef ODDHOURS_TUI_LOG_H
#define ODDHOURS_TUI_LOG_H

#include <stdarg.h>
#include <stddef.h>

enum log_kind { LOG_NOTE, LOG_WARNING, LOG_ERROR };

enum { LOG_LINES = 1000, LOG_TEXT = 480 };

struct log_line {
    enum log_kind kind;
    double seconds; /* since the program started */
    char text[LOG_TEXT];
};

/* A ring: the oldest lines make room. */
struct log {
    size_t n;               /* lines ever added */
    struct log_line *lines; /* (LOG_LINES), allocated with the first */
};

void log_add(struct log *log, enum log_kind kind, double seconds, const char *format,
             va_list args) __attribute__((format(printf, 4, 0)));
size_t log_count(const struct log *log);

/* Line `i` of those kept, the oldest first. */
const struct log_line *log_get(const struct log *log, size_t i);
void log_clear(struct log *log);

#endif
