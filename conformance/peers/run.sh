#!/bin/sh
# run.sh NAME [ARGUMENT...]: becomes the peer NAME (install.sh puts it in place). It speaks JSON lines on stdin and stdout, or
# is a tool that takes the arguments.
# exec throughout: the pid that the caller started is the peer's own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
peers=${PEERS_DIR:-$here/../../.cache/peers}
name=${1:?usage: run.sh NAME [ARGUMENT...]}
shift

# No __pycache__ in the source tree.
export PYTHONDONTWRITEBYTECODE=1

java_peer() { # class path folder, classes folder, main class, more flags
	path=$1 classes=$2 main=$3
	shift 3
	exec java -Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dfile.encoding=UTF-8 \
		-Djava.util.logging.config.file="$here/java/dubbo/resources/logging.properties" "$@" \
		-cp "$peers/$path/$classes:$here/java/dubbo/resources:$(cat "$peers/$path/classpath")" "$main"
}

interop_java() { # main class, its arguments
	main=$1
	shift
	exec java -Xmx512m -XX:+UseSerialGC -cp "$peers/grpcjava/classes:$(cat "$peers/grpcjava/classpath")" "$main" "$@"
}

# Dubbo 2.7 and SOFARPC reach into the JDK by reflection.
opens=
for p in lang util math time io net text util.concurrent; do
	opens="$opens --add-opens=java.base/java.$p=ALL-UNNAMED"
done

case $name in
dubbo3) java_peer dubbo3 classes io.dragoman.peer.dubbo.DubboPeer ;;
# shellcheck disable=SC2086
dubbo27) java_peer dubbo27 classes io.dragoman.peer.dubbo.DubboPeer $opens ;;
jedis2 | jedis3)
	java_peer redis classes io.dragoman.peer.redis.JedisPeer -Dresp="${name#jedis}" -Dpeers.order="$here/order.json" ;;
lettuce2 | lettuce3)
	java_peer redis classes io.dragoman.peer.redis.LettucePeer -Dresp="${name#lettuce}" -Dpeers.order="$here/order.json" ;;
# shellcheck disable=SC2086
# shellcheck disable=SC2086
caucho) java_peer hsf classes io.dragoman.peer.hsf.Turn $opens ;;
hsfjava) java_peer hsf classes io.dragoman.peer.hsf.HsfPeer $opens ;;
goredis2 | goredis3) exec "$peers/goredis/goredis" "${name#goredis}" "$here/order.json" ;;
# Without a logging.path the library logs into the home folder.
# shellcheck disable=SC2086
sofa | sofa4)
	java_peer "$name" classes io.dragoman.peer.sofa.SofaPeer $opens -Dlogging.path="$peers/$name/logs" \
		-Dinvoke.baggage.enable=true ;;
sofapb)
	java_peer sofapb classes io.dragoman.peer.sofapb.SofaPbPeer $opens -Dpeers="$here" -Dlogging.path="$peers/sofapb/logs" \
		-Dinvoke.baggage.enable=true ;;
sofabolt)
	java_peer sofabolt classes io.dragoman.peer.sofabolt.BoltPeer $opens -Dlogging.path="$peers/sofabolt/logs" \
		-Dbolt.tcp.heartbeat.interval=500 ;;
hessians) NODE_PATH="$peers/node/node_modules" exec node "$here/node/hessians.js" "$@" ;;
sofanode) NODE_PATH="$peers/node/node_modules" exec node "$here/node/sofanode.js" ;;
grpcjava) java_peer grpcjava classes io.dragoman.peer.grpc.GrpcPeer -Dpeers="$here" ;;
tri) java_peer tri classes io.dragoman.peer.tri.TriPeer -Dpeers="$here" ;;
grpcgo) exec "$peers/grpcgo/grpcgo" ;;
grpcjs) NODE_PATH="$peers/node/node_modules" exec node "$here/node/grpcjs.js" ;;
grpcio) PYTHONPATH="$peers/python/generated" exec "$peers/python/bin/python" "$here/python/grpcpeer.py" ;;
# Its library logs to stdout; the answers go to descriptor 3.
dubbogo) exec "$peers/dubbogo/dubbogo" 3>&1 1>&2 ;;
dubbo2js) NODE_PATH="$peers/node/node_modules" exec node "$here/node/dubbojs.js" dubbo2.js ;;
apachejs) NODE_PATH="$peers/node/node_modules" exec node "$here/node/dubbojs.js" apache-dubbo-js ;;
dubboremoting) NODE_PATH="$peers/node/node_modules" exec node "$here/node/dubboremoting.js" ;;
noderedis2 | noderedis3) NODE_PATH="$peers/node/node_modules" exec node "$here/node/noderedis.js" "${name#noderedis}" ;;
ioredis) NODE_PATH="$peers/node/node_modules" exec node "$here/node/ioredis.js" ;;
redispy2 | redispy3) exec "$peers/python/bin/python" "$here/python/redispy.py" "${name#redispy}" ;;
# The service uses the standard library alone and so the system's Python.
hsfpy | pyhttp) exec python3 "$here/python/$name.py" ;;
pyredis) exec "$peers/python/bin/python" "$here/python/pyredis.py" ;;
pypacked) exec "$peers/python/bin/python" "$here/python/pyredis.py" packed ;;
phpredis) exec php "$here/php/phpredis.php" ;;
interop-go-client) exec "$peers/go/client" "$@" ;;
interop-go-server) exec "$peers/go/server" "$@" ;;
interop-java-client) interop_java io.grpc.testing.integration.TestServiceClient "$@" ;;
interop-java-server) interop_java io.dragoman.peer.grpc.InteropServer "$@" ;;
grpcurl | h2spec | h2specd | connectconformance | referenceclient | referenceserver | grpcclient | grpcserver)
	exec "$peers/go/$name" "$@" ;;
envoy) exec "$peers/envoy/envoy/_bin/envoy" "$@" ;;
*)
	echo "run.sh: no peer $name" >&2
	exit 2
	;;
esac
