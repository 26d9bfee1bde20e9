/** Lakehouse for DoSQL databases. */
export { VERSION } from './version.ts';
