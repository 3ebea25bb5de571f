# Reads the table of exports twice and prints a line for each function that LIBRARY exports:
#     EXPORT(index, symbol, NAME or VERSIONED or BASE, how it fails, state)
# A function that exists in two versions has two symbols, NAME (the newer) and NAME_base.
BEGIN { FS = "\t" }

$1 != LIBRARY || $7 == "absent" { next }

NR == FNR {
    if ($4 != "-")
        has_version[$3] = 1
    next
}

{
    form = $4 != "-" ? "VERSIONED" : ($3 in has_version) ? "BASE" : "PLAIN"
    fails_with = $6 ~ /^(int|ssize|int64)$/ ? "negative" : "zero"
    printf "EXPORT(%d, %s, %s, %s, %s)\n", count++, $3, form, fails_with, $7
}
