import { createServer } from 'node:net';

const PORTS_TRIED_MAX = 50;

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/**
 * The first free TCP port from `wanted` upwards on `host`.
 * @throws {Error} when the next 50 ports are all taken.
 */
export async function findFreePort(wanted: number, host: string): Promise<number> {
  for (let port = wanted; port < wanted + PORTS_TRIED_MAX && port <= 65_535; port++) {
    if (await isFree(port, host)) return port;
  }
  throw new Error(`no free port from ${wanted} to ${wanted + PORTS_TRIED_MAX - 1} on ${host}`);
}
