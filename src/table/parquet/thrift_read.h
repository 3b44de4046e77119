/* thrift_read: reads the thrift compact protocol, in which a Parquet file describes itself.
 *
 *     struct thrift_field field = {0};
 *     while (thrift_next(&thrift, &field)) {
 *         if (field.id == 1) { number = thrift_int(&thrift, &field); }
 *         else if (field.id == 2) { nested: the same loop with a field of its own }
 *         else { thrift_skip(&thrift, &field); }
 *     }
 *     bool good = !thrift.bad;
 *
 * A field of another type than was asked for, or one that is cut off, makes the reader bad;
 * from then on nothing more comes.
 */
#ifndef ODDHOURS_TABLE_PARQUET_THRIFT_READ_H
#define ODDHOURS_TABLE_PARQUET_THRIFT_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/dict.h"
#include "table/parquet/bytes.h"
#include "table/parquet/format.h"

struct thrift {
    struct bytes bytes;
    bool bad;
};

struct thrift_field {
    int32_t id;
    enum thrift_type type;
};

/* The header of the next field of a structure; false at its end, or when the bytes are bad. */
bool thrift_next(struct thrift *thrift, struct thrift_field *field);

/* The content of a field. Numbers of any width are taken where a number is asked for; `least`
 * and `most` bound it. */
int64_t thrift_int(struct thrift *thrift, const struct thrift_field *field);
int32_t thrift_int32(struct thrift *thrift, const struct thrift_field *field);
bool thrift_bool(struct thrift *thrift, const struct thrift_field *field);
struct span thrift_binary(struct thrift *thrift, const struct thrift_field *field);

/* Whether the field is a structure: its fields follow. */
bool thrift_struct(struct thrift *thrift, const struct thrift_field *field);

/* How many elements a list has; each is as a field of `element->type`. Never more than there
 * are bytes left. */
size_t thrift_list(struct thrift *thrift, const struct thrift_field *field,
                   struct thrift_field *element);

/* Moves behind the content of a field, whatever it is. */
void thrift_skip(struct thrift *thrift, const struct thrift_field *field);

#endif
