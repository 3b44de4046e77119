#include "widgets/chart.h"

#include <math.h>
#include <stdint.h>

enum { EIGHTHS = 8 };

/* Eighths of `cells` cells that `share` fills: rounded, but never nothing for something. */
static int eighths(double share, int cells)
{
    if (!(share > 0)) {
        return 0;
    }
    double filled = round((share < 1 ? share : 1) * cells * EIGHTHS);
    return filled < 1 ? 1 : (int)filled;
}

static int clamp_eighths(int filled)
{
    return filled < 0 ? 0 : filled > EIGHTHS ? EIGHTHS : filled;
}

void chart_bar(struct canvas *canvas, int y, int x, int cols, double share, enum role role)
{
    int filled = eighths(share, cols);
    for (int i = 0; i < cols; i++) {
        int here = clamp_eighths(filled - i * EIGHTHS);
        if (canvas->glyphs->ascii && i == 0 && here > 0 && here < 3) {
            here = 3; /* the thinnest ASCII bar */
        }
        canvas_fill(canvas, y, x + i, 1, role, canvas->glyphs->bar[here]);
    }
}

/* The largest of the values that fall into part `i` of `parts`; NaN when none does. */
static double largest(const double *values, size_t n, size_t i, size_t parts)
{
    size_t from = i, to = i + 1;
    if (n > parts) {
        from = i * n / parts;
        to = (i + 1) * n / parts;
    }
    double most = NAN;
    for (size_t k = from; k < to && k < n; k++) {
        most = isnan(most) || values[k] > most ? values[k] : most;
    }
    return most;
}

void chart_spark(struct canvas *canvas, int y, int x, int cols, const double *values, size_t n,
                 double most, enum role role)
{
    for (int i = 0; i < cols; i++) {
        double value = largest(values, n, (size_t)i, (size_t)cols);
        if (!isnan(value)) {
            /* A value of 0 is there, too: the lowest column says so. */
            int filled = most > 0 ? eighths(value / most, 1) : 0;
            canvas_fill(canvas, y, x + i, 1, role,
                        canvas->glyphs->column[filled > 0 ? filled : 1]);
        }
    }
}

size_t chart_columns_max(const struct canvas *canvas)
{
    return (size_t)canvas->cols * (canvas->glyphs->braille ? 2 : 1);
}

/* Cells (or dots in braille) [*from, *to) of column i of n over `positions`. */
static void column_span(size_t i, size_t n, size_t positions, size_t *from, size_t *to)
{
    size_t width = positions / n > 0 ? positions / n : 1;
    *from = i * width;
    *to = *from + width;
}

static void draw_block_column(struct canvas *canvas, int x, double height, enum role role)
{
    int filled = eighths(height, canvas->rows);
    for (int y = 0; y < canvas->rows; y++) {
        int here = clamp_eighths(filled - (canvas->rows - 1 - y) * EIGHTHS);
        if (here > 0) {
            canvas_fill(canvas, y, x, 1, role, canvas->glyphs->column[here]);
        }
    }
}

/* Dots of a braille cell for a left and a right column filled to 0..4 from below. */
static void braille_glyph(int left, int right, char *out)
{
    static const uint8_t left_dots[] = {0x00, 0x40, 0x44, 0x46, 0x47};
    static const uint8_t right_dots[] = {0x00, 0x80, 0xA0, 0xB0, 0xB8};
    unsigned dots = left_dots[left] | right_dots[right];
    out[0] = (char)0xE2;
    out[1] = (char)(0xA0 | dots >> 6);
    out[2] = (char)(0x80 | (dots & 0x3F));
    out[3] = '\0';
}

static int clamp_dots(int dots)
{
    return dots < 0 ? 0 : dots > 4 ? 4 : dots;
}

static int dots(double height, int rows)
{
    int eighth = eighths(height, rows);
    return eighth > 0 && eighth < 2 ? 1 : eighth / 2;
}

static void draw_braille_cells(struct canvas *canvas, int x, double left, double right,
                               enum role role)
{
    int left_dots = dots(left, canvas->rows), right_dots = dots(right, canvas->rows);
    for (int y = 0; y < canvas->rows; y++) {
        int below = (canvas->rows - 1 - y) * 4;
        int l = clamp_dots(left_dots - below), r = clamp_dots(right_dots - below);
        if (l > 0 || r > 0) {
            char glyph[4];
            braille_glyph(l, r, glyph);
            canvas_fill(canvas, y, x, 1, role, glyph);
        }
    }
}

void chart_columns(struct canvas *canvas, const double *heights, const enum role *roles,
                   size_t n)
{
    size_t positions = chart_columns_max(canvas);
    n = n < positions ? n : positions;
    if (n == 0) {
        return;
    }
    size_t from, to;
    if (!canvas->glyphs->braille) {
        for (size_t i = 0; i < n; i++) {
            column_span(i, n, positions, &from, &to);
            for (size_t x = from; x < to; x++) {
                draw_block_column(canvas, (int)x, heights[i],
                                  roles == NULL ? ROLE_BAR : roles[i]);
            }
        }
        return;
    }
    size_t width = positions / n > 0 ? positions / n : 1;
    for (int x = 0; x < canvas->cols; x++) {
        size_t left = (size_t)(2 * x) / width, right = (size_t)(2 * x + 1) / width;
        if (left < n) {
            enum role role = roles == NULL ? ROLE_BAR : roles[right < n ? right : left];
            draw_braille_cells(canvas, x, heights[left], right < n ? heights[right] : 0, role);
        }
    }
}

void chart_columns_all(struct canvas *canvas, const double *heights, const enum role *roles,
                       size_t n)
{
    size_t positions = chart_columns_max(canvas), a_cell = canvas->glyphs->braille ? 2 : 1;
    n = n < positions ? n : positions;
    if (n == 0) {
        return;
    }
    size_t width = positions / n > 0 ? positions / n : 1;
    for (int x = 0; x < canvas->cols; x++) {
        for (size_t i = (size_t)x * a_cell; i < ((size_t)x + 1) * a_cell; i++) {
            size_t column = i / width;
            int cells = column < n
                            ? (eighths(heights[column], canvas->rows) + EIGHTHS - 1) / EIGHTHS
                            : 0;
            for (int y = canvas->rows - cells; y < canvas->rows; y++) {
                canvas_fill(canvas, y, x, 1, roles == NULL ? ROLE_DIM : roles[column],
                            canvas->glyphs->shade[canvas->glyphs->ascii ? 3 : 2]);
            }
        }
    }
}

void chart_heat(struct canvas *canvas, int y, int x, double level)
{
    if (isnan(level)) {
        return;
    }
    int step = 1 + (int)floor((level < 0 ? 0 : level > 1 ? 1 : level) * (GLYPH_SHADES - 1));
    step = step < GLYPH_SHADES ? step : GLYPH_SHADES - 1;
    canvas_fill(canvas, y, x, 1, (enum role)(ROLE_HEAT_1 + step - 1),
                canvas->glyphs->shade[step]);
}
