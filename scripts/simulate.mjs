// Plays simulated turns and prints how often each way of counting votes finds a right answer: `npm run simulate`, or `npm run simulate -- 500` for fewer turns.
import { runBundled } from './bundled.mjs';

process.exit(await runBundled(['bench/deliberation-tables'], '.massgen-simulate', process.argv.slice(2)));
