#include "events/user_hour_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/double_text.h"
#include "base/format.h"
#include "base/quote.h"

const char user_hour_header[] = "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,"
                                "src_hosts,nbhours_events,nbhours_ratio\n";

size_t user_hour_dt(int64_t time, char text[USER_HOUR_DT])
{
    struct civil_date date = format_civil(time / 86400);
    unsigned second = (unsigned)(time % 86400);
    int length = snprintf(text, USER_HOUR_DT, "%04u-%02u-%02u %02u:%02u:%02u",
                          (unsigned)date.year % 10000, date.month, date.day, second / 3600,
                          second / 60 % 60, second % 60);
    return (size_t)length;
}

const char user_hour_header_novelty[] =
    "dt,src_user,total_events,failed_events,fail_ratio,dst_hosts,src_hosts,nbhours_events,"
    "nbhours_ratio,least_visits,mean_visits,new_dst,new_src,dst_rarity\n";

static char *put_number(char *at, uint64_t number)
{
    at += format_digits(at, number);
    *at++ = ',';
    return at;
}

size_t user_hour_line(const struct user_hour *row, const char *dt, size_t dt_length, char *out)
{
    char *at = out;
    memcpy(at, dt, dt_length);
    at += dt_length;
    *at++ = ',';
    at += quote_csv(at, row->user.bytes, row->user.length);
    *at++ = ',';
    at = put_number(at, row->events);
    at = put_number(at, row->failed);
    at += double_text_ratio(row->failed, row->events, at);
    *at++ = ',';
    at = put_number(at, row->dst_hosts);
    at = put_number(at, row->src_hosts);
    at = put_number(at, row->night);
    at += double_text_ratio(row->night, row->events, at);
    if (row->novelty != NULL) {
        const struct novelty_values *novelty = row->novelty;
        const float values[NOVELTY_COLUMNS] = {novelty->least_visits, novelty->mean_visits,
                                               novelty->new_dst, novelty->new_src,
                                               novelty->dst_rarity};
        for (size_t i = 0; i < NOVELTY_COLUMNS; i++) {
            *at++ = ',';
            if (!isnan(values[i])) { /* nothing is a missing value */
                at += snprintf(at, USER_HOUR_NOVELTY, "%.9g", (double)values[i]);
            }
        }
    }
    *at++ = '\n';
    return (size_t)(at - out);
}
