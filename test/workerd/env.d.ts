/** Types of what `cloudflare:workers` gives to a test: the reference Worker's exports and bindings. */
import type * as mainModule from '../../apps/worker/src/index.ts';

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof mainModule;
      durableNamespaces: 'DoSQL' | 'DoLake';
    }
    interface Env {
      DOSQL: DurableObjectNamespace<mainModule.DoSQL>;
      DOLAKE: DurableObjectNamespace<mainModule.DoLake>;
      LAKE_BUCKET: R2Bucket;
      DOSQL_TOKENS?: string;
    }
  }
}
