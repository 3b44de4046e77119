#include "base/html.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

static void put(struct outfile *file, const char *text)
{
    outfile_write(file, text, strlen(text));
}

static void put_char(struct outfile *file, char c)
{
    switch (c) {
    case '&': put(file, "&amp;"); break;
    case '<': put(file, "&lt;"); break;
    case '>': put(file, "&gt;"); break;
    case '"': put(file, "&quot;"); break;
    case '\'': put(file, "&#39;"); break;
    default: outfile_write(file, &c, 1); break;
    }
}

void html_text(struct outfile *file, const char *bytes, size_t length)
{
    enum { PIECE = 256 };
    char safe[3 * PIECE + 1];
    while (length > 0) {
        size_t n = length < PIECE ? length : PIECE;
        /* Not through the middle of a character. */
        while (n > 1 && n < length && ((unsigned char)bytes[n] & 0xC0) == 0x80) {
            n--;
        }
        size_t got = text_safe(safe, sizeof safe, bytes, n, false);
        for (size_t i = 0; i < got; i++) {
            put_char(file, safe[i]);
        }
        bytes += n;
        length -= n;
    }
}

/* ---- Markdown ---- */

struct line {
    const char *at;
    size_t length;
};

/* What is between two backquotes, or strong, or text. */
static void put_inline(struct outfile *file, const char *at, size_t length)
{
    bool strong = false;
    for (size_t i = 0; i < length; i++) {
        const char *code =
            at[i] == '`' && i + 1 < length ? memchr(at + i + 1, '`', length - i - 1) : NULL;
        if (at[i] == '\\' && i + 1 < length && strchr("\\`*_{}[]()#+-.!|<>&~", at[i + 1])) {
            put_char(file, at[++i]);
        } else if (code != NULL) {
            put(file, "<code>");
            for (const char *c = at + i + 1; c < code; c++) {
                put_char(file, *c);
            }
            put(file, "</code>");
            i = (size_t)(code - at);
        } else if (at[i] == '*' && i + 1 < length && at[i + 1] == '*') {
            put(file, strong ? "</strong>" : "<strong>");
            strong = !strong;
            i++;
        } else {
            put_char(file, at[i]);
        }
    }
    if (strong) {
        put(file, "</strong>");
    }
}

static bool begins(struct line line, const char *with)
{
    size_t n = strlen(with);
    return line.length >= n && memcmp(line.at, with, n) == 0;
}

enum { COLUMNS_MOST = 64 };

/* The cells of "| a | b |"; returns how many. A backslash keeps a bar. */
static size_t split_cells(struct line line, struct line cells[COLUMNS_MOST])
{
    size_t n = 0, from = 1;
    for (size_t i = 1; i < line.length && n < COLUMNS_MOST; i++) {
        if (line.at[i] == '\\') {
            i++;
        } else if (line.at[i] == '|') {
            size_t a = from, b = i;
            while (a < b && line.at[a] == ' ') {
                a++;
            }
            while (b > a && line.at[b - 1] == ' ') {
                b--;
            }
            cells[n++] = (struct line){line.at + a, b - a};
            from = i + 1;
        }
    }
    return n;
}

static bool is_rule(struct line line)
{
    for (size_t i = 0; i < line.length; i++) {
        if (strchr("|-: ", line.at[i]) == NULL) {
            return false;
        }
    }
    return line.length > 2 && line.at[0] == '|';
}

enum block { NOTHING, PARAGRAPH, LIST, TABLE, CODE };

struct writing {
    struct outfile *file;
    enum block block;
    unsigned headings;
    bool right[COLUMNS_MOST]; /* of the table: columns of numbers */
};

static void end_block(struct writing *writing)
{
    static const char *const ends[] = {[NOTHING] = "",
                                       [PARAGRAPH] = "</p>\n",
                                       [LIST] = "</ul>\n",
                                       [TABLE] = "</tbody></table></div>\n",
                                       [CODE] = "</code></pre></details>\n"};
    put(writing->file, ends[writing->block]);
    writing->block = NOTHING;
}

