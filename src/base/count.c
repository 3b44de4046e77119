#include "base/count.h"

#include <string.h>

bool count_read(const char *bytes, size_t length, uint64_t most, uint64_t *value)
{
    uint64_t number = 0;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] < '0' || bytes[i] > '9' || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(bytes[i] - '0'), &number)) {
            return false;
        }
    }
    if (length == 0 || number > most) {
        return false;
    }
    *value = number;
    return true;
}

bool count_parse(const char *text, uint64_t most, uint64_t *value)
{
    return count_read(text, strlen(text), most, value);
}
