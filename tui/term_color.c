#include "term_color.h"

#include <stdlib.h>

/* Without colour a role is told by these attributes (and always by a glyph or a word, too). The
 * background is the terminal's own, so that light and dark ones both work. `rich` is of the 256
 * colours, chosen to be readable on both; `plain` one of the 8. -1: the terminal's default. */
static const struct style {
    attr_t mono, colored;
    short plain, rich;
} styles[ROLE_COUNT] = {
    [ROLE_TEXT] = {A_NORMAL, A_NORMAL, -1, -1},
    [ROLE_DIM] = {A_DIM, A_NORMAL, -1, 244},
    [ROLE_STRONG] = {A_BOLD, A_BOLD, -1, -1},
    [ROLE_TITLE] = {A_UNDERLINE, A_NORMAL, COLOR_CYAN, 67},
    [ROLE_KEY] = {A_BOLD, A_BOLD, COLOR_CYAN, 67},
    [ROLE_GOOD] = {A_NORMAL, A_NORMAL, COLOR_GREEN, 71},
    [ROLE_BAD] = {A_BOLD, A_BOLD, COLOR_RED, 167},
    [ROLE_WARN] = {A_BOLD, A_NORMAL, COLOR_YELLOW, 172},
    [ROLE_BAR] = {A_NORMAL, A_NORMAL, COLOR_BLUE, 68},
    [ROLE_FLAGGED] = {A_BOLD, A_NORMAL, COLOR_RED, 167},
    [ROLE_THRESHOLD] = {A_BOLD, A_BOLD, COLOR_YELLOW, 172},
    [ROLE_SERIES_1] = {A_NORMAL, A_NORMAL, COLOR_BLUE, 68},
    [ROLE_SERIES_2] = {A_NORMAL, A_NORMAL, COLOR_GREEN, 71},
    [ROLE_SERIES_3] = {A_NORMAL, A_NORMAL, COLOR_MAGENTA, 133},
    [ROLE_SERIES_4] = {A_BOLD, A_BOLD, COLOR_YELLOW, 172},
    [ROLE_HEAT_1] = {A_DIM, A_NORMAL, -1, 244},
    [ROLE_HEAT_2] = {A_NORMAL, A_NORMAL, COLOR_BLUE, 67},
    [ROLE_HEAT_3] = {A_NORMAL, A_NORMAL, COLOR_GREEN, 71},
    [ROLE_HEAT_4] = {A_NORMAL, A_NORMAL, COLOR_YELLOW, 172},
    [ROLE_HEAT_5] = {A_BOLD, A_BOLD, COLOR_RED, 167},
};

static bool colored;

static bool wanted(enum color_mode mode)
{
    const char *no_color = getenv("NO_COLOR");
    switch (mode) {
    case COLOR_ALWAYS: return true;
    case COLOR_NEVER: return false;
    case COLOR_AUTO: break;
    }
    return no_color == NULL || no_color[0] == '\0';
}

void term_color_start(enum color_mode mode)
{
    colored = wanted(mode) && has_colors() && start_color() == OK &&
              use_default_colors() == OK && COLORS >= 8;
    for (short role = 0; colored && role < ROLE_COUNT; role++) {
        short color = COLORS >= 256 ? styles[role].rich : styles[role].plain;
        init_pair((short)(role + 1), color, -1);
    }
}

attr_t term_color_of(enum role role, bool selected, short *pair)
{
    const struct style *style = &styles[role];
    *pair = colored ? (short)(role + 1) : 0;
    attr_t attributes = colored ? style->colored : style->mono;
    /* Dim text in reverse is hard to read on many terminals. */
    return selected ? (attributes & ~A_DIM) | A_REVERSE : attributes;
}
