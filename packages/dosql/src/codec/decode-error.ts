/**
 * Stored bytes do not hold what their format says. Whoever knows which page or log record they belong
 * to turns it into CORRUPT_PAGE, CORRUPT_LOG or CORRUPT_CHECKPOINT.
 */
export class DecodeError extends RangeError {
  /** Where, from the start of the bytes that were being read. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} at offset ${offset}`);
    this.offset = offset;
  }
}
