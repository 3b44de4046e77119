#include "review/report/report_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/quote.h"
#include "base/text.h"

struct words report_percent(double share)
{
    struct words words;
    if (isnan(share)) {
        snprintf(words.text, sizeof words.text, "-");
    } else {
        snprintf(words.text, sizeof words.text, "%.1f %%", 100 * share);
    }
    return words;
}

struct words report_range(double low, double high)
{
    struct words words;
    if (isnan(low) || isnan(high)) {
        snprintf(words.text, sizeof words.text, "-");
    } else {
        snprintf(words.text, sizeof words.text, "%.1f to %.1f %%", 100 * low, 100 * high);
    }
    return words;
}

struct words report_number(double value, int digits)
{
    struct words words;
    if (isnan(value)) {
        snprintf(words.text, sizeof words.text, "-");
    } else {
        snprintf(words.text, sizeof words.text, "%.*f", digits, value);
    }
    return words;
}

struct words report_hours(double hours)
{
    struct words words;
    double minutes = round(60 * hours);
    if (isnan(hours)) {
        return report_number(hours, 0);
    }
    if (hours > 0 && minutes < 1) {
        snprintf(words.text, sizeof words.text, "less than a minute");
    } else if (minutes < 60) {
        snprintf(words.text, sizeof words.text, "%.0f minute%s", minutes,
                 minutes == 1 ? "" : "s");
    } else {
        snprintf(words.text, sizeof words.text, "%.60s hours", report_number(hours, 2).text);
    }
    return words;
}

/* Text from outside: safe, and without meaning to Markdown. */
void report_put_text(struct outfile *file, const char *text)
{
    char safe[1024];
    text_safe(safe, sizeof safe, text, strlen(text), false);
    quote_markdown(file, safe);
}

const char *report_shown(const struct report_input *input, const char *text)
{
    if (input->shown == NULL) {
        return text;
    }
    const char *shown = input->shown(input->of_shown, text);
    return shown != NULL ? shown : "?";
}
