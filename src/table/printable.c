#include "table/printable.h"

#include <stdbool.h>
#include <string.h>

static size_t put(char *at, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    if (byte >= 0x20 && byte < 0x7f) {
        *at = (char)byte;
        return 1;
    }
    at[0] = '\\';
    at[1] = 'x';
    at[2] = digits[byte >> 4];
    at[3] = digits[byte & 15];
    return 4;
}

char *printable(char *out, size_t size, struct span text)
{
    static const char more[] = "...";
    char piece[4];
    size_t used = 0, fits = 0; /* fits: the longest beginning that leaves room for "..." */
    for (size_t i = 0; i < text.length; i++) {
        size_t n = put(piece, (unsigned char)text.bytes[i]);
        if (used + n + 1 > size) {
            used = size >= sizeof more ? fits : 0;
            memcpy(out + used, more, size >= sizeof more ? sizeof more : 0);
            used += size >= sizeof more ? sizeof more - 1 : 0;
            break;
        }
        memcpy(out + used, piece, n);
        used += n;
        if (used + sizeof more <= size) {
            fits = used;
        }
    }
    out[used] = '\0';
    return out;
}
