/* format: the codes and the metadata of a Parquet file, for its reader and its writer.
 *
 * Numbers and field ids are those of the format's thrift definition (apache/parquet-format,
 * parquet.thrift); what is not needed here is left out. Every count and offset is an int64 as
 * it stands in the file; whoever decodes a footer checks them before anything is read with
 * their help.
 */
#ifndef ODDHOURS_TABLE_PARQUET_FORMAT_H
#define ODDHOURS_TABLE_PARQUET_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PARQUET_MAGIC           "PAR1"
#define PARQUET_MAGIC_ENCRYPTED "PARE"
enum { PARQUET_MAGIC_BYTES = 4, PARQUET_TAIL_BYTES = 8 };

enum parquet_type {
    PARQUET_BOOLEAN = 0,
    PARQUET_INT32 = 1,
    PARQUET_INT64 = 2,
    PARQUET_INT96 = 3,
    PARQUET_FLOAT = 4,
    PARQUET_DOUBLE = 5,
    PARQUET_BYTE_ARRAY = 6,
    PARQUET_FIXED = 7, /* FIXED_LEN_BYTE_ARRAY */
    PARQUET_TYPES
};

enum parquet_repetition { PARQUET_REQUIRED = 0, PARQUET_OPTIONAL = 1, PARQUET_REPEATED = 2 };

enum parquet_encoding {
    PARQUET_PLAIN = 0,
    PARQUET_PLAIN_DICTIONARY = 2, /* in data pages the same as RLE_DICTIONARY */
    PARQUET_RLE = 3,
    PARQUET_BIT_PACKED = 4,
    PARQUET_DELTA_BINARY_PACKED = 5,
    PARQUET_DELTA_LENGTH = 6,  /* DELTA_LENGTH_BYTE_ARRAY */
    PARQUET_DELTA_STRINGS = 7, /* DELTA_BYTE_ARRAY */
    PARQUET_RLE_DICTIONARY = 8,
    PARQUET_BYTE_STREAM_SPLIT = 9,
    PARQUET_ALP = 10
};

enum parquet_codec {
    PARQUET_UNCOMPRESSED = 0,
    PARQUET_SNAPPY = 1,
    PARQUET_GZIP = 2,
    PARQUET_LZO = 3,
    PARQUET_BROTLI = 4,
    PARQUET_LZ4 = 5, /* Hadoop's frames, or a bare block */
    PARQUET_ZSTD = 6,
    PARQUET_LZ4_RAW = 7
};

enum parquet_page {
    PARQUET_DATA_PAGE = 0,
    PARQUET_INDEX_PAGE = 1,
    PARQUET_DICTIONARY_PAGE = 2,
    PARQUET_DATA_PAGE_V2 = 3
};

/* ConvertedType, the older annotation of a column. */
enum parquet_converted {
    PARQUET_CONVERTED_NONE = -1,
    PARQUET_UTF8 = 0,
    PARQUET_MAP = 1,
    PARQUET_MAP_KEY_VALUE = 2,
    PARQUET_LIST = 3,
    PARQUET_ENUM = 4,
    PARQUET_DECIMAL = 5,
    PARQUET_DATE = 6,
    PARQUET_TIME_MILLIS = 7,
    PARQUET_TIME_MICROS = 8,
    PARQUET_TIMESTAMP_MILLIS = 9,
    PARQUET_TIMESTAMP_MICROS = 10,
    PARQUET_UINT_8 = 11,
    PARQUET_UINT_16 = 12,
    PARQUET_UINT_32 = 13,
    PARQUET_UINT_64 = 14,
    PARQUET_INT_8 = 15,
    PARQUET_INT_16 = 16,
    PARQUET_INT_32 = 17,
    PARQUET_INT_64 = 18,
    PARQUET_JSON = 19,
    PARQUET_BSON = 20,
    PARQUET_INTERVAL = 21
};

/* LogicalType, a union: the id of its field. */
enum parquet_logical {
    PARQUET_LOGICAL_NONE = 0,
    PARQUET_LOGICAL_STRING = 1,
    PARQUET_LOGICAL_MAP = 2,
    PARQUET_LOGICAL_LIST = 3,
    PARQUET_LOGICAL_ENUM = 4,
    PARQUET_LOGICAL_DECIMAL = 5,
    PARQUET_LOGICAL_DATE = 6,
    PARQUET_LOGICAL_TIME = 7,
    PARQUET_LOGICAL_TIMESTAMP = 8,
    PARQUET_LOGICAL_INTEGER = 10,
    PARQUET_LOGICAL_NULL = 11, /* UNKNOWN: only nulls */
    PARQUET_LOGICAL_JSON = 12,
    PARQUET_LOGICAL_BSON = 13,
    PARQUET_LOGICAL_UUID = 14,
    PARQUET_LOGICAL_FLOAT16 = 15
};

enum parquet_unit { PARQUET_MILLIS = 1, PARQUET_MICROS = 2, PARQUET_NANOS = 3 };

