// Plays hundreds of turns in one process and says what it holds at the end: `npm run soak`, or `npm run soak -- 100 10` for a hundred sessions of ten turns.
import { runBundled } from './bundled.mjs';

process.exit(await runBundled(['bench/soak-long', 'bench/soak-child'], '.massgen-soak', process.argv.slice(2)));
