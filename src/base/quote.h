/* quote: text of any bytes as CSV, JSON and Markdown want it. */
#ifndef ODDHOURS_BASE_QUOTE_H
#define ODDHOURS_BASE_QUOTE_H

#include <stddef.h>

#include "base/outfile.h"

/* A field of CSV: as it is, or in quotes where RFC 4180 wants them. Into `out` (room for
 * 2 * length + 2), returns the length; or to a file. */
size_t quote_csv(char *out, const char *bytes, size_t length);
void quote_csv_write(struct outfile *file, const char *bytes, size_t length);

/* A string of JSON with its quotes. What is not UTF-8 becomes U+FFFD, a byte each; controls, C1
 * (U+0080 to U+009F) and DEL among them, are escaped, so that a terminal obeys none. */
void quote_json(struct outfile *file, const char *bytes, size_t length);

/* Safe text (base/text) without meaning to Markdown. */
void quote_markdown(struct outfile *file, const char *safe);

#endif
