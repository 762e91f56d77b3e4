#!/bin/sh
# install.sh [peer...]: puts the named peers, or all, into $PEERS_DIR (.cache/peers of the repository). What is there
# already is left alone. One line per peer at the end: "peer NAME ready" or "peer NAME missing: why".
set -u
here=$(cd "$(dirname "$0")" && pwd)
peers=${PEERS_DIR:-$here/../../.cache/peers}
mkdir -p "$peers" || exit 1
peers=$(cd "$peers" && pwd)
all="dubbo3 dubbo27 jedis2 jedis3 dubbogo dubbo2js ioredis redispy2 redispy3 phpredis redis-cli curl wrk pyhttp pyredis"
why=

# retry CMD...: three tries, as downloads fail now and then; the output is shown only when all of them failed.
retry() {
	for wait in 2 5 0; do
		"$@" >"$peers/log" 2>&1 && return 0
		sleep $wait
	done
	cat "$peers/log" >&2
	return 1
}

need() { # need TOOL...: all on the PATH?
	for tool in "$@"; do
		command -v "$tool" >/dev/null 2>&1 || { why="no $tool on the PATH"; return 1; }
	done
}

# changed DIR FILE...: true unless DIR was made from just these files.
changed() {
	dir=$1
	shift
	sum=$(cat "$@" | cksum)
	[ "$(cat "$dir/.sum" 2>/dev/null)" != "$sum" ]
}

done_with() { echo "$sum" >"$1/.sum"; }

debian() { # debian TOOL PACKAGE...: install the packages unless the test command TOOL succeeds
	test=$1
	shift
	sh -c "$test" >/dev/null 2>&1 && return 0
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || { why="needs the packages $*"; return 1; }
	retry apt-get update
	retry env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" || { why="apt-get failed"; return 1; }
	sh -c "$test" >/dev/null 2>&1 || { why="installed, but '$test' fails"; return 1; }
}

java_peer() { # java_peer FOLDER SOURCES: the class path by Maven, the classes by javac
	need java javac mvn || return 1
	dir=$peers/$1
	mkdir -p "$dir"
	sources=$(find "$here/java/api" "$here/java/$2" -name '*.java' | sort)
	# shellcheck disable=SC2086
	changed "$dir" "$here/java/$1/pom.xml" $sources || return 0
	retry nice mvn -q -B -f "$here/java/$1/pom.xml" \
		org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath \
		-Dmdep.outputFile="$dir/classpath" || { why="Maven failed"; return 1; }
	# Beside the old ones: sources that do not compile leave what was there.
	rm -rf "$dir/classes.new"
	# shellcheck disable=SC2086
	nice javac -nowarn -encoding UTF-8 -d "$dir/classes.new" -cp "$(cat "$dir/classpath")" $sources >&2 ||
		{ why="javac failed"; return 1; }
	rm -rf "$dir/classes" && mv "$dir/classes.new" "$dir/classes"
	done_with "$dir"
}

node_modules() {
	need node npm || return 1
	mkdir -p "$peers/node"
	changed "$peers/node" "$here/node/package.json" || return 0
	cp "$here/node/package.json" "$peers/node/"
	(cd "$peers/node" && retry nice npm install --no-audit --no-fund --no-package-lock --ignore-scripts) || { why="npm failed"; return 1; }
	done_with "$peers/node"
}

python_venv() {
	need python3 || return 1
	changed "$peers/python" "$here/python/requirements.txt" || return 0
	retry python3 -m venv "$peers/python" || { why="no venv"; return 1; }
	retry nice "$peers/python/bin/python" -m pip install -q -r "$here/python/requirements.txt" || { why="pip failed"; return 1; }
	done_with "$peers/python"
}

dubbogo() {
	need go || return 1
	mkdir -p "$peers/dubbogo"
	changed "$peers/dubbogo" "$here"/dubbogo/*.go "$here"/dubbogo/go.* || return 0
	(cd "$here/dubbogo" && retry nice go build -p 1 -o "$peers/dubbogo/dubbogo" .) || { why="go build failed"; return 1; }
	done_with "$peers/dubbogo"
}

install() {
	case $1 in
	dubbo3 | dubbo27) java_peer "$1" dubbo ;;
	jedis2 | jedis3) java_peer jedis jedis ;;
	dubbogo) dubbogo ;;
	dubbo2js | ioredis) node_modules ;;
	redispy2 | redispy3) python_venv ;;
	phpredis) debian 'php -m | grep -qx redis' php-cli php-redis ;;
	redis-cli) debian 'redis-cli --version' redis-tools ;;
	curl) debian 'curl --version' curl ;;
	wrk) debian 'command -v wrk' wrk ;;
	pyhttp | pyredis) need python3 ;;
	*) why="unknown" && return 1 ;;
	esac
}

report=
missing=0
for peer in ${*:-$all}; do
	why="see above"
	if install "$peer"; then
		report="${report}peer $peer ready
"
	else
		report="${report}peer $peer missing: $why
"
		missing=1
	fi
done
printf '%s' "$report"
exit $missing
