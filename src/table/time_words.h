/* time_words: names of months, weekdays and zones, as calendars of several languages have them.
 */
#ifndef ODDHOURS_TABLE_TIME_WORDS_H
#define ODDHOURS_TABLE_TIME_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length of the word at the beginning of a text: letters, ASCII or not. */
size_t time_word_length(const char *text, size_t length);

/* The month of a word, 1 to 12, or 0: in full or shortened as is usual, in English, German,
 * French, Spanish, Italian, Portuguese and Dutch, in any case. */
int time_word_month(const char *word, size_t length);

/* Whether it is the name of a weekday in one of these languages. */
bool time_word_weekday(const char *word, size_t length);

/* The offset of a zone by its letters, in seconds east of UTC: UTC, those of e-mail (RFC 5322)
 * and a few that mean one thing only. False for others. */
bool time_word_zone(const char *word, size_t length, int32_t *offset);

#endif
