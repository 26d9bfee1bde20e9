/** `npm run bench [-- OPTIONS]`: the harness of bench/, see bench/README.md. */
import '../bench/run.ts';
