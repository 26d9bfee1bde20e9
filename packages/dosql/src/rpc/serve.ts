/** Cap'n Web over one URL: a WebSocket where the client asks for one, an HTTP batch otherwise. */
import { newHttpBatchRpcResponse, newWorkersWebSocketRpcResponse, type RpcTarget } from 'capnweb';

/**
 * Answers an RPC request with `target` as the session's main capability.
 * A malformed batch is answered with 400: capnweb throws on it.
 */
export async function serveRpc(request: Request, target: RpcTarget): Promise<Response> {
  if (request.headers.get('Upgrade')?.toLowerCase() === 'websocket') {
    return newWorkersWebSocketRpcResponse(request, target);
  }
  if (request.method !== 'POST') {
    return Response.json(
      { error: { code: 'METHOD_NOT_ALLOWED', message: 'RPC takes a WebSocket or a POST' } },
      { status: 405, headers: { Allow: 'POST' } },
    );
  }
  try {
    return await newHttpBatchRpcResponse(request, target);
  } catch {
    return Response.json({ error: { code: 'PROTOCOL_ERROR', message: "not a Cap'n Web batch" } }, { status: 400 });
  }
}
