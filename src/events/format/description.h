/* description: a kind of log as data. It is read from a JSON file (docs/FORMATS.md has its
 * keys) and then frozen: any number of threads may use one. */
#ifndef ODDHOURS_EVENTS_FORMAT_DESCRIPTION_H
#define ODDHOURS_EVENTS_FORMAT_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"
#include "events/format/record.h"
#include "events/format/regex.h"

enum container {
    CONTAINER_JSON,
    CONTAINER_CSV,
    CONTAINER_TEXT,
    CONTAINER_XML,
    CONTAINER_ZEEK,
    CONTAINER_CEF,
    CONTAINER_LEEF
};

struct texts {
    struct span *list; /* (n) */
    size_t n;
};

struct paths {
    struct record_path *list; /* (n) */
    size_t n;
};

struct patterns {
    struct regex **list; /* (n) */
    size_t n;
};

/* ---- conditions ---- */

struct test {
    enum { TEST_ANY, TEST_MATCH, TEST_NOT, TEST_MISSING, TEST_NONZERO } kind;
    struct texts values; /* TEST_ANY */
    struct regex *match; /* TEST_MATCH */
    struct test *inner;  /* TEST_NOT */
    bool wanted;         /* TEST_MISSING, TEST_NONZERO: what must be so */
};

struct condition {
    enum { CONDITION_ALL, CONDITION_ANY, CONDITION_TEST } kind;
    struct condition *parts; /* (n) ALL, ANY */
    size_t n;
    struct record_path path; /* TEST */
    struct test test;
};

/* ---- values ---- */

struct pick {
    struct paths paths;     /* one, or several to be joined with a blank; none: `constant` */
    struct regex *match;    /* NULL: all of the text; else its first group */
    struct condition *when; /* NULL: always */
    struct span constant, prefix;
    bool hex;  /* the text is in hexadecimal */
    bool name; /* of a host: as host_rule.name */
};

struct picks {
    struct pick *list; /* (n) the first that gives something is taken */
    size_t n;
};

enum time_as {
    TIME_AS_WRITTEN, /* dates and times in the spellings of table/time_text.h */
    TIME_AS_SECONDS,
    TIME_AS_MILLISECONDS,
    TIME_AS_MICROSECONDS,
    TIME_AS_NANOSECONDS,
    TIME_AS_SYSLOG, /* "Mar 11 07:04:41": without a year */
    TIME_AS_FORM    /* strptime's letters */
};

struct time_pick {
    struct pick of;
    enum time_as as;
    struct span form;
};

struct host_rule {
    struct picks of;
    bool name;  /* what it says is a name (an application): kept as it is */
    bool whole; /* the whole name of a host counts, not its first label */
};

struct user_rule {
    struct picks name, domain;
    struct span split; /* characters between domain and name */
    bool whole_domain; /* not cut to its first label */
    bool keep_case;
    struct span machines;     /* names that end so are machines; empty: none */
    struct patterns built_in; /* names that are nobody's */
    struct span show;         /* "{domain}\\{name}" */
};

struct drop_rule {
    struct span why;
    struct condition when;
};

struct outcome_rule {
    struct condition *when; /* NULL: always */
    enum { OUTCOME_SUCCESS, OUTCOME_FAILURE, OUTCOME_UNKNOWN, OUTCOME_SKIP } is;
    struct span why; /* of OUTCOME_SKIP */
};

struct column_rule {
    struct span name;
    struct picks of;
};

/* Of CONTAINER_TEXT. */
struct body_rule {
    struct condition *when; /* NULL: always */
    struct regex *pattern;
    struct texts set_names, set_values; /* of equal length */
};

struct text_rules {
    struct texts must;     /* a line has one of these, or is left out; none: all lines may */
    struct patterns lines; /* the first that matches gives its groups; none: body is the line */
    struct regex *repeat;  /* NULL: none; gives times and body */
    struct span pairs;     /* the group whose text is key=value pairs; empty: none */
    char separator;        /* between pairs */
    struct texts nested;   /* keys whose value is pairs, too */
    struct record_path in; /* where the text for `body` stands: body, unless it is said */
    struct body_rule *body; /* (n_body); none: every line may count */
    size_t n_body;
};

/* A look at a JSON line before it is parsed: when some of the keys of `keep` stand there, and
 * none with a wanted value, it is left out. */
enum { EARLY_LOOKS = 4 };
struct early_look {
    struct span key; /* with its quotes */
    const struct texts *values;
};

struct sample_event {
    struct span user, source, destination, outcome, time, why, reject;
    struct span has; /* letters of what is said: u s d o t l(eft out) r(ejected) w */
    unsigned long weight;
};

struct format_sample {
    struct span header, line;
    struct sample_event *events; /* (n) */
    size_t n;
};

struct log_description {
    struct arena arena; /* all texts and lists */
    struct span name, title, note;
    struct span text; /* the file */
    struct patterns detect_all, detect_none;

    enum container container;
    struct paths records;    /* where an object holds the records in an array */
    struct paths unwrap;     /* the record is what stands there, if anything does */
    struct record_path each; /* n 0: none; an array in a record, counted member by member */
    struct record_cells cells;
    struct paths json_in, pairs_in, sections_in;
    struct span element;       /* of XML: Event */
    struct patterns pass_over; /* lines that are none */
    struct text_rules text_rules;

    struct condition *keep;  /* NULL: all */
    struct record_path kind; /* n 0: none; what records that are not kept are told apart by */
    struct span keep_why;
    struct drop_rule *drops; /* (n_drops) */
    size_t n_drops;
    struct time_pick *times; /* (n_times) */
    size_t n_times;
    struct span zone; /* of times without one; empty: UTC */
    struct user_rule user;
    struct host_rule source, destination;
    struct picks loopback;         /* what a loopback address as source or destination means */
    struct outcome_rule *outcomes; /* (n_outcomes) */
    size_t n_outcomes;
    struct picks count;
    struct column_rule *columns; /* (n_columns) shown with an event */
    size_t n_columns;
    struct patterns masks;                /* group 1 is not shown */
    struct early_look early[EARLY_LOOKS]; /* (n_early) */
    size_t n_early;

    struct format_sample *samples; /* (n_samples) */
    size_t n_samples;

    struct regex **regexes; /* (n_regexes) all, for freeing */
    size_t n_regexes, regex_capacity;
};

enum { DESCRIPTION_MAX = 1 << 20, DESCRIPTION_COLUMNS = 16 };

/* Reads the text of a file; `title` names it in messages. The text is copied. NULL with
 * STATUS_INPUT and a sentence with file, key and reason for the first mistake: a key that there
 * is not, a value of another kind, a pattern that is none. */
struct log_description *description_read(const char *text, size_t length, const char *name,
                                         const char *title, struct status *status);
void description_free(struct log_description *description);

#endif
