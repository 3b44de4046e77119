/* shortest: a number as the shortest decimal text that reads back as the same number. */
#ifndef ODDHOURS_BASE_SHORTEST_H
#define ODDHOURS_BASE_SHORTEST_H

#include <stddef.h>

enum { SHORTEST_TEXT = 32 };

/* Writes `value` as Python's repr() does: "0.0", "1.0", "0.3333333333333333", "1e-05", "inf",
 * "nan". The decimal sign is a point in every locale. Returns the length; the text is
 * terminated. */
size_t shortest_double(double value, char text[SHORTEST_TEXT]);

/* The ratio part / whole (0 when whole is 0), written the same way. */
size_t shortest_ratio(unsigned long part, unsigned long whole, char text[SHORTEST_TEXT]);

#endif
