// Tries the whole corpus of escapes: `npm run jail`, or `npm run jail -- git network` for families whose names have such a word.
import { runBundled } from './bundled.mjs';

process.exit(await runBundled(['test/jail/run'], '.massgen-jail', process.argv.slice(2)));
