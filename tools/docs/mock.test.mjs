import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startMock } from './mock.mjs';

let mock;
before(async () => { mock = await startMock(0); });
after(() => mock.stop());

async function call(method, path, { headers, body } = {}) {
  const response = await fetch(mock.address + path, {
    method,
    headers: { authorization: 'Bearer any', ...(body && { 'content-type': 'application/json' }), ...headers },
    body: body && (typeof body === 'string' ? body : JSON.stringify(body)),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
}

const order = { items: [{ productId: '85123A', quantity: 6 }] };
const keyed = { 'idempotency-key': 'k-1' };

test('a read answers the documented example with its headers', async () => {
  const { status, headers, body } = await call('GET', '/api/users/17850/balance');
  assert.equal(status, 200);
  assert.equal(body.currency, 'KRW');
  assert.ok(headers.get('etag'));
});

test('a fixed path wins over one with a parameter', async () => {
  const { body } = await call('GET', '/api/products/top');
  assert.equal(body.items[0].rank, 1);
});

test('a valid order is paid', async () => {
  const { status, body } = await call('POST', '/api/users/17850/orders', { headers: keyed, body: order });
  assert.equal(status, 201);
  assert.equal(body.status, 'paid');
});

test('any documented answer can be asked for', async () => {
  const headers = { ...keyed, prefer: 'code=409, example=insufficient-balance' };
  const { status, body } = await call('POST', '/api/users/17850/orders', { headers, body: order });
  assert.equal(status, 409);
  assert.equal(body.type.split('/').at(-1), 'insufficient-balance');
});

for (const [method, path, prefer, status, field] of [
  ['POST', '/items', undefined, 200, 'itemCount'],
  ['POST', '/items', 'return=representation', 200, 'items'],
  ['POST', '/items', 'return=minimal', 204],
  ['DELETE', '/items/84879', undefined, 200, 'itemCount'],
  ['DELETE', '', undefined, 204],
  ['DELETE', '', 'return=representation', 200, 'items'],
]) {
  test(`${method} /cart${path} answers as ${prefer ?? 'nobody'} prefers`, async () => {
    const answer = await call(method, `/api/users/17850/cart${path}`, {
      headers: prefer && { prefer }, body: method === 'POST' ? { productId: '84879', quantity: 32 } : undefined,
    });
    assert.equal(answer.status, status);
    assert.equal(field ? field in answer.body : answer.body === undefined, true);
  });
}

for (const [name, body, field] of [
  ['a quantity of zero', { items: [{ productId: '85123A', quantity: 0 }] }, 'items[0].quantity'],
  ['a fractional quantity', { items: [{ productId: '85123A', quantity: 1.5 }] }, 'items[0].quantity'],
  ['a missing field', { items: [{ productId: '85123A' }] }, 'items[0].quantity'],
  ['an unknown field', { ...order, coupon: 'X' }, 'coupon'],
  ['no line at all', { items: [] }, 'items'],
]) {
  test(`${name} is refused and named`, async () => {
    const answer = await call('POST', '/api/users/17850/orders', { headers: keyed, body });
    assert.equal(answer.status, 400);
    assert.match(answer.body.type, /\/validation$/);
    assert.equal(answer.body.errors[0].field, field);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  });
}

for (const [name, body, status] of [
  ['a name of 150 emoji', { name: '\u{1F90D}'.repeat(150), price: 1 }, 200],
  ['a name of 201 emoji', { name: '\u{1F90D}'.repeat(201), price: 1 }, 400],
  ['a whole number with a fraction of nothing', '{"name":"a","price":100000.0}', 200],
  ['a whole number with an exponent', '{"name":"a","price":1e5}', 200],
  ['a name that cannot be seen', { name: '\u3164', price: 1 }, 400],
  ['a name of two lines', { name: 'a\u2028b', price: 1 }, 400],
]) {
  test(`${name} is answered ${status}`, async () => {
    assert.equal((await call('PUT', '/api/ops/products/85123A', { body })).status, status);
  });
}

for (const [name, method, path, options, status, type] of [
  ['a missing Idempotency-Key', 'POST', '/api/users/17850/orders', { body: order }, 400, 'idempotency-key-missing'],
  ['an odd user id', 'GET', '/api/users/.odd/balance', {}, 400, 'validation'],
  ['a page that is too long', 'GET', '/api/products?limit=101', {}, 400, 'validation'],
  ['malformed JSON', 'POST', '/api/users/17850/balance/charges', { headers: keyed, body: '{"amount":' }, 400, 'validation'],
  ['a body that is not JSON', 'POST', '/api/users/17850/balance/charges',
    { headers: { ...keyed, 'content-type': 'text/plain' }, body: '1' }, 415, 'unsupported-media-type'],
  ['an unknown path', 'GET', '/api/nothing', {}, 404, 'not-found'],
  ['a wrong method', 'DELETE', '/api/products', {}, 405, 'method-not-allowed'],
]) {
  test(`${name} is answered ${status} ${type}`, async () => {
    const answer = await call(method, path, options);
    assert.equal(answer.status, status);
    assert.equal(answer.body.type.split('/').at(-1), type);
  });
}

test('a call without a token is unauthorized where one is needed, and only there', async () => {
  const response = await fetch(`${mock.address}/api/users/17850/balance`);
  assert.equal(response.status, 401);
  assert.equal((await response.json()).type, 'https://commerce.example/problems/unauthenticated');
  assert.equal((await fetch(`${mock.address}/api/products`)).status, 200);
});