static void begin_block(struct writing *writing, enum block block, const char *tag)
{
    if (writing->block != block) {
        end_block(writing);
        put(writing->file, tag);
        writing->block = block;
    }
}

static void put_heading(struct writing *writing, struct line line)
{
    size_t level = 0;
    while (level < line.length && line.at[level] == '#') {
        level++;
    }
    size_t shown = level < 5 ? level + 1 : 6;
    end_block(writing);
    outfile_printf(writing->file, "<h%zu id=\"h%u\">", shown, ++writing->headings);
    put_inline(writing->file, line.at + level + 1, line.length - level - 1);
    outfile_printf(writing->file, "</h%zu>\n", shown);
}

static void put_cells(struct writing *writing, struct line line, const char *tag)
{
    struct line cells[COLUMNS_MOST];
    size_t n = split_cells(line, cells);
    put(writing->file, "<tr>");
    for (size_t i = 0; i < n; i++) {
        outfile_printf(writing->file, "<%s%s>", tag, writing->right[i] ? " class=\"n\"" : "");
        put_inline(writing->file, cells[i].at, cells[i].length);
        outfile_printf(writing->file, "</%s>", tag);
    }
    put(writing->file, "</tr>\n");
}

/* A table begins with a line of names and one of dashes. */
static void begin_table(struct writing *writing, struct line names, struct line dashes)
{
    struct line cells[COLUMNS_MOST];
    size_t n = split_cells(dashes, cells);
    end_block(writing);
    memset(writing->right, 0, sizeof writing->right);
    for (size_t i = 0; i < n; i++) {
        writing->right[i] = cells[i].length > 0 && cells[i].at[cells[i].length - 1] == ':';
    }
    put(writing->file, "<div class=\"table\"><table><thead>");
    put_cells(writing, names, "th");
    put(writing->file, "</thead><tbody>\n");
    writing->block = TABLE;
}

static bool is_heading(struct line line)
{
    size_t level = 0;
    while (level < line.length && line.at[level] == '#') {
        level++;
    }
    return level > 0 && level < line.length && line.at[level] == ' ';
}

static struct line line_at(const char *at, const char *end)
{
    const char *stop = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    return (struct line){at, (size_t)((stop != NULL ? stop : end) - at)};
}

static void put_line(struct writing *writing, struct line line)
{
    if (line.length == 0) {
        end_block(writing);
    } else if (is_heading(line)) {
        put_heading(writing, line);
    } else if (begins(line, "- ")) {
        begin_block(writing, LIST, "<ul>\n");
        put(writing->file, "<li>");
        put_inline(writing->file, line.at + 2, line.length - 2);
        put(writing->file, "</li>\n");
    } else {
        bool goes_on = writing->block == PARAGRAPH;
        begin_block(writing, PARAGRAPH, "<p>");
        put(writing->file, goes_on ? "\n" : "");
        put_inline(writing->file, line.at, line.length);
    }
}

void html_markdown(struct outfile *file, const char *text, size_t length)
{
    struct writing writing = {.file = file};
    const char *end = text + length;
    for (const char *at = text; at < end;) {
        struct line line = line_at(at, end);
        const char *next = line.at + line.length + 1;
        struct line after = next < end ? line_at(next, end) : (struct line){end, 0};
        if (writing.block == CODE) {
            if (begins(line, "```")) {
                end_block(&writing);
            } else {
                for (size_t i = 0; i < line.length; i++) {
                    put_char(file, line.at[i]);
                }
                put(file, "\n");
            }
        } else if (begins(line, "```")) {
            begin_block(&writing, CODE, "<details><summary>show</summary><pre><code>");
        } else if (begins(line, "|") && writing.block != TABLE && is_rule(after)) {
            begin_table(&writing, line, after);
            next = after.at + after.length + 1;
        } else if (begins(line, "|") && writing.block == TABLE) {
            put_cells(&writing, line, "td");
        } else {
            put_line(&writing, line);
        }
        at = next;
    }
    end_block(&writing);
}
