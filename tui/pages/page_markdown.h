/* page_markdown: a page from the Markdown that reports are written in. */
#ifndef ODDHOURS_TUI_PAGE_MARKDOWN_H
#define ODDHOURS_TUI_PAGE_MARKDOWN_H

#include "pages/page.h"

/* Adds text[0 .. length): headings, tables, lists and paragraphs, without their marks; a
 * backslash makes the next character an ordinary one. Memory running out only shortens the
 * page. */
void page_markdown(struct page *page, const char *text, size_t length);

#endif
