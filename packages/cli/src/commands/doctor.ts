import { type CommandDef, defineCommand } from 'citty';

const args = {
  url: { type: 'string', description: 'Origin of the deployment', default: 'http://127.0.0.1:8787' },
  json: { type: 'boolean', description: 'Print the findings as JSON', default: false },
} as const;

interface Finding {
  name: string;
  ok: boolean;
  detail: string;
}

const NODE_MAJOR_MIN = 22;
const TIMEOUT_MS = 5000;

async function checkDeployment(url: string): Promise<Finding> {
  const name = 'deployment';
  try {
    const response = await fetch(new URL('/health', url), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body = (await response.json()) as {
      status?: string;
      dosql?: { status?: string };
      dolake?: { status?: string };
    };
    const detail = `${url}: dosql ${body.dosql?.status ?? 'unknown'}, dolake ${body.dolake?.status ?? 'unknown'}`;
    return { name, ok: response.ok && body.status === 'ok', detail };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, ok: false, detail: `${url} does not answer (${reason}): is it running? "npm start" starts it.` };
  }
}

/** What `dosql doctor` looks at, in the order in which it prints it. */
async function diagnose(url: string): Promise<Finding[]> {
  const nodeMajor = Number(process.versions.node.split('.')[0]);
  return [
    {
      name: 'node',
      ok: nodeMajor >= NODE_MAJOR_MIN,
      detail: `${process.version} (at least ${NODE_MAJOR_MIN} is needed)`,
    },
    await checkDeployment(url),
  ];
}

/** `dosql doctor`: says what is wrong with this machine or the deployment; exit code 1 when something is. */
export const doctor: CommandDef<typeof args> = defineCommand({
  meta: { name: 'doctor', description: 'Check this machine and a deployment' },
  args,
  async run({ args: { url, json } }) {
    const findings = await diagnose(url);
    if (json) console.log(JSON.stringify(findings));
    else for (const { name, ok, detail } of findings) console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name}: ${detail}`);
    if (findings.some((finding) => !finding.ok)) process.exitCode = 1;
  },
});
