<?php
// phpredis as a caller: every call is a GET whose key is the request. Reads JSON lines on stdin, answers on stdout.

const SERVICE = 'io.dragoman.sample.Sample';
// Outside the basic plane, and Chinese.
const TEXT = "clef \u{1D11E} \u{6F22} end";

ini_set('display_errors', 'stderr');
set_error_handler(function ($no, $message, $file, $line) {
    throw new ErrorException($message, 0, $no, $file, $line);
});

function that(string $what, bool $holds): void {
    if (!$holds) throw new RuntimeException($what);
}

function equal(string $what, $want, $got): void {
    $show = fn($v) => substr(json_encode($v, JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION), 0, 300);
    that("$what: expected {$show($want)}, got {$show($got)}", $want === $got);
}

// exact parses JSON with each number as an array of its text: what a float cannot hold stays visible.
function exact(string $text) {
    $marked = preg_replace_callback('/"(?:[^"\\\\]|\\\\.)*"|-?\d[0-9.eE+-]*/', function ($m) {
        return $m[0][0] === '"' ? $m[0] : '{"number":"' . $m[0] . '"}';
    }, $text);
    return sorted(json_decode($marked, true, 64, JSON_THROW_ON_ERROR));
}

// Members in one order, as === compares that too.
function sorted($v) {
    if (!is_array($v)) return $v;
    if (!array_is_list($v)) ksort($v);
    return array_map('sorted', $v);
}

function number($n): array { return ['number' => (string) $n]; }

function connect(array $op): Redis {
    [$host, $port] = explode(':', $op['addr']);
    $redis = new Redis();
    $redis->connect($host, (int) $port, 5.0, null, 0, 20.0);
    return $redis;
}

function client(array $op): Redis {
    static $clients = [];
    $addr = $op['addr'];
    // After an error phpredis may have closed the connection.
    if (isset($clients[$addr]) && !$clients[$addr]->isConnected()) unset($clients[$addr]);
    return $clients[$addr] ??= connect($op);
}

// Arguments are JSON texts, so that no number is rounded here.
function key_of(array $op, string $method, array $texts, ?array $props = null): string {
    $service = json_encode($op['service'] ?? SERVICE);
    $tail = $props ? ',"props":' . json_encode($props) : '';
    return '{"action":' . $service . ',"params":{"m":"' . $method . '","args":[' . implode(',', $texts) . ']}' . $tail . '}';
}

function key_for(array $op, string $method, ...$args): string {
    return key_of($op, $method, array_map(fn($a) => json_encode($a, JSON_UNESCAPED_UNICODE), $args));
}

function answer($value): array {
    that('the value is ' . gettype($value) . ', not a string', is_string($value));
    $a = exact($value);
    that('no ec, em and result in ' . substr($value, 0, 300), isset($a['ec'], $a['em']) && array_key_exists('result', $a));
    $a['ec'] = (int) $a['ec']['number'];
    return $a;
}

function succeeded(array $a) {
    that("expected success, got ec {$a['ec']}: {$a['em']}", $a['ec'] === 0 || $a['ec'] === 200);
    return $a['result'];
}

function call(array $op, string $method, ...$args) {
    return succeeded(answer(client($op)->get(key_for($op, $method, ...$args))));
}

function call_text(array $op, string $method, string ...$texts) {
    return succeeded(answer(client($op)->get(key_of($op, $method, $texts))));
}

function fault(array $op, string $method, ...$args): array {
    $a = answer(client($op)->get(key_for($op, $method, ...$args)));
    that("$method: expected a fault, got " . json_encode($a['result']), $a['ec'] !== 0 && $a['ec'] !== 200);
    return $a;
}

function order_text(): string { return file_get_contents(__DIR__ . '/../order.json'); }

