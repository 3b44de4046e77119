/* What the files that read descriptions share: values of JSON with the keys that lead to them,
 * for messages. A function that returns false has set the status. */
#ifndef ODDHOURS_EVENTS_FORMAT_DESCRIPTION_READER_H
#define ODDHOURS_EVENTS_FORMAT_DESCRIPTION_READER_H

#include <cjson/cJSON.h>

#include "events/format/description.h"

enum { READER_WHERE = 200 };

struct reader {
    struct log_description *description;
    const char *title;
    struct status *status;
    char where[READER_WHERE]; /* "user.built-in" */
};

/* "FILE: KEY: ..." Returns false. */
bool reader_wrong(struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Goes into a key (NULL: an item of a list) for messages; the result is for reader_out(). */
size_t reader_in(struct reader *reader, const char *key, size_t item);
void reader_out(struct reader *reader, size_t before);

/* An object whose keys are all among `keys` (to NULL), none twice. */
bool reader_object(struct reader *reader, const cJSON *value, const char *const *keys);

void *reader_room(struct reader *reader, size_t n, size_t size);

/* The value of a key; NULL when it is not there. */
const cJSON *reader_get(const cJSON *object, const char *key);

/* Each reads the value of a key if it is there, and leaves what is not as it is. */
bool reader_text(struct reader *reader, const cJSON *object, const char *key,
                 struct span *text);
bool reader_bool(struct reader *reader, const cJSON *object, const char *key, bool *value);
bool reader_texts(struct reader *reader, const cJSON *object, const char *key,
                  struct texts *texts);
bool reader_paths(struct reader *reader, const cJSON *object, const char *key,
                  struct paths *paths);
bool reader_path(struct reader *reader, const cJSON *object, const char *key,
                 struct record_path *path);
bool reader_pattern(struct reader *reader, const cJSON *object, const char *key, unsigned flags,
                    struct regex **pattern);
bool reader_patterns(struct reader *reader, const cJSON *object, const char *key,
                     unsigned flags, struct patterns *patterns);
bool reader_condition(struct reader *reader, const cJSON *object, const char *key,
                      struct condition **condition);
bool reader_picks(struct reader *reader, const cJSON *object, const char *key,
                  struct picks *picks);

/* One pick from an object (with more keys, which `keys` lists) or a text. */
bool reader_pick(struct reader *reader, const cJSON *value, const char *const *keys,
                 struct pick *pick);

/* The text of a scalar, as records have it: 4624, true. */
bool reader_scalar(struct reader *reader, const cJSON *value, struct span *text);

#endif
