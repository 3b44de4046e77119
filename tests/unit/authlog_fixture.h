/* What the tests of raw logs share: files with a given text, and rows that were counted. */
#ifndef ODDHOURS_TESTS_UNIT_AUTHLOG_FIXTURE_H
#define ODDHOURS_TESTS_UNIT_AUTHLOG_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "events/events_count.h"
#include "events/log_format.h"

/* A text that grows. */
struct text {
    char *bytes;
    size_t length, capacity;
};

void text_add(struct text *text, const char *bytes, size_t length);
void text_printf(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_free(struct text *text);

/* A new file with these bytes; gzip: compressed, cut to `keep` bytes when that is not 0. The
 * name is freed by drop_file(), which removes the file. */
char *make_file(const char *bytes, size_t length);
char *make_gzip(const char *bytes, size_t length, size_t keep);
void drop_file(char *path);

/* Path of a file of the source tree; freed with free(). */
char *source_path(const char *name);

/* All of a file, inflated when it is a .gz. */
struct text read_file(const char *path);

/* A sink that writes rows as lines of CSV, without the header, into a text. */
bool sink_lines(void *context, const struct user_hour *row, struct status *status);

/* Counts one file by the rules; the lines of the table. Fails the test when that fails. */
struct text count_file(const char *path, const struct userhours_options *rules,
                       struct events_report *report);

/* A line of a log. */
#define GOOD "U1@DOM1,U1@DOM1,C1,C2,Kerberos,Network,LogOn,Success\n"

/* Counts a text as a file. */
struct text count_text(const char *log, size_t length, const struct userhours_options *rules,
                       struct events_report *report);

/* Why paths cannot be counted. */
struct status failure(const char *const *paths, size_t n, bool strict);

/* Rules, and an input of one path. */
struct events_input input_of(const char *const *paths, size_t n,
                             const struct userhours_options *rules);

#endif
