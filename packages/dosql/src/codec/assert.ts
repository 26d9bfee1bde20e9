/**
 * Checks what only a bug of ours can break; what users or stored bytes can break throws a `SqlError`.
 * @throws {Error} with `message` when the condition does not hold
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
