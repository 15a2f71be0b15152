/** The demo's project: a small rate limiter in plain JavaScript whose tests show a real mistake. */

/** Files of a folder by their path, with forward slashes. */
export type Files = Readonly<Record<string, string>>;

export const task = 'Idle clients get past their limit: see docs/report.md and my two new tests. Fix it.';

const packageJson = `{
  "name": "limiter",
  "version": "1.2.0",
  "private": true,
  "type": "module",
  "description": "A token bucket for each client.",
  "exports": "./src/clients.js",
  "scripts": {
    "lint": "node --check src/limiter.js && node --check src/clients.js",
    "test": "node --test"
  },
  "engines": { "node": ">=20" }
}
`;

const readme = `# limiter

A token bucket for each client: \`rate\` requests a second, at most \`burst\` at once.

    import { createClients } from 'limiter';

    const clients = createClients({ rate: 5, burst: 10 });
    if (!clients.allow(request.ip)) respond(429);

\`npm test\` runs the tests, \`npm run lint\` checks the syntax.
`;

/** The mistake: what flows in while nobody takes is never cut at \`burst\`; and available() gives fractions away. */
const limiter = `/** A token bucket: \`rate\` tokens flow in each second, and no more than \`burst\` are kept. */
export function createLimiter({ rate, burst, now = Date.now }) {
  let tokens = burst;
  let last = now();

  function refill() {
    const time = now();
    tokens += ((time - last) / 1000) * rate;
    last = time;
  }

  return {
    /** Takes tokens if there are enough of them; false where the caller has to wait. */
    take(count = 1) {
      refill();
      if (tokens < count) return false;
      tokens -= count;
      return true;
    },

    /** How many tokens can be taken now. */
    available() {
      refill();
      return tokens;
    },

    /** Milliseconds until so many tokens can be taken. */
    waitFor(count = 1) {
      refill();
      return tokens >= count ? 0 : Math.ceil(((count - tokens) / rate) * 1000);
    },
  };
}
`;

const clients = `import { createLimiter } from './limiter.js';

/** A limiter for each client, made when the client is first seen. */
export function createClients(options) {
  const limiters = new Map();

  function limiterOf(client) {
    if (!limiters.has(client)) limiters.set(client, createLimiter(options));
    return limiters.get(client);
  }

  return {
    allow: (client) => limiterOf(client).take(),
    left: (client) => limiterOf(client).available(),
  };
}
`;

const limiterTests = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLimiter } from '../src/limiter.js';

/** A limiter with a clock that only moves when it is told to. */
function setUp({ rate, burst }) {
  let time = 0;
  const limiter = createLimiter({ rate, burst, now: () => time });
  return { ...limiter, pass: (milliseconds) => (time += milliseconds) };
}

test('a new limiter lets a whole burst through', () => {
  const { take } = setUp({ rate: 1, burst: 3 });
  assert.deepEqual([take(), take(), take(), take()], [true, true, true, false]);
});

test('tokens come back at the rate', () => {
  const { take, pass } = setUp({ rate: 2, burst: 4 });
  take(4);
  pass(1000);
  assert.deepEqual([take(2), take()], [true, false]);
});

test('fractions of a token add up', () => {
  const { take, pass } = setUp({ rate: 1, burst: 2 });
  take(2);
  const taken = [250, 250, 250, 250].map((milliseconds) => {
    pass(milliseconds);
    return take();
  });
  assert.deepEqual(taken, [false, false, false, true]);
});

test('waitFor tells when it is worth asking again', () => {
  const { take, waitFor } = setUp({ rate: 2, burst: 2 });
  assert.equal(waitFor(), 0);
  take(2);
  assert.equal(waitFor(), 500);
});
`;

/** What the person has added since the last commit. */
const newTests = `
test('an hour of silence earns no more than a burst', () => {
  const { take, pass } = setUp({ rate: 10, burst: 10 });
  pass(60 * 60 * 1000);
  assert.equal(take(10), true);
  assert.equal(take(), false);
});

test('available() counts whole tokens', () => {
  const { take, available, pass } = setUp({ rate: 1, burst: 5 });
  take(5);
  pass(2500);
  assert.equal(available(), 2);
});
`;

const clientTests = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClients } from '../src/clients.js';

const stopped = { now: () => 0 };

test('every client has its own tokens', () => {
  const clients = createClients({ rate: 1, burst: 1, ...stopped });
  assert.deepEqual([clients.allow('a'), clients.allow('a'), clients.allow('b')], [true, false, true]);
});

test('a client that was never seen has a whole burst left', () => {
  const clients = createClients({ rate: 1, burst: 7, ...stopped });
  assert.equal(clients.left('c'), 7);
});
`;

const report = `# From support

- A client that had been silent over night sent 36,000 requests within a second. Its limit is 10 at once, 1 a second.
- The status page says "2.5 requests left". What is half a request?
`;

/** Each entry is one commit, in order. */
export const commits: readonly { message: string; files: Files }[] = [
  {
    message: 'A token bucket and its tests',
    files: {
      '.gitignore': 'node_modules/\n',
      'README.md': readme,
      'package.json': packageJson,
      'src/limiter.js': limiter,
      'test/limiter.test.js': limiterTests,
    },
  },
  { message: 'A limiter for each client', files: { 'src/clients.js': clients, 'test/clients.test.js': clientTests } },
];

/** What stands in the folder and in no commit: two new tests, and a file that git does not know. */
export const uncommitted: Files = { 'test/limiter.test.js': `${limiterTests}${newTests}`, 'docs/report.md': report };
