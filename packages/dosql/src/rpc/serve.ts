/** Cap'n Web over one URL: a WebSocket where the client asks for one, an HTTP batch otherwise. */
import { publicError, toErrorBody, SqlError } from '@dotdo/shared-types';
import {
  newHttpBatchRpcResponse,
  newWorkersWebSocketRpcResponse,
  type RpcSessionOptions,
  type RpcTarget,
} from 'capnweb';

/** Errors leave with their own fields, without stack, cause or the message of what is not ours. */
const SESSION_OPTIONS: RpcSessionOptions = { onSendError: (error) => publicError(error) };

function refuse(error: SqlError, headers?: HeadersInit): Response {
  return Response.json(toErrorBody(error), { status: error.status, ...(headers && { headers }) });
}

/**
 * Answers an RPC request with `target` as the session's main capability.
 * A malformed batch is answered with 400: capnweb throws on it.
 */
export async function serveRpc(request: Request, target: RpcTarget): Promise<Response> {
  if (request.headers.get('Upgrade')?.toLowerCase() === 'websocket') {
    return newWorkersWebSocketRpcResponse(request, target, SESSION_OPTIONS);
  }
  if (request.method !== 'POST') {
    return refuse(new SqlError('METHOD_NOT_ALLOWED', 'RPC takes a WebSocket or a POST'), { Allow: 'POST' });
  }
  try {
    return await newHttpBatchRpcResponse(request, target, SESSION_OPTIONS);
  } catch {
    return refuse(new SqlError('PROTOCOL_ERROR', "not a Cap'n Web batch"));
  }
}
