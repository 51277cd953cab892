// Serves the examples of docs/api/openapi.yaml, and answers what breaks its rules with the shop's own problem documents:
// a client written against this mock meets the statuses and types that it will meet in production. Prism does the work;
// what stands here only translates Prism's report of violations (its `sl-violations` header, its own problem types).
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import prismHttp from '@stoplight/prism-http';
import httpServer from '@stoplight/prism-http-server';
import { parse } from 'yaml';

const specification = fileURLToPath(new URL('../../docs/api/openapi.yaml', import.meta.url));
const { examples } = parse(readFileSync(specification, 'utf8')).components;
const silent = Object.fromEntries(
  ['trace', 'debug', 'info', 'success', 'warn', 'error', 'fatal'].map((level) => [level, () => {}]));
silent.child = () => silent;

// How much of a changed cart a client wants, in Prism's words.
const returned = { 'return=minimal': 'code=204', 'return=representation': 'example=cart' };

const droppedHeaders = new Set(['sl-violations', 'content-length', 'connection', 'keep-alive', 'transfer-encoding']);

/** Starts the mock; port 0 takes a free one. */
export async function startMock(port = 4010, host = '127.0.0.1') {
  const operations = await prismHttp.getHttpOperationsFromSpec(specification);
  const prism = httpServer.createServer(operations, {
    cors: true,
    components: { logger: silent },
    config: {
      checkSecurity: true, validateRequest: true, validateResponse: true, errors: false, isProxy: false,
      mock: { dynamic: false },
    },
  });
  const upstream = new URL(await prism.listen(0, '127.0.0.1'));
  const server = http.createServer((request, response) => relay(upstream, request, response));
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    address: `http://${host}:${server.address().port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await prism.close();
    },
  };
}

function relay(upstream, request, response) {
  const { method, url } = request;
  const headers = { ...request.headers, ...cartPreference(request) };
  const outgoing = http.request({ host: upstream.hostname, port: upstream.port, method, path: url, headers }, (incoming) => {
    const chunks = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => answer(incoming, Buffer.concat(chunks), response));
  });
  outgoing.on('error', (error) => response.writeHead(502).end(error.message));
  request.pipe(outgoing);
}

/** Of a change of the cart, what Prism has to prefer; an emptied cart is nothing to tell of unless it is asked for. */
function cartPreference({ method, url, headers: { prefer } }) {
  if (method === 'GET' || !/\/cart(\/items.*)?$/.test(url)) return {};
  const wish = returned[prefer] ?? (method === 'DELETE' && url.endsWith('/cart') && !prefer ? 'code=204' : undefined);
  return wish && { prefer: wish };
}

function answer(incoming, body, response) {
  const problem = translate(incoming, body);
  const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !droppedHeaders.has(name)));
  if (problem) {
    body = Buffer.from(JSON.stringify(problem));
    headers['content-type'] = 'application/problem+json';
  }
  response.writeHead(problem?.status ?? incoming.statusCode, headers).end(body);
}

/** The shop's problem for what Prism found wrong with the request; undefined when nothing was, or the token is missing (401). */
function translate(incoming, body) {
  const reply = incoming.headers['content-type']?.includes('json') && incoming.statusCode >= 400 ? JSON.parse(body) : {};
  if (reply.type?.endsWith('#NO_PATH_MATCHED_ERROR')) return problem('not-found', 'There is nothing at this address.');
  if (reply.type?.endsWith('#NO_METHOD_MATCHED_ERROR')) return problem('method-not-allowed', 'This path does not take that method.');
  if (reply.error?.code === 'invalid_json') return invalid([{ field: 'body', message: 'is not valid JSON.' }]);
  const violations = JSON.parse(incoming.headers['sl-violations'] ?? '[]').filter(isOfTheRequest);
  // What Prism numbers itself (401, 415) it also answers as documented.
  if (violations.length === 0 || violations.some(({ code }) => typeof code === 'number')) return undefined;
  if (violations.some(isMissingKey)) return problem('idempotency-key-missing');
  return invalid(violations.map((violation) => ({ field: fieldOf(violation), message: violation.message })));
}

const isOfTheRequest = ({ severity, location }) => severity === 'Error' && location[0] === 'request';
const isMissingKey = ({ code, message }) => code === 'required' && /'idempotency-key'/i.test(message);

function invalid(errors) {
  return { ...problem('validation', `${errors[0].field}: ${errors[0].message}`), errors };
}

/** `items[2].quantity` for request.body.items.2.quantity; a missing field stands in the message only. */
function fieldOf({ location: [, where, ...path], code, message }) {
  const missing = code === 'required' || code === 'additionalProperties' ? message.match(/'([^']+)'/)?.[1] : undefined;
  const names = missing ? [...path, missing] : path;
  return names.map((name) => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`)).join('').replace(/^\./, '') || where || 'body';
}

/** The documented example of a problem; with another detail, where one is given, it is not that product's or order's any more. */
function problem(slug, detail) {
  const { type, title, status } = examples[slug].value;
  return detail ? { type, title, status, detail } : examples[slug].value;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await startMock(Number(process.argv[2] ?? 4010));
  console.log(`The mock of the shop listens on ${mock.address}; stop it with Ctrl+C. Try:`);
  console.log(`  curl -s -H 'Authorization: Bearer any' ${mock.address}/api/users/17850/balance`);
}
