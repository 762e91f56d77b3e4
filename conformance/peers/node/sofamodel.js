'use strict';
// The classes of the sample service, as sofa-hessian-node wants them told: field by field. Without them it writes no class.

const ITEM = 'io.dragoman.sample.Item';
const ORDER = 'io.dragoman.sample.Order';
const OUT_OF_STOCK = 'io.dragoman.sample.OutOfStock';
const string = { type: 'java.lang.String' };
const int = { type: 'int' };
const long = { type: 'long' };
const list = (of) => ({ type: 'java.util.List', generic: [{ type: of }] });
const object = (type) => ({ type });
const map = (key, value) => ({ type: 'java.util.Map', generic: [{ type: key }, { type: value }] });

// What Java writes for its java.time types in place of them.
const HANDLES = 'com.caucho.hessian.io.java8.';

const classMap = {
  'java.math.BigInteger': {
    signum: int, bitCountPlusOne: int, bitLengthPlusOne: int, lowestSetBitPlusTwo: int, firstNonzeroIntNumPlusTwo: int, mag: { type: 'int', isArray: true },
  },
  'java.util.UUID': { mostSigBits: long, leastSigBits: long },
  [`${HANDLES}LocalDateHandle`]: { year: int, month: int, day: int },
  [`${HANDLES}LocalTimeHandle`]: { hour: int, minute: int, second: int, nano: int },
  [`${HANDLES}LocalDateTimeHandle`]: { date: object(`${HANDLES}LocalDateHandle`), time: object(`${HANDLES}LocalTimeHandle`) },
  [`${HANDLES}InstantHandle`]: { seconds: long, nanos: int },
  [OUT_OF_STOCK]: { detailMessage: string, sku: string, left: int, stackTrace: { type: 'java.lang.StackTraceElement', isArray: true } },
  [ITEM]: { sku: string, quantity: { type: 'java.lang.Integer' }, tags: list('java.lang.String') },
  [ORDER]: {
    id: long,
    createdBy: string,
    name: string,
    count: int,
    total: long,
    ratio: { type: 'double' },
    paid: { type: 'boolean' },
    color: { type: 'io.dragoman.sample.Color', isEnum: true },
    price: { type: 'java.math.BigDecimal' },
    big: object('java.math.BigInteger'),
    at: { type: 'java.util.Date' },
    day: object(`${HANDLES}LocalDateHandle`),
    moment: object(`${HANDLES}LocalDateTimeHandle`),
    instant: object(`${HANDLES}InstantHandle`),
    blob: { type: 'byte', isArray: true },
    uuid: object('java.util.UUID'),
    items: list(ITEM),
    bySku: map('java.lang.String', ITEM),
    names: map('java.lang.Integer', 'java.lang.String'),
    first: { type: ITEM },
    again: { type: ITEM },
    note: string,
    numbers: { type: 'int', isArray: true },
    boxed: { type: 'java.lang.Long' },
    letter: { type: 'char' },
  },
};

// fixture is the order that every peer knows, as this library holds it: longs beyond 2^53 are decimal strings.
function fixture() {
  const a = { sku: 'A-1', quantity: 2, tags: ['red', '\u{1D11E}'] };
  const b = { sku: 'B-漢', quantity: null, tags: [] };
  const day = { year: 2026, month: 11, day: 21 };
  return {
    id: '72057594037927937', createdBy: '李雷', name: 'fixture', count: 3, total: '9007199254740993', ratio: 0.1, paid: true,
    color: { name: 'GREEN' }, price: { value: '1.10' },
    big: { signum: 1, bitCountPlusOne: 0, bitLengthPlusOne: 0, lowestSetBitPlusTwo: 0, firstNonzeroIntNumPlusTwo: 0, mag: [64, 0, 0] },
    at: new Date('2026-11-21T03:18:00.123Z'), day, moment: { date: { ...day }, time: { hour: 3, minute: 18, second: 0, nano: 0 } },
    instant: { seconds: 1795231080, nanos: 1 }, blob: Buffer.from([0, 1, 127, 128, 255]),
    uuid: { mostSigBits: '1314564453825188563', leastSigBits: '-6605018797301088256' },
    items: [a, b], bySku: { 'A-1': a, 'B-漢': b }, names: { 1: 'one', 2: '二' }, first: a, again: a, note: null,
    numbers: [1, -2, 2147483647], boxed: null, letter: 'é',
  };
}

// numbered is the i-th order of orders and ordersByName.
const numbered = (i) => ({ ...fixture(), id: i, name: `order-${i}`, uuid: null });

// plain is what two values have in common that are equal: numbers are of several kinds, and members in any order.
function plain(v) {
  const own = (x) => Object.getPrototypeOf(x) === Object.prototype || Object.getPrototypeOf(x) === null;
  const sorted = (x) => (x && typeof x === 'object' && !Array.isArray(x) && own(x) ? Object.fromEntries(Object.entries(x).sort()) : x);
  return JSON.stringify(v === undefined ? null : v, (k, x) => (typeof x === 'number' ? String(x) : sorted(x)));
}

// different names the first field in which two orders differ. Of a BigInteger only these two say which number it is.
function different(want, got) {
  const number = (o) => o && [o.signum, o.mag];
  return Object.keys(want).find((k) => (k === 'big' ? plain(number(want.big)) !== plain(number(got.big)) : plain(want[k]) !== plain(got[k])));
}

module.exports = { different, OUT_OF_STOCK, fixture, numbered, ITEM, ORDER, classMap };
