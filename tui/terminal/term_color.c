#include "terminal/term_color.h"

#include <stdlib.h>

/* Without colour a role is told by these attributes, and always by a glyph or a word, too. */
static const struct style {
    attr_t mono, colored;
} styles[ROLE_COUNT] = {
    [ROLE_TEXT] = {A_NORMAL, A_NORMAL},     [ROLE_DIM] = {A_DIM, A_NORMAL},
    [ROLE_STRONG] = {A_BOLD, A_BOLD},       [ROLE_TITLE] = {A_UNDERLINE, A_NORMAL},
    [ROLE_KEY] = {A_BOLD, A_BOLD},          [ROLE_GOOD] = {A_NORMAL, A_NORMAL},
    [ROLE_BAD] = {A_BOLD, A_BOLD},          [ROLE_WARN] = {A_BOLD, A_NORMAL},
    [ROLE_BAR] = {A_NORMAL, A_NORMAL},      [ROLE_FLAGGED] = {A_BOLD, A_NORMAL},
    [ROLE_THRESHOLD] = {A_BOLD, A_BOLD},    [ROLE_SERIES_1] = {A_NORMAL, A_NORMAL},
    [ROLE_SERIES_2] = {A_NORMAL, A_NORMAL}, [ROLE_SERIES_3] = {A_NORMAL, A_NORMAL},
    [ROLE_SERIES_4] = {A_BOLD, A_BOLD},     [ROLE_HEAT_1] = {A_DIM, A_NORMAL},
    [ROLE_HEAT_2] = {A_NORMAL, A_NORMAL},   [ROLE_HEAT_3] = {A_NORMAL, A_NORMAL},
    [ROLE_HEAT_4] = {A_NORMAL, A_NORMAL},   [ROLE_HEAT_5] = {A_BOLD, A_BOLD},
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

void term_color_set(enum color_mode mode, const struct palette *palette)
{
    static bool started; /* curses wants to be told once */
    colored = wanted(mode) && has_colors();
    if (colored && !started) {
        started = start_color() == OK && use_default_colors() == OK;
    }
    colored = colored && started && COLORS >= 8;
    for (short role = 0; colored && role < ROLE_COUNT; role++) {
        short color = COLORS >= 256 ? palette->rich[role] : palette->plain[role];
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