$cases = [
    'echo' => function (array $op) {
        foreach (['hello', '', TEXT, str_repeat('x', $op['size'] ?? 5000), null] as $s) equal('echo', $s, call($op, 'echo', $s));
    },
    'sums' => function (array $op) {
        equal('addInt', number(42), call($op, 'addInt', 40, 2));
        equal('addLong', number('9007199254740993'), call($op, 'addLong', 9007199254740992, 1));
        equal('addLong', number(PHP_INT_MIN), call($op, 'addLong', PHP_INT_MIN + 1, -1));
    },
    'pojo' => function (array $op) {
        $got = call_text($op, 'order', order_text());
        foreach (exact(order_text()) as $k => $v) equal("field $k", $v, $got[$k] ?? null);
        equal('order', exact(order_text()), $got);
    },
    'overloads' => function (array $op) {
        equal('pick by count', 'string+int:x,1', call($op, 'pick', 'x', 1));
        equal('pick of a string', 'string:x', call($op, 'pick', 'x'));
        equal('pick of a long', 'long:3000000000', call($op, 'pick', 3000000000));
    },
    'varargs' => function (array $op) {
        equal('join', 'a-b-c', call($op, 'join', '-', ['a', 'b', 'c']));
        equal('join of none', '', call($op, 'join', '-', []));
    },
    'exception' => function (array $op) {
        $a = fault($op, 'reserve', 'A-1', 5);
        equal('em', 'out of stock: A-1', $a['em']);
        $f = $a['result'];
        equal('class', 'io.dragoman.sample.OutOfStock', $f['class'] ?? null);
        equal('message', 'out of stock: A-1', $f['message'] ?? null);
        equal('sku', 'A-1', $f['fields']['sku'] ?? null);
        equal('left', number(3), $f['fields']['left'] ?? null);
        if (($op['cause'] ?? true) === false) {
            return;
        }
        equal('class of the cause', 'java.lang.IllegalStateException', $f['cause']['class'] ?? null);
        equal('message of the cause', 'warehouse empty', $f['cause']['message'] ?? null);
    },
    'slow' => function (array $op) { equal('slow', 'slept 300', call($op, 'slow', 300)); },
    'context' => function (array $op) {
        $sent = ['x-other' => 'other value', 'x-trace' => 't-1'];
        equal('context', $sent, succeeded(answer(client($op)->get(key_of($op, 'context', [], $sent)))));
    },
    'oneway' => function (array $op) {
        $before = (int) call($op, 'noticed')['number'];
        for ($i = 0; $i < 3; $i++) call($op, 'notice', "n$i");
        for ($i = 0, $seen = 0; $i < 50 && $seen < 3; $i++) {
            if ($i > 0) usleep(50000);
            $seen = (int) call($op, 'noticed')['number'] - $before;
        }
        equal('noticed', 3, $seen);
    },
    'missing-method' => function (array $op) {
        $a = fault($op, 'nosuch', 'x');
        that("the error does not name nosuch: {$a['em']}", str_contains($a['em'], 'nosuch'));
    },
    'missing-service' => function (array $op) {
        $a = fault(['service' => 'io.dragoman.sample.Nowhere'] + $op, 'echo', 'x');
        that("the error does not name the service: {$a['em']}", str_contains($a['em'], 'Nowhere'));
    },
    'pipeline' => function (array $op) {
        $depth = $op['depth'] ?? 1000;
        $p = client($op)->multi(Redis::PIPELINE);
        for ($i = 0; $i < $depth; $i++) $p->get(key_for($op, 'echo', "p$i"));
        $values = $p->exec();
        equal('number of answers', $depth, count($values));
        foreach ($values as $i => $v) equal("answer $i", "p$i", succeeded(answer($v)));
    },
    'connections' => function (array $op) {
        // One after another over several connections: what most PHP programs do.
        $all = [];
        for ($n = 0; $n < 16; $n++) $all[] = connect($op);
        for ($i = 0; $i < 10; $i++) {
            foreach ($all as $n => $c) equal('echo', "n$n-$i", succeeded(answer($c->get(key_for($op, 'echo', "n$n-$i")))));
        }
        foreach ($all as $c) $c->close();
    },
    'mget' => function (array $op) {
        $keys = [];
        for ($i = 0; $i < 9; $i++) $keys[] = key_for($op, 'echo', "k$i");
        $keys[] = key_for($op, 'reserve', 'A-1', 1);
        $values = client($op)->mGet($keys);
        equal('number of answers', 10, count($values));
        for ($i = 0; $i < 9; $i++) equal("answer $i", "k$i", succeeded(answer($values[$i])));
        equal('the failing one', 'out of stock: A-1', answer($values[9])['em']);
    },
    'msgpack' => function (array $op) {
        // Keys in MessagePack, where integers of 64 bits are themselves.
        $same = function ($want, string $method, ...$args) use ($op) {
            $key = msgpack_pack(['action' => SERVICE, 'params' => ['m' => $method, 'args' => $args]]);
            $reply = msgpack_unpack(client($op)->get($key));
            equal("code of $method", 200, $reply['ec']);
            equal($method, sorted($want), sorted($reply['result'])); // a map of protobuf has no order
        };
        foreach (['hello', '', TEXT] as $s) $same($s, 'echo', $s);
        $same(9007199254740993, 'addLong', 9007199254740992, 1);
        $same(PHP_INT_MIN, 'addLong', PHP_INT_MIN + 1, -1);
        foreach (['text', 7, true, 0.5, ['a', 1, null], ['k' => 'v', 'n' => 1]] as $v) $same($v, 'any', $v);
    },
    'persistent' => function (array $op) {
        // A persistent connection may be greeted by ECHO or PING when it is taken up again.
        [$host, $port] = explode(':', $op['addr']);
        for ($i = 0; $i < 3; $i++) {
            $redis = new Redis();
            $redis->pconnect($host, (int) $port, 5.0, 'peer', 0, 20.0);
            equal('echo', "again $i", succeeded(answer($redis->get(key_for($op, 'echo', "again $i")))));
            unset($redis);
        }
    },
];

while (($line = fgets(STDIN)) !== false) {
    if (trim($line) === '') continue;
    $op = json_decode($line, true);
    $kind = $op['op'] ?? '';
    if ($kind === 'quit') break;
    try {
        if ($kind === 'cases') {
            $answer = ['cases' => array_keys($cases)];
        } elseif ($kind === 'state') {
            $answer = new stdClass();
        } elseif ($kind === 'case' && isset($cases[$op['name']])) {
            $cases[$op['name']]($op);
            $answer = ['ok' => true];
        } else {
            $answer = ['ok' => false, 'error' => 'unknown op or case'];
        }
    } catch (Throwable $e) {
        $answer = ['ok' => false, 'error' => substr($e->getMessage() . "\n" . $e->getTraceAsString(), 0, 2000)];
    }
    fwrite(STDOUT, json_encode($answer, JSON_INVALID_UTF8_SUBSTITUTE) . "\n");
}
