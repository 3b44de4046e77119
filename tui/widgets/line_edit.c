#include "widgets/line_edit.h"

#include <string.h>

#include <utf8proc.h>

void line_edit_set(struct line_edit *edit, const char *text)
{
    edit->length = edit->cursor = 0;
    edit->text[0] = '\0';
    line_edit_insert(edit, text, strlen(text));
}

void line_edit_insert(struct line_edit *edit, const char *bytes, size_t length)
{
    size_t room = sizeof edit->text - 1 - edit->length;
    while (length > room || (length > 0 && ((unsigned char)bytes[length] & 0xC0) == 0x80)) {
        length--;
    }
    memmove(edit->text + edit->cursor + length, edit->text + edit->cursor,
            edit->length - edit->cursor + 1);
    memcpy(edit->text + edit->cursor, bytes, length);
    edit->length += length;
    edit->cursor += length;
}

static bool continues(const struct line_edit *edit, size_t at)
{
    return ((unsigned char)edit->text[at] & 0xC0) == 0x80;
}

static size_t before(const struct line_edit *edit, size_t at)
{
    do {
        at -= at > 0;
    } while (at > 0 && continues(edit, at));
    return at;
}

static size_t after(const struct line_edit *edit, size_t at)
{
    do {
        at += at < edit->length;
    } while (at < edit->length && continues(edit, at));
    return at;
}

static void erase(struct line_edit *edit, size_t from, size_t to)
{
    memmove(edit->text + from, edit->text + to, edit->length - to + 1);
    edit->length -= to - from;
    edit->cursor = from;
}

/* Where the word before the cursor begins. */
static size_t word_start(const struct line_edit *edit)
{
    size_t at = edit->cursor;
    while (at > 0 && edit->text[at - 1] == ' ') {
        at--;
    }
    while (at > 0 && edit->text[at - 1] != ' ') {
        at--;
    }
    return at;
}

static bool insert_key(struct line_edit *edit, keycode key)
{
    if (key < ' ' || key == 0x7F || key > 0x10FFFF) {
        return false;
    }
    utf8proc_uint8_t bytes[5] = {0};
    utf8proc_ssize_t length = utf8proc_encode_char((utf8proc_int32_t)key, bytes);
    if (length > 0) {
        line_edit_insert(edit, (const char *)bytes, (size_t)length);
    }
    return true;
}

bool line_edit_key(struct line_edit *edit, keycode key)
{
    size_t at = edit->cursor;
    switch (key) {
    case KEYS_LEFT:
    case KEY_CTRL('B'): edit->cursor = before(edit, at); return true;
    case KEYS_RIGHT:
    case KEY_CTRL('F'): edit->cursor = after(edit, at); return true;
    case KEYS_HOME:
    case KEY_CTRL('A'): edit->cursor = 0; return true;
    case KEYS_END:
    case KEY_CTRL('E'): edit->cursor = edit->length; return true;
    case KEYS_BACKSPACE:
    case 0x7F:
    case KEY_CTRL('H'): erase(edit, before(edit, at), at); return true;
    case KEYS_DELETE:
    case KEY_CTRL('D'): erase(edit, at, after(edit, at)); return true;
    case KEY_CTRL('W'): erase(edit, word_start(edit), at); return true;
    case KEY_CTRL('U'): erase(edit, 0, at); return true;
    case KEY_CTRL('K'): erase(edit, at, edit->length); return true;
    default: return insert_key(edit, key);
    }
}

/* Width of a piece of the text as it will be drawn. */
static int width_of(const struct line_edit *edit, size_t from, size_t to, bool ascii)
{
    char safe[3 * LINE_EDIT_SIZE + 1];
    text_safe(safe, sizeof safe, edit->text + from, to - from, ascii);
    return (int)text_width(safe);
}

int line_edit_draw(const struct line_edit *edit, struct canvas *canvas, int y, int x, int cols)
{
    size_t from = 0;
    bool ascii = canvas->glyphs->ascii;
    if (cols <= 0) {
        return x;
    }
    while (from < edit->cursor && width_of(edit, from, edit->cursor, ascii) >= cols) {
        from = after(edit, from);
    }
    canvas_field(canvas, y, x, cols, TEXT_LEFT, ROLE_TEXT, edit->text + from);
    return x + width_of(edit, from, edit->cursor, ascii);
}
