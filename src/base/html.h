/* html: text and our own Markdown as HTML. */
#ifndef ODDHOURS_BASE_HTML_H
#define ODDHOURS_BASE_HTML_H

#include <stddef.h>

#include "base/outfile.h"

/* Any bytes as text or as the value of an attribute in double quotes: made safe (base/text),
 * and the five characters that mean something written as entities. */
void html_text(struct outfile *file, const char *bytes, size_t length);

/* Markdown as this program writes it: headings, paragraphs, lists with "- ", tables with a line
 * of dashes, fenced code, **strong**, `code` and backslashes. Everything else is text: HTML in
 * it is shown, not obeyed. Headings get ids "h1", "h2", ... in their order, and one level more
 * than they had, so that the page may have a title of its own. */
void html_markdown(struct outfile *file, const char *text, size_t length);

#endif
