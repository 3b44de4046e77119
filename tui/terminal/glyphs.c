#include "terminal/glyphs.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
#define UNICODE_GLYPHS                                              \
    .hline = "─", .vline = "│", .cursor = "▸", .crumb = "▸",        \
    .dot = "·", .times = "×", .done = "✓", .failed = "✗",           \
    .up = "▴", .down = "▾", .threshold = "│",                       \
    .bar = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"},           \
    .column = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},        \
    .shade = {" ", "·", "░", "▒", "▓", "█"},                        \
    .bar_open = "▕", .bar_close = "▏",                              \
    .upper = "▀", .lower = "▄", .band = "░"

static const struct glyphs sets[] = {
    [GLYPHS_BLOCK] = {.name = "block", UNICODE_GLYPHS},
    [GLYPHS_BRAILLE] = {.name = "braille", .braille = true, UNICODE_GLYPHS},
    [GLYPHS_ASCII] = {
        .name = "ascii", .ascii = true,
        .hline = "-", .vline = "|", .cursor = ">", .crumb = ">",
        .dot = ".", .times = "x", .done = "+", .failed = "!",
        .up = "^", .down = "v", .threshold = "|",
        .bar = {" ", " ", "-", "-", "=", "=", "=", "#", "#"},
        .column = {" ", "_", ".", ".", ":", ":", "|", "|", "#"},
        .shade = {" ", ".", ":", "+", "*", "#"},
        .bar_open = "[", .bar_close = "]",
        .upper = "*", .lower = "*", .band = ":",
    },
};
/* clang-format on */

const struct glyphs *glyphs_get(enum glyph_set set)
{
    return &sets[set];
}

bool glyphs_parse(const char *name, enum glyph_set *set)
{
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        if (strcmp(name, sets[i].name) == 0) {
            *set = (enum glyph_set)i;
            return true;
        }
    }
    return false;
}
