'use strict';
// What a Dubbo consumer of Node.js does with the service. None of them has one-way calls or knows java.time, so that their order is a
// part of the fixture. The library's file says:
//   java                            how it spells Java's types
//   invoke(op, name, method, args)  a promise of the result of a method of the service of that name; fails as the library does

const { TEXT, SERVICE, equal, that, run } = require('./peer');

function dubboCases({ java, invoke }) {
  const order = (fields) => java.combine('io.dragoman.sample.Order', fields);

  const methods = {
    echo: (s) => [java.String(s)],
    addInt: (a, b) => [java.int(a), java.int(b)],
    addLong: (a, b) => [java.long(a), java.long(b)],
    order: (o) => [o],
    pick: (...args) => args,
    join: (sep, parts) => [java.String(sep), java.array.String(parts)],
    reserve: (sku, wanted) => [java.String(sku), java.int(wanted)],
    slow: (millis) => [java.long(millis)],
    notice: (s) => [java.String(s)],
    noticed: () => [],
    orders: (n) => [java.int(n)],
    nosuch: (s) => [java.String(s)],
  };

  const call = (op, method, ...args) => invoke(op, SERVICE, method, methods[method](...args));

  async function failure(op, method, args, name = SERVICE) {
    let got;
    try {
      got = await invoke(op, name, method, methods[method](...args));
    } catch (e) {
      that(`${method}: expected an answer, got a timeout`, !/invoke timeout/.test(e.message) && e.name !== 'ResponseTimeoutError');
      return String(e.message);
    }
    throw new Error(`${method}: expected an error, got ${JSON.stringify(got)}`);
  }

  // item is built anew for each use: with one object the encoder would write references as Java does.
  const item = () => java.combine('io.dragoman.sample.Item', {
    sku: java.String('A-1'), quantity: java.Integer(2), tags: java.List(['red', '\u{1D11E}']),
  });

  return {
    async echo(op) {
      for (const s of ['hello', '', TEXT, 'x'.repeat(op.size || 5000)]) equal('echo', s, await call(op, 'echo', s));
    },
    async sums(op) {
      equal('addInt', 42, await call(op, 'addInt', 40, 2));
      // Longs beyond 2^53 are decimal strings here.
      equal('addLong', '9007199254740993', String(await call(op, 'addLong', '9007199254740992', 1)));
      equal('addLong', 5, Number(await call(op, 'addLong', 2, 3)));
    },
    async pojo(op) {
      const got = await call(op, 'order', order({
        id: java.long('72057594037927937'), createdBy: java.String('李雷'), name: java.String('from node'),
        count: java.int(3), total: java.long('9007199254740993'), ratio: java.double(0.1), paid: java.boolean(true),
        color: java.enum('io.dragoman.sample.Color', 'GREEN'), price: java.BigDecimal('1.10'),
        at: new Date('2026-11-21T03:18:00.123Z'), blob: Buffer.from([0, 1, 127, 128, 255]),
        items: java.List([item(), item()]), bySku: java.Map({ 'A-1': item() }), first: item(), note: null,
        numbers: java.array.int([1, -2, 2147483647]), letter: java.String('é'),
      }));
      equal('id', '72057594037927937', String(got.id));
      equal('createdBy', '李雷', got.createdBy);
      equal('name', 'from node', got.name);
      equal('count', 3, got.count);
      equal('total', '9007199254740993', String(got.total));
      equal('ratio', 0.1, got.ratio);
      equal('paid', true, got.paid);
      equal('color', 'GREEN', got.color.name || got.color);
      equal('price', '1.10', got.price.value || got.price);
      equal('at', '2026-11-21T03:18:00.123Z', got.at.toISOString());
      equal('blob', [0, 1, 127, 128, 255], [...got.blob]);
      equal('items', 2, got.items.length);
      const want = { sku: 'A-1', quantity: 2, tags: ['red', '\u{1D11E}'] };
      equal('items[1]', want, { ...got.items[1] });
      equal('bySku', want, { ...got.bySku['A-1'] });
      equal('first', want, { ...got.first });
      equal('note', null, got.note);
      equal('numbers', [1, -2, 2147483647], got.numbers);
      equal('letter', 'é', got.letter);
      equal('boxed', null, got.boxed);
    },
    async overloads(op) {
      equal('pick(int)', 'int:1', await call(op, 'pick', java.int(1)));
      if (op.far !== 'json') equal('pick(long)', 'long:1', await call(op, 'pick', java.long(1)));
      equal('pick(String)', 'string:x', await call(op, 'pick', java.String('x')));
      equal('pick(String, int)', 'string+int:x,1', await call(op, 'pick', java.String('x'), java.int(1)));
    },
    async varargs(op) {
      equal('join', 'a-b', await call(op, 'join', '-', ['a', 'b']));
    },
    async exception(op) {
      // By its name hessian.js takes no OutOfStock for an exception, and dubbo2.js makes "[object Object]" of it.
      const own = await failure(op, 'reserve', ['A-1', 5]);
      that(`the error is something else: ${own}`, own.includes('out of stock: A-1') || own.startsWith('[object Object]'));
      const text = await failure(op, 'order', [order({ name: java.String('fixture') })]);
      that(`the error lacks the message: ${text}`, text.includes('field '));
    },
    async slow(op) {
      equal('slow', 'slept 300', await call(op, 'slow', 300));
    },
    async 'missing-method'(op) {
      const text = await failure(op, 'nosuch', ['x']);
      that(`the error does not name nosuch: ${text}`, text.includes('nosuch'));
    },
    async 'missing-service'(op) {
      await failure(op, 'echo', ['x'], 'io.dragoman.sample.Nowhere');
    },
    async collections(op) {
      const orders = await call(op, 'orders', 3);
      equal('names', ['order-0', 'order-1', 'order-2'], orders.map((o) => o.name));
      equal('the last one', 'A-1', orders[2].again.sku);
    },
    async concurrent(op) {
      const calls = Array.from({ length: 200 }, (_, i) => call(op, 'echo', `c${i}`));
      (await Promise.all(calls)).forEach((v, i) => equal(`answer ${i}`, `c${i}`, v));
    },
  };
}

const runDubbo = (library) => run(dubboCases(library));

module.exports = { runDubbo };
