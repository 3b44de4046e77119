#include "terminal/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { TEXT_MAX = 2048 }; /* bytes of one piece of text; a wide screen has 500 cells */

struct canvas *canvas_new(int rows, int cols, const struct glyphs *glyphs,
                          struct status *status)
{
    struct canvas *canvas = mem_zero(1, sizeof *canvas, "the screen", status);
    if (canvas == NULL) {
        return NULL;
    }
    *canvas = (struct canvas){.rows = rows > 0 ? rows : 0,
                              .cols = cols > 0 ? cols : 0,
                              .stride = cols,
                              .glyphs = glyphs};
    canvas->cells = mem_zero((size_t)canvas->rows * (size_t)canvas->cols, sizeof *canvas->cells,
                             "the screen", status);
    canvas->click_regions = mem_zero(1, sizeof *canvas->click_regions, "the screen", status);
    if (canvas->cells == NULL || canvas->click_regions == NULL) {
        canvas_free(canvas);
        return NULL;
    }
    canvas->click_regions->cells = canvas->cells;
    canvas_clear(canvas);
    return canvas;
}

void canvas_free(struct canvas *canvas)
{
    if (canvas != NULL) {
        free(canvas->click_regions);
        free(canvas->cells);
        free(canvas);
    }
}

void canvas_clear(struct canvas *canvas)
{
    if (canvas->click_regions != NULL && canvas->click_regions->cells == canvas->cells) {
        canvas->click_regions->n = 0;
    }
    for (int y = 0; y < canvas->rows; y++) {
        struct cell *row = canvas->cells + (size_t)y * (size_t)canvas->stride;
        memset(row, 0, (size_t)canvas->cols * sizeof *row);
        for (int x = 0; x < canvas->cols; x++) {
            row[x].width = 1;
        }
    }
}

