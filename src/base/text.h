/* text: the one gate between bytes from outside and a terminal.
 *
 * Everything that a file, an argument or a message of the system brought in passes text_safe()
 * before it is shown, on the screen or after it. What comes out is "safe text": valid UTF-8,
 * terminated, of printable characters only, each with at most two combining marks, so that it
 * cannot move the cursor, reorder a row or hide. The other functions take safe text only.
 *
 * Width is in terminal cells: 0 for a combining mark, 2 for a wide character, else 1.
 */
#ifndef ODDHOURS_BASE_TEXT_H
#define ODDHOURS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/status.h"

/* The visible mark that stands for what must not be shown, and the sign of a clipped text. */
#define TEXT_MARK           "\u00b7"
#define TEXT_MARK_ASCII     "?"
#define TEXT_ELLIPSIS       "\u2026"
#define TEXT_ELLIPSIS_ASCII "~"

/* Makes `length` bytes safe, into out[size] (size at least 1), and returns the bytes written
 * without the terminator. A text that does not fit is cut between characters; 3 * length + 1
 * bytes always suffice. One mark each replaces: C0 and C1 controls and DEL, a byte that is not
 * UTF-8, bidirectional and other format controls, U+FEFF, line and paragraph separators,
 * fillers that show nothing, private and unassigned code points, a combining mark with nothing
 * to stand on. ZWJ and variation selectors stay inside emoji and are dropped elsewhere, and so
 * is a third combining mark. With `ascii` every character outside ASCII becomes a mark. */
size_t text_safe(char *out, size_t size, const char *bytes, size_t length, bool ascii);

/* Whether `length` bytes are valid UTF-8. */
bool text_is_utf8(const char *bytes, size_t length);

/* A copy of `length` bytes as valid UTF-8 without zero bytes, for free(): what is not becomes
 * U+FFFD, a byte each. For files, not for terminals. NULL when memory ran out. */
char *text_utf8(const char *bytes, size_t length, struct status *status);

/* The length of the byte-order mark that `bytes` begin with: 3, or 0 without. */
static inline size_t text_byte_order_mark(const char *bytes, size_t length)
{
    return length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/* One character of safe text as a terminal takes it: a base and what combines with it. */
struct text_cell {
    size_t bytes; /* 0 at the end of the text */
    int width;    /* 1 or 2 */
};
struct text_cell text_next(const char *safe);

/* Width of safe text in cells. */
size_t text_width(const char *safe);

/* Copies as much as fits in `cells` cells and out[size]; a text that was cut ends in an
 * ellipsis. Returns its width, which is less than `cells` when a wide character did not fit. */
size_t text_clip(char *out, size_t size, const char *safe, size_t cells, bool ascii);

enum text_align { TEXT_LEFT, TEXT_RIGHT };

/* The same, filled up with spaces to exactly `cells` cells (as far as out[size] goes). */
void text_pad(char *out, size_t size, const char *safe, size_t cells, enum text_align align,
              bool ascii);

/* Bytes of the beginning of `safe` that make one line of at most `cells` cells: broken behind a
 * word, or inside a word that is longer than a line. Never 0 unless the text is empty. */
size_t text_line(const char *safe, size_t cells);

/* Finds `needle` in `text` as search does: with smart case, so that a needle without capitals
 * matches any case. Only the case of ASCII letters is folded. An empty needle is nowhere. */
bool text_contains(const char *text, const char *needle);

#endif
