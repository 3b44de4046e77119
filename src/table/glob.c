#include "table/glob.h"

#include <stdint.h>
#include <string.h>

#include "base/ascii.h"

static bool has_capital(const char *text)
{
    while (*text != '\0' && !ascii_is_capital(*text)) {
        text++;
    }
    return *text != '\0';
}

struct glob glob_make(const char *pattern, bool inside)
{
    return (struct glob){.pattern = pattern,
                         .length = strlen(pattern),
                         .fold = !has_capital(pattern),
                         .inside = inside,
                         .plain = strpbrk(pattern, "*?") == NULL};
}

static bool same(const struct glob *glob, char pattern, char text)
{
    return pattern == text || (glob->fold && pattern == ascii_lower(text));
}

/* Bytes of the UTF-8 character that starts at `at`; 1 for what is none. */
static size_t character(struct span text, size_t at)
{
    size_t n = 1;
    if (((unsigned char)text.bytes[at] & 0xC0) == 0xC0) {
        while (n < 4 && at + n < text.length &&
               ((unsigned char)text.bytes[at + n] & 0xC0) == 0x80) {
            n++;
        }
    }
    return n;
}

static bool equal_at(const struct glob *glob, struct span text, size_t at)
{
    if (!glob->fold) {
        return memcmp(text.bytes + at, glob->pattern, glob->length) == 0;
    }
    for (size_t i = 0; i < glob->length; i++) {
        if (!same(glob, glob->pattern[i], text.bytes[at + i])) {
            return false;
        }
    }
    return true;
}

static bool match_plain(const struct glob *glob, struct span text)
{
    if (text.length < glob->length) {
        return false;
    }
    if (glob->length == 0) {
        return glob->inside || text.length == 0;
    }
    size_t last = glob->inside ? text.length - glob->length : 0;
    if (!glob->inside && text.length != glob->length) {
        return false;
    }
    for (size_t at = 0; at <= last; at++) {
        if (equal_at(glob, text, at)) {
            return true;
        }
    }
    return false;
}

/* Only the last star needs to be gone back to, so there is no recursion. A pattern to be found
 * inside is one between two stars. */
bool glob_match(const struct glob *glob, struct span text)
{
    if (glob->plain) {
        return match_plain(glob, text);
    }
    size_t p = 0, t = 0, star = glob->inside ? 0 : SIZE_MAX, star_text = 0;
    while (t < text.length) {
        if (p == glob->length && glob->inside) {
            return true;
        }
        if (p < glob->length && glob->pattern[p] == '*') {
            star = ++p;
            star_text = t;
        } else if (p < glob->length && glob->pattern[p] == '?') {
            p++;
            t += character(text, t);
        } else if (p < glob->length && same(glob, glob->pattern[p], text.bytes[t])) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (p < glob->length && glob->pattern[p] == '*') {
        p++;
    }
    return p == glob->length;
}
