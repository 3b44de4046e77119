/* golden: screens compared with files. UPDATE_GOLDEN=1 writes the files anew. */
#ifndef ODDHOURS_TESTS_TUI_GOLDEN_H
#define ODDHOURS_TESTS_TUI_GOLDEN_H

#include "terminal/canvas.h"

/* Compares the canvas with tests/tui/golden/NAME.txt. */
void golden_check(const struct canvas *canvas, const char *name);

#endif
