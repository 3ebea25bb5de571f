# Prints docs/compatibility.md from the table of exports:
#     awk -f src/Native/compatibility.awk src/Native/exports.tsv > docs/compatibility.md
BEGIN { FS = "\t" }

NR == 1 { next }

# A function with two versions is one function to its readers.
$4 == "-" && $1 == "librados" && twice($3) { next }

{
    feature = $1 "\t" $2
    if (!(feature in total))
        features[++count] = feature
    total[feature]++
    all[$1]++
    number[feature, $7]++
    numbers[$1, $7]++
    names[feature, $7] = names[feature, $7] (names[feature, $7] ? ", " : "") "`" $3 "`"
}

END {
    print "# Which functions of librbd and librados work"
    print ""
    print "Made from [the table of exports](../src/Native/exports.tsv) by `src/Native/compatibility.awk`; do not edit. Every C function of Ceph 14 to 20 is"
    print "exported, so that every program loads. A function that is not implemented answers `-EOPNOTSUPP` (-95), or NULL or 0 where its type has no"
    print "errors. A few that programs look up at run time to learn what the library can do are exported only once they work."
    print ""
    print "| Library | Functions | Implemented | Not implemented | Not exported yet |"
    print "|---|---|---|---|---|"
    summary("librbd")
    summary("librados")
    for (i = 1; i <= count; i++) {
        split(features[i], part, "\t")
        if (part[1] != library)
            printf "\n## %s\n\n| Feature | Implemented | Not implemented |\n|---|---|---|\n", part[1] == "librbd" ? "librbd.so.1" : "librados.so.2"
        library = part[1]
        printf "| %s | %s | %s |\n", part[2], cell(features[i], "implemented"), missing(features[i])
    }
}

function twice(name) { return name == "rados_ioctx_pool_stat" || name ~ /^rados_tmap_/ }

function summary(library) {
    printf "| %s | %d | %d | %d | %d |\n", library, all[library], numbers[library, "implemented"], numbers[library, "unsupported"], numbers[library, "absent"]
}

function cell(feature, state) { return number[feature, state] ? names[feature, state] : "-" }

function missing(feature) {
    if (!number[feature, "absent"])
        return cell(feature, "unsupported")
    return (number[feature, "unsupported"] ? names[feature, "unsupported"] "; " : "") "not exported: " names[feature, "absent"]
}
