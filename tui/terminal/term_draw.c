#define _GNU_SOURCE
#include "terminal/term_draw.h"

#include <curses.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/mem.h"
#include "terminal/term.h"
#include "terminal/term_color.h"

/* The last frame. */
static struct {
    int rows, cols;
    struct cell *shown; /* (rows, cols); NULL: unknown */
} frame;

void term_draw_forget(void)
{
    free(frame.shown);
    frame.shown = NULL;
}

/* Decodes safe text, whatever the locale; returns how many. */
static int to_wide(const char *text, wchar_t *wide, int max)
{
    const unsigned char *p = (const unsigned char *)text;
    int n = 0;
    while (*p != 0 && n < max) {
        wchar_t code = *p < 0x80   ? *p
                       : *p < 0xE0 ? *p & 0x1F
                       : *p < 0xF0 ? *p & 0x0F
                                   : *p & 0x07;
        for (p++; (*p & 0xC0) == 0x80; p++) {
            code = code << 6 | (*p & 0x3F);
        }
        wide[n++] = code;
    }
    return n;
}

/* Appends a cell, drawn in this role, to a line of curses' cells; returns how many there are
 * then. */
static int add_cell(const struct cell *cell, enum role role, cchar_t *line, int n)
{
    wchar_t wide[CCHARW_MAX + 1] = {0};
    short pair;
    attr_t attributes = term_color_of(role, cell->selected, &pair);
    if (to_wide(cell->text, wide, CCHARW_MAX) == 0) {
        wide[0] = L' ';
    }
    if (wcwidth(wide[0]) == cell->width &&
        setcchar(&line[n], wide, attributes, pair, NULL) == OK) {
        return n + 1;
    }
    /* A character that this C library measures otherwise would put the row out of line. */
    for (int i = 0; i < cell->width; i++) {
        setcchar(&line[n++], L"?", attributes, pair, NULL);
    }
    return n;
}

static bool is_blank(const struct cell *cell)
{
    return cell->text[0] == '\0' || (cell->text[0] == ' ' && cell->text[1] == '\0');
}

/* Whether a blank looks the same in any colour. */
static bool is_plain(enum role role)
{
    short pair;
    return (term_color_of(role, false, &pair) & (A_REVERSE | A_UNDERLINE)) == 0;
}

/* A blank between two texts takes the colour of the first: to change the colour for a blank
 * that shows none costs a dozen bytes, a third of what a moving cursor sends. Those at the end
 * stay as they are, so that the line is erased in one. */
static void draw_row(const struct canvas *canvas, int y, cchar_t *line)
{
    int n = 0, end = canvas->cols;
    enum role before = ROLE_TEXT;
    while (end > 0 && is_blank(canvas_cell(canvas, y, end - 1))) {
        end--;
    }
    for (int x = 0; x < canvas->cols; x++) {
        const struct cell *cell = canvas_cell(canvas, y, x);
        enum role role = (enum role)cell->role;
        if (cell->width == 0) {
            continue;
        }
        if (x < end && is_blank(cell) && !cell->selected && is_plain(role) &&
            is_plain(before)) {
            role = before;
        }
        n = add_cell(cell, role, line, n);
        before = role;
    }
    mvadd_wchnstr(y, 0, line, n);
}

/* Room for the copy of a frame and for a line of it. */
static bool make_room(const struct canvas *canvas)
{
    size_t cells = (size_t)canvas->rows * (size_t)canvas->cols;
    if (frame.shown != NULL && frame.rows == canvas->rows && frame.cols == canvas->cols) {
        return true;
    }
    free(frame.shown);
    frame.shown = mem_zero(cells, sizeof *frame.shown, "a frame", NULL);
    frame.rows = canvas->rows;
    frame.cols = canvas->cols;
    if (frame.shown != NULL && cells > 0) {
        for (size_t i = 0; i < cells; i++) {
            frame.shown[i].width = UINT8_MAX; /* differs from any cell: nothing is known */
        }
    }
    return frame.shown != NULL;
}

void term_draw(const struct canvas *canvas)
{
    size_t bytes = (size_t)canvas->cols * sizeof(struct cell);
    cchar_t *line = mem_zero((size_t)canvas->cols + 1, sizeof *line, "a line", NULL);
    if (line == NULL || !make_room(canvas)) {
        free(line);
        return; /* the next frame may find memory */
    }
    for (int y = 0; y < canvas->rows; y++) {
        struct cell *shown = frame.shown + (size_t)y * (size_t)canvas->cols;
        const struct cell *row = canvas->cells + (size_t)y * (size_t)canvas->stride;
        if (memcmp(shown, row, bytes) != 0) {
            draw_row(canvas, y, line);
            memcpy(shown, row, bytes);
        }
    }
    free(line);
    move(canvas->rows > 0 ? canvas->rows - 1 : 0, canvas->cols > 0 ? canvas->cols - 1 : 0);
    refresh();
}
