/* double_text: a number as the shortest decimal text that reads back as the same number. */
#ifndef ODDHOURS_BASE_DOUBLE_TEXT_H
#define ODDHOURS_BASE_DOUBLE_TEXT_H

#include <stddef.h>

enum { DOUBLE_TEXT = 32 };

/* Writes `value` as Python's repr() does: "0.0", "1.0", "0.3333333333333333", "1e-05", "inf",
 * "nan". The decimal sign is a point in every locale. Returns the length; the text is
 * terminated. */
size_t double_text_write(double value, char text[DOUBLE_TEXT]);

/* Writes a float as printf's "%.9g" does in the C locale, which brings the float back; several
 * times as fast for numbers from 0.0001 to 10,000,000. Returns the length; the text is
 * terminated. */
size_t double_text_float(float value, char text[DOUBLE_TEXT]);

/* The ratio part / whole (0 when whole is 0), written the same way. */
size_t double_text_ratio(unsigned long part, unsigned long whole, char text[DOUBLE_TEXT]);

#endif
