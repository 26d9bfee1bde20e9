/** Speaks the Language Server Protocol with `tsc --lsp`, over stdio. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const compiler = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc');
const REPLY_MS_MAX = 60_000;

export interface Position {
  /** From 0. */
  readonly line: number;
  readonly character: number;
}

interface Message {
  id?: number | string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
}

export class LanguageServer {
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #buffer: Buffer = Buffer.alloc(0);
  #last = 0;

  constructor() {
    this.#process = spawn(process.execPath, [compiler, '--lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#process.stdout?.on('data', (data: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, data]);
      this.#read();
    });
    this.#process.on('exit', (code) => {
      for (const { reject } of this.#pending.values()) reject(new Error(`the language server ended with ${code}`));
    });
  }

  /** Starts with a folder that has a tsconfig.json. */
  async start(folder: string): Promise<void> {
    const uri = pathToFileURL(folder).href;
    await this.request('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'project' }],
      capabilities: {
        textDocument: {
          diagnostic: { dynamicRegistration: false },
          completion: { completionItem: { snippetSupport: false, labelDetailsSupport: true } },
          hover: { contentFormat: ['plaintext'] },
        },
        workspace: { configuration: false },
      },
    });
    this.notify('initialized', {});
  }

  open(path: string): string {
    const uri = pathToFileURL(path).href;
    this.notify('textDocument/didOpen', {
      textDocument: { uri, languageId: 'typescript', version: 1, text: readFileSync(path, 'utf8') },
    });
    return uri;
  }

  /** Puts a text at a place. */
  insert(uri: string, version: number, at: Position, text: string): void {
    this.notify('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ range: { start: at, end: at }, text }],
    });
  }

  async diagnostics(uri: string): Promise<{ message: string }[]> {
    const answer = (await this.request('textDocument/diagnostic', { textDocument: { uri } })) as {
      items?: { message: string }[];
    };
    return answer.items ?? [];
  }

  /** What may be put there. */
  async completions(uri: string, position: Position): Promise<string[]> {
    const answer = (await this.request('textDocument/completion', { textDocument: { uri }, position })) as
      | { items?: { label: string }[] }
      | { label: string }[]
      | null;
    const items = Array.isArray(answer) ? answer : (answer?.items ?? []);
    return items.map(({ label }) => label);
  }

  async hover(uri: string, position: Position): Promise<string> {
    const answer = (await this.request('textDocument/hover', { textDocument: { uri }, position })) as {
      contents?: unknown;
    } | null;
    return JSON.stringify(answer?.contents ?? '');
  }

  async stop(): Promise<void> {
    await this.request('shutdown', null).catch(() => undefined);
    this.notify('exit', null);
    this.#process.kill();
  }

  request(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${method}: no reply in ${REPLY_MS_MAX} ms`)), REPLY_MS_MAX);
      this.#pending.set(id, {
        resolve: (result) => (clearTimeout(timer), resolve(result)),
        reject: (error) => (clearTimeout(timer), reject(error)),
      });
      this.#send({ id, method, params });
    });
  }

  notify(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  #send(message: Message): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.#process.stdin?.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#process.stdin?.write(body);
  }

  #read(): void {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString('latin1', 0, end))?.[1] ?? 0);
      const from = end + 4;
      if (this.#buffer.length < from + length) return;
      const message = JSON.parse(this.#buffer.toString('utf8', from, from + length)) as Message;
      this.#buffer = this.#buffer.subarray(from + length);
      this.#take(message);
    }
  }

  #take({ id, method, result, error }: Message): void {
    if (method !== undefined) {
      // A request of the server's: it is answered with nothing.
      if (id !== undefined) this.#process.stdin?.write(frame({ id, result: null }));
      return;
    }
    const waiting = this.#pending.get(Number(id));
    this.#pending.delete(Number(id));
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error.message));
  }
}

function frame(message: Message): string {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
