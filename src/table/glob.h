/* glob: matching names and times as they are typed: `*` is any text, `?` one character.
 *
 * Smart case: a pattern without capitals matches any case (of ASCII letters), one with capitals
 * only itself. Texts may hold any bytes, zero bytes included. */
#ifndef ODDHOURS_TABLE_GLOB_H
#define ODDHOURS_TABLE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

#include "table/dict.h"

struct glob {
    const char *pattern; /* borrowed, terminated */
    size_t length;
    bool fold;   /* any case */
    bool inside; /* matches a part of the text is enough: a word to search for */
    bool plain;  /* has neither * nor ? */
};

struct glob glob_make(const char *pattern, bool inside);

/* Time is at most the product of both lengths. */
bool glob_match(const struct glob *glob, struct span text);

#endif