static int clamp(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

struct canvas canvas_part(const struct canvas *canvas, int y, int x, int rows, int cols)
{
    y = clamp(y, 0, canvas->rows);
    x = clamp(x, 0, canvas->cols);
    struct canvas part = *canvas;
    part.rows = clamp(rows, 0, canvas->rows - y);
    part.cols = clamp(cols, 0, canvas->cols - x);
    part.cells = canvas->cells + (size_t)y * (size_t)canvas->stride + (size_t)x;
    return part;
}

struct cell *canvas_cell(const struct canvas *canvas, int y, int x)
{
    if (y < 0 || y >= canvas->rows || x < 0 || x >= canvas->cols) {
        return NULL;
    }
    return canvas->cells + (size_t)y * (size_t)canvas->stride + (size_t)x;
}

/* Writes one character of safe text. A wide one that is overwritten by half, or that would
 * reach over the edge, leaves a space. */
static void put_cell(struct canvas *canvas, int y, int x, enum role role, const char *text,
                     struct text_cell size)
{
    struct cell *cell = canvas_cell(canvas, y, x);
    if (cell == NULL) {
        return;
    }
    if (cell->width == 0 && x > 0) {
        cell[-1] =
            (struct cell){.width = 1, .role = cell[-1].role, .selected = cell[-1].selected};
    }
    struct cell *right = canvas_cell(canvas, y, x + 1);
    if (right != NULL && right->width == 0) {
        *right = (struct cell){.width = 1, .role = right->role, .selected = right->selected};
    }
    *cell = (struct cell){.width = 1, .role = (uint8_t)role, .selected = cell->selected};
    if (size.width == 2 && right == NULL) {
        return;
    }
    if (size.bytes < CELL_TEXT) {
        memcpy(cell->text, text, size.bytes);
        cell->width = (uint8_t)size.width;
    }
    if (size.width == 2) {
        put_cell(canvas, y, x + 1, role, "", (struct text_cell){0, 1});
        right->width = 0;
    }
}

static int put_safe(struct canvas *canvas, int y, int x, enum role role, const char *safe)
{
    for (struct text_cell size; (size = text_next(safe)).bytes > 0; safe += size.bytes) {
        put_cell(canvas, y, x, role, safe, size);
        x += size.width;
    }
    return x;
}

int canvas_bytes(struct canvas *canvas, int y, int x, enum role role, const char *bytes,
                 size_t length)
{
    char safe[TEXT_MAX], clipped[TEXT_MAX];
    if (x >= canvas->cols || y < 0 || y >= canvas->rows) {
        return x;
    }
    text_safe(safe, sizeof safe, bytes, length, canvas->glyphs->ascii);
    text_clip(clipped, sizeof clipped, safe, (size_t)(canvas->cols - x), canvas->glyphs->ascii);
    return put_safe(canvas, y, x, role, clipped);
}

int canvas_text(struct canvas *canvas, int y, int x, enum role role, const char *text)
{
    return canvas_bytes(canvas, y, x, role, text, strlen(text));
}

int canvas_printf(struct canvas *canvas, int y, int x, enum role role, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return length < 0 ? x : canvas_text(canvas, y, x, role, text);
}

/* Bytes of the phrases of a safe text that fit into so many cells; 0 when the first does not.
 */
static size_t phrases(char *safe, int cells)
{
    size_t length = strlen(safe);
    for (size_t at = length; at > 0; at--) {
        const char *end = safe + at;
        bool ends = at == length || strncmp(end, ", ", 2) == 0 || strncmp(end, "; ", 2) == 0 ||
                    strncmp(end, " (", 2) == 0 || strncmp(end, "  ", 2) == 0;
        if (ends) {
            char kept = safe[at];
            safe[at] = '\0';
            bool fits = (int)text_width(safe) <= cells;
            safe[at] = kept;
            if (fits) {
                return at;
            }
        }
    }
    return 0;
}

int canvas_phrases(struct canvas *canvas, int y, int x, enum role role, const char *format, ...)
{
    char text[TEXT_MAX], safe[TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text_safe(safe, sizeof safe, text, strlen(text), canvas->glyphs->ascii);
    size_t length = phrases(safe, canvas->cols - x);
    if (length == 0) {
        return x > 1 ? x : canvas_text(canvas, y, x, role, text);
    }
    return canvas_bytes(canvas, y, x, role, safe, length);
}

int canvas_wrapped(struct canvas *canvas, int y, int x, enum role role, const char *text)
{
    char room[TEXT_MAX];
    size_t size = sizeof room, length = strlen(text);
    int lines = 0;
    if (x >= canvas->cols) {
        return 1;
    }
    char *safe = 3 * length < size ? room : mem_new(3 * length + 1, 1, "a long line", NULL);
    if (safe == NULL) {
        safe = room; /* without memory a long line ends early */
    } else if (safe != room) {
        size = 3 * length + 1;
    }
    text_safe(safe, size, text, length, canvas->glyphs->ascii);
    const char *rest = safe;
    do {
        size_t fits = text_line(rest, (size_t)(canvas->cols - x));
        canvas_bytes(canvas, y + lines, x, role, rest, fits);
        rest += fits;
        rest += strspn(rest, " ");
        lines++;
    } while (*rest != '\0');
    if (safe != room) {
        free(safe);
    }
    return lines;
}

void canvas_field(struct canvas *canvas, int y, int x, int cols, enum text_align align,
                  enum role role, const char *text)
{
    char safe[TEXT_MAX], padded[TEXT_MAX];
    if (cols > canvas->cols - x) {
        cols = canvas->cols - x;
    }
    if (cols <= 0) {
        return;
    }
    text_safe(safe, sizeof safe, text, strlen(text), canvas->glyphs->ascii);
    text_pad(padded, sizeof padded, safe, (size_t)cols, align, canvas->glyphs->ascii);
    put_safe(canvas, y, x, role, padded);
}

void canvas_fill(struct canvas *canvas, int y, int x, int cols, enum role role,
                 const char *glyph)
{
    struct text_cell size = text_next(glyph);
    for (int i = 0; i < cols; i++) {
        put_cell(canvas, y, x + i, role, glyph, (struct text_cell){size.bytes, 1});
    }
}

void canvas_rule(struct canvas *canvas, int y, const char *title)
{
    canvas_fill(canvas, y, 0, canvas->cols, ROLE_DIM, canvas->glyphs->hline);
    if (title != NULL && title[0] != '\0') {
        struct canvas part = canvas_part(canvas, y, 2, 1, canvas->cols - 4);
        int end = canvas_phrases(&part, 0, 1, ROLE_STRONG, "%s", title);
        canvas_fill(&part, 0, 0, 1, ROLE_STRONG, " ");
        canvas_fill(&part, 0, end, 1, ROLE_STRONG, " ");
    }
}

void canvas_select(struct canvas *canvas, int y, int x, int cols)
{
    for (int i = 0; i < cols; i++) {
        struct cell *cell = canvas_cell(canvas, y, x + i);
        if (cell != NULL) {
            cell->selected = true;
        }
    }
}

void canvas_row(const struct canvas *canvas, int y, char *out, size_t size)
{
    size_t length = 0, kept = 0;
    for (int x = 0; x < canvas->cols; x++) {
        const struct cell *cell = canvas_cell(canvas, y, x);
        if (cell == NULL || cell->width == 0) {
            continue;
        }
        const char *text = cell->text[0] == '\0' ? " " : cell->text;
        size_t bytes = strlen(text);
        if (length + bytes >= size) {
            break;
        }
        memcpy(out + length, text, bytes);
        length += bytes;
        if (strcmp(text, " ") != 0) {
            kept = length;
        }
    }
    out[kept] = '\0';
}
