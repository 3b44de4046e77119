#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

bool status_set(struct status *status, enum status_code code, const char *format, ...)
{
    if (status == NULL) {
        return false;
    }
    status->code = code;
    va_list args;
    va_start(args, format);
    int length = vsnprintf(status->text, sizeof status->text, format, args);
    va_end(args);
    if (length < 0) {
        status->text[0] = '\0';
    }
    return false;
}

bool status_nomem(struct status *status, size_t bytes, const char *what)
{
    return status_set(status, STATUS_NOMEM, "out of memory: %zu bytes for %s", bytes, what);
}

bool status_cancelled(struct status *status)
{
    return status_set(status, STATUS_CANCELLED, "cancelled");
}

int status_exit(const struct status *status)
{
    switch (status->code) {
    case STATUS_OK: return 0;
    case STATUS_CANCELLED: return 130;
    case STATUS_NOMEM:
    case STATUS_IO: return 1;
    case STATUS_INPUT:
    case STATUS_USAGE: return 2;
    }
    return 1;
}
