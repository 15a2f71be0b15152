// Plays the whole corpus of awkward folders: `npm run folders`, or `npm run folders -- submodule sparse` for those whose names have such a word.
import { runBundled } from './bundled.mjs';

process.exit(await runBundled(['test/folders/run'], '.massgen-folders', process.argv.slice(2)));
