#include "models/autoencoder/autoencoder_remarks.h"

#include <stdio.h>

#include "base/format.h"
#include "models/autoencoder/autoencoder.h"

void autoencoder_remarks(const void *model, const struct detector_data *data, size_t profile,
                         void (*line)(void *context, const char *key, const char *text),
                         void *context)
{
    const struct table *table = data->table;
    struct autoencoder_miss miss[TABLE_FEATURES_MAX];
    autoencoder_misses(model, data, profile, miss);
    line(context, "", "given back by the network, and how that miss compares with all rows'");
    for (size_t i = 0; i < table->profiles.d; i++) {
        char text[200], than[80] = "no row's miss is known to be smaller";
        if (miss[i].below > 0) {
            snprintf(than, sizeof than, "a larger miss than in %s of rows",
                     format_percent(miss[i].below).text);
        }
        snprintf(text, sizeof text, "%s for %s; %s", format_value(miss[i].reconstructed).text,
                 format_value(table_profile(table, profile)[i]).text, than);
        line(context, table->feature_names[i], text);
    }
    line(context, "",
         "a narrow bottleneck can smear: the error may show on an innocent feature");
}
