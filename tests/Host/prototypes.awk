# Prints the prototypes of the implemented functions from the table of exports.
BEGIN { FS = "\t"; print "#include \"types.h\"" }
NR > 1 && $7 == "implemented" && !seen[$3]++ { print $8 ";" }
