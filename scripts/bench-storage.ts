/** `npm run bench:storage [-- part of a name …]`: storage below SQL beside better-sqlite3, see bench/README.md. */
import '../bench/storage/run.ts';
