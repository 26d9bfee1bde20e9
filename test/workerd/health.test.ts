/** The reference Worker in workerd: which routes answer, and to whom. */
import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWebSocketRpcSession, type RpcStub, type RpcTarget } from 'capnweb';

interface Entry extends RpcTarget {
  authenticate(token: string): Promise<RpcTarget & { ping(): Promise<{ version: string }> }>;
}

const worker = exports.default;
const rpcUrl = 'http://worker/v1/db/tenant/rpc';

async function connect(url: string) {
  const response = await worker.fetch(new Request(url, { headers: { Upgrade: 'websocket' } }));
  const socket = response.webSocket;
  if (socket === null) throw new Error(`no socket: ${response.status}`);
  socket.accept();
  return newWebSocketRpcSession<Entry>(socket);
}

/** A plain promise: vitest would call a Cap'n Web promise, as that is a function too. */
async function ping(entry: RpcStub<Entry>, token: string) {
  return await entry.authenticate(token).ping();
}

describe('GET /health', () => {
  it('reaches both objects', async () => {
    const response = await worker.fetch(new Request('http://worker/health'));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'ok', dosql: { status: 'ok' }, dolake: { status: 'ok' } });
  });

  it('answers unknown routes with 404 and a code', async () => {
    const response = await worker.fetch(new Request('http://worker/nothing'));
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });
});

// Refused tokens are tested from outside, in test/stack: with both ends of a session in one isolate, workerd reports
// each refusal as an unhandled rejection before the caller has had its turn.
describe('authentication', () => {
  it('hands the database and the lake to a token that covers them', async () => {
    using database = await connect(rpcUrl);
    expect(await ping(database, 'test-token')).toMatchObject({ version: '0.1.0' });
    using lake = await connect('http://worker/v1/lake/rpc');
    expect(await ping(lake, 'test-token')).toMatchObject({ version: '0.1.0' });
  });

  it('refuses names that are none', async () => {
    for (const name of ['.hidden', '%2e%2e', 'a%2fb', 'x'.repeat(200)]) {
      const response = await worker.fetch(new Request(`http://worker/v1/db/${name}/rpc`, { method: 'POST' }));
      expect([400, 404]).toContain(response.status);
    }
  });
});

describe('HTTP batch', () => {
  it('answers a batch, and a malformed one with 400', async () => {
    const bad = await worker.fetch(new Request(rpcUrl, { method: 'POST', body: 'not a batch' }));
    expect(bad.status).toBe(400);
    const get = await worker.fetch(new Request(rpcUrl));
    expect(get.status).toBe(405);
  });
});