/* Types of the thrift compact protocol, as they stand in the low half of a field's header. */
enum thrift_type {
    THRIFT_STOP = 0,
    THRIFT_TRUE = 1,
    THRIFT_FALSE = 2,
    THRIFT_BYTE = 3,
    THRIFT_I16 = 4,
    THRIFT_I32 = 5,
    THRIFT_I64 = 6,
    THRIFT_DOUBLE = 7,
    THRIFT_BINARY = 8,
    THRIFT_LIST = 9,
    THRIFT_SET = 10,
    THRIFT_MAP = 11,
    THRIFT_STRUCT = 12,
    THRIFT_UUID = 13
};

/* Field ids, structure by structure. */
enum parquet_file_field {
    PARQUET_FILE_VERSION = 1,
    PARQUET_FILE_SCHEMA = 2,
    PARQUET_FILE_ROWS = 3,
    PARQUET_FILE_GROUPS = 4,
    PARQUET_FILE_KEY_VALUES = 5,
    PARQUET_FILE_CREATED_BY = 6,
    PARQUET_FILE_ORDERS = 7,
    PARQUET_FILE_ENCRYPTION = 8
};

enum parquet_element_field {
    PARQUET_ELEMENT_TYPE = 1,
    PARQUET_ELEMENT_LENGTH = 2,
    PARQUET_ELEMENT_REPETITION = 3,
    PARQUET_ELEMENT_NAME = 4,
    PARQUET_ELEMENT_CHILDREN = 5,
    PARQUET_ELEMENT_CONVERTED = 6,
    PARQUET_ELEMENT_SCALE = 7,
    PARQUET_ELEMENT_PRECISION = 8,
    PARQUET_ELEMENT_LOGICAL = 10
};

enum parquet_group_field {
    PARQUET_GROUP_CHUNKS = 1,
    PARQUET_GROUP_BYTES = 2,
    PARQUET_GROUP_ROWS = 3,
    PARQUET_GROUP_OFFSET = 5,
    PARQUET_GROUP_COMPRESSED = 6,
    PARQUET_GROUP_ORDINAL = 7
};

enum parquet_chunk_field {
    PARQUET_CHUNK_PATH = 1,
    PARQUET_CHUNK_OFFSET = 2,
    PARQUET_CHUNK_META = 3,
    PARQUET_CHUNK_CRYPTO = 8,
    PARQUET_CHUNK_ENCRYPTED = 9
};

enum parquet_meta_field {
    PARQUET_META_TYPE = 1,
    PARQUET_META_ENCODINGS = 2,
    PARQUET_META_PATH = 3,
    PARQUET_META_CODEC = 4,
    PARQUET_META_VALUES = 5,
    PARQUET_META_UNCOMPRESSED = 6,
    PARQUET_META_COMPRESSED = 7,
    PARQUET_META_DATA_OFFSET = 9,
    PARQUET_META_DICTIONARY_OFFSET = 11,
    PARQUET_META_STATISTICS = 12,
    PARQUET_META_ENCODING_STATS = 13
};

enum parquet_header_field {
    PARQUET_HEADER_TYPE = 1,
    PARQUET_HEADER_UNCOMPRESSED = 2,
    PARQUET_HEADER_COMPRESSED = 3,
    PARQUET_HEADER_CRC = 4,
    PARQUET_HEADER_DATA = 5,
    PARQUET_HEADER_DICTIONARY = 7,
    PARQUET_HEADER_DATA_V2 = 8
};

enum parquet_data_field {
    PARQUET_DATA_VALUES = 1,
    PARQUET_DATA_ENCODING = 2,
    PARQUET_DATA_DEFINITION = 3,
    PARQUET_DATA_REPETITION = 4
};

enum parquet_data_v2_field {
    PARQUET_V2_VALUES = 1,
    PARQUET_V2_NULLS = 2,
    PARQUET_V2_ROWS = 3,
    PARQUET_V2_ENCODING = 4,
    PARQUET_V2_DEFINITION_BYTES = 5,
    PARQUET_V2_REPETITION_BYTES = 6,
    PARQUET_V2_COMPRESSED = 7
};

enum parquet_statistics_field {
    PARQUET_STATISTICS_NULLS = 3,
    PARQUET_STATISTICS_MAX = 5,
    PARQUET_STATISTICS_MIN = 6,
    PARQUET_STATISTICS_MAX_EXACT = 7,
    PARQUET_STATISTICS_MIN_EXACT = 8,
    PARQUET_STATISTICS_NANS = 9
};

/* What the values of a leaf of the schema are. */
struct parquet_leaf {
    enum parquet_type type;
    int32_t length; /* of a PARQUET_FIXED, bytes */
    enum parquet_repetition repetition;
    enum parquet_converted converted;
    enum parquet_logical logical;
    enum parquet_unit unit; /* of a time or timestamp */
    bool utc;               /* the same: isAdjustedToUTC */
    int bits;               /* of a PARQUET_LOGICAL_INTEGER */
    bool is_signed;
    int32_t scale, precision; /* of a decimal */
};

/* A page's header. */
struct parquet_page_header {
    int32_t type;                     /* enum parquet_page, or one that is not known */
    int32_t uncompressed, compressed; /* bytes */
    bool has_crc;
    uint32_t crc;
    int32_t values;   /* nulls included */
    int32_t encoding; /* enum parquet_encoding */
    int32_t definition_encoding;
    /* PARQUET_DATA_PAGE_V2 */
    int32_t nulls, rows;
    int32_t definition_bytes, repetition_bytes;
    bool is_compressed;
};

#endif
