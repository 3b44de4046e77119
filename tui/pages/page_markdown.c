#include "pages/page_markdown.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pages/page_table.h"

/* The line without escapes, into out[length + 1]; a bar that is not escaped parts cells. */
static void plain(char *out, const char *line, size_t length, bool row)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        bool escaped = line[i] == '\\' && i + 1 < length;
        i += escaped ? 1 : 0;
        bool bar = row && !escaped && line[i] == '|';
        if (bar || (used > 0 && out[used - 1] == PAGE_CELL[0] && line[i] == ' ')) {
            while (bar && used > 0 && out[used - 1] == ' ') {
                used--; /* the spaces around a cell are not a part of it */
            }
            if (!bar) {
                continue;
            }
        }
        out[used++] = bar ? PAGE_CELL[0] : line[i];
    }
    out[used] = '\0';
}

/* `text` is room for length + 1 bytes. */
static void add_line(struct page *page, const char *line, size_t length, char *text)
{
    size_t indent = 0;
    while (indent < length && line[indent] == ' ') {
        indent++;
    }
    if (length > indent && line[indent] == '|') {
        /* From behind the first bar to before the last one. */
        size_t end = length;
        while (end > indent + 1 && (line[end - 1] == ' ' || line[end - 1] == '|')) {
            end--;
        }
        const char *first = line + indent + 1;
        size_t spaces = strspn(first, " ");
        size_t from = indent + 1 + spaces < end ? indent + 1 + spaces : end;
        plain(text, line + from, end - from, true);
        if (strspn(text, "-: " PAGE_CELL) < strlen(text)) {
            page_row(page, text);
        }
        return;
    }
    size_t marks = 0;
    while (marks < length && line[marks] == '#') {
        marks++;
    }
    bool heading = marks > 0 && marks < length && line[marks] == ' ';
    size_t from = heading ? marks + 1 : 0;
    plain(text, line + from, length - from, false);
    page_add(page, heading ? ROLE_STRONG : ROLE_TEXT, "%s", text);
}

void page_markdown(struct page *page, const char *text, size_t length)
{
    const char *end = text + length;
    char *room = mem_new(length + 1, 1, "a page", NULL);
    while (room != NULL && text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        stop = stop != NULL ? stop : end;
        add_line(page, text, (size_t)(stop - text), room);
        text = stop + 1;
    }
    free(room);
}
