# summary.awk: measures.tsv of run.sh as the tables of docs/TRIAGE.md: means over seeds with the
# least and the most, and for each candidate its worst ratio to the best of a table.
BEGIN {
    FS = "\t"
    split("planted of 50|planted of 100|incidents in 100 rows|incidents in 500 rows|incidents in 150 episodes|incidents at 5 a day|hard negatives of 100|of these met before", title, "|")
    split("5 6 9 11 13 14 15 16", column, " ")
    measures = 8
    ranked = 6 # the more the better: of these ratios are made
}
{
    if (!($1 in tables)) { tables[$1] = ++n_tables; table_name[n_tables] = $1 }
    if (!($3 in names)) { names[$3] = ++n_names; name[n_names] = $3 }
    for (m = 1; m <= measures; m++) {
        key = $1 SUBSEP $3 SUBSEP m
        x = $(column[m])
        sum[key] += x
        if (count[key] == 0 || x < least[key]) least[key] = x
        if (count[key] == 0 || x > most[key]) most[key] = x
        count[key]++
    }
}
END {
    for (t = 1; t <= n_tables; t++) {
        printf "### %s (%d seeds)\n\n| list |", table_name[t], count[table_name[t] SUBSEP name[1] SUBSEP 1]
        for (m = 1; m <= measures; m++) printf " %s |", title[m]
        printf "\n|---|"
        for (m = 1; m <= measures; m++) printf "--:|"
        printf "\n"
        for (c = 1; c <= n_names; c++) {
            printf "| %s |", name[c]
            for (m = 1; m <= measures; m++) {
                key = table_name[t] SUBSEP name[c] SUBSEP m
                mean = sum[key] / count[key]
                printf " %.1f (%d-%d) |", mean, least[key], most[key]
                if (mean > best[t, m]) best[t, m] = mean
            }
            printf "\n"
        }
        printf "\n"
    }
    printf "### The worst ratio to the best candidate of each table\n\n| list |"
    for (m = 1; m <= ranked; m++) printf " %s |", title[m]
    printf " worst of all |\n|---|"
    for (m = 1; m <= ranked + 1; m++) printf "--:|"
    printf "\n"
    for (c = 1; c <= n_names; c++) {
        printf "| %s |", name[c]
        all = 9
        for (m = 1; m <= ranked; m++) {
            worst = 9
            for (t = 1; t <= n_tables; t++) {
                key = table_name[t] SUBSEP name[c] SUBSEP m
                ratio = best[t, m] > 0 ? sum[key] / count[key] / best[t, m] : 1
                if (ratio < worst) worst = ratio
            }
            printf " %.2f |", worst
            if (worst < all) all = worst
        }
        printf " **%.2f** |\n", all
    }
}
