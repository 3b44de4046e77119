/* Small parts that the files of the report share. */
#ifndef ODDHOURS_REVIEW_REPORT_TEXT_H
#define ODDHOURS_REVIEW_REPORT_TEXT_H

#include "base/outfile.h"
#include "review/report/report.h"

/* By value, so that they can stand in a list of arguments. NaN is "-". */
struct words {
    char text[80];
};
struct words report_percent(double share);
struct words report_range(double low, double high);
struct words report_number(double value, int digits);
struct words report_hours(double hours); /* "2.50 hours", "12 minutes", "less than a minute" */

/* Text from outside: safe, and without meaning to Markdown. */
void report_put_text(struct outfile *file, const char *text);

/* A text that people wrote as it is to be shown (report_input.shown); never NULL. */
const char *report_shown(const struct report_input *input, const char *text);

/* report_episodes.c */
void report_put_episodes(const struct report *report, struct outfile *file);
void report_json_episodes(cJSON *root, const struct report *report);

/* report_rules.c: false when memory ran out or it was cancelled */
bool report_judge_rules(struct report *report, struct status *status);
void report_put_rules(const struct report *report, struct outfile *file);
void report_json_rules(cJSON *root, const struct report *report);

/* report_truth.c */
void report_put_truth(const struct report *report, struct outfile *file);

#endif
