# tests.awk: what go test -v prints, made short. Of a package that passes there is one line, and each skipped test with its
# reason; of one that fails there is everything that its tests said. Exits 1 if a package fails.
/\.go:[0-9]+: / { reason = $0 }
/^ *--- SKIP: / { print; print reason }
/^(ok|FAIL|\?)[ \t]/ {
	if ($1 == "FAIL") {
		printf "%s", all
		failed = 1
	}
	print
	all = who = ""
	next
}
/^=== / { who = $0 "\n"; next } # which test speaks, if it does
{ all = all who $0 "\n"; who = "" }
END {
	printf "%s", failed || NR == 0 ? all : ""
	exit failed || NR == 0
}
