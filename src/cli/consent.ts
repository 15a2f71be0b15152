/** `massgen config consent`: where the person's keys may go though they have not chosen who says so, giving that and taking it back. */
import { agree, consentsFile, consentsOf, withdraw } from '../engine/config/consents.js';
import { loadEnv } from '../engine/config/env.js';
import { addressText, folderAddress, isText, type Sending, sendingText } from '../engine/config/sendings.js';
import { exactly } from '../protocol/exactly.js';
import { fail } from '../protocol/failure.js';
import { folderOf, type Options } from './args.js';
import { err, json, out } from './output.js';

/** A key without an address may become part of what the team of this folder is told. */
export async function consent(key: string | undefined, address: string | undefined, options: Options): Promise<number> {
  const folder = await folderOf(options);
  const env = await loadEnv(folder, process.env);
  const sending = key === undefined ? undefined : { name: key, to: address === undefined ? folderAddress(folder) : addressOf(address) };
  const consents = await changed(sending);
  if (options.json) json({ file: consentsFile(env), consents });
  else if (consents.length === 0)
    err('Nothing is agreed to: keys go to their vendors, to this machine, and where a configuration that you name sends them.');
  else
    out(
      consents
        .map(
          ({ name, to, since }) =>
            `${since.slice(0, 10)}  ${exactly(isText({ to }) ? `${name} in what is said in ${to}` : sendingText({ name, to }))}`,
        )
        .join('\n'),
    );
  return 0;

  async function changed(one: Sending | undefined) {
    if (one !== undefined) return options.withdraw ? withdraw(env, one) : agree(env, [one], Date.now());
    if (options.withdraw)
      throw fail('usage', 'Which key may not go where any more?', { hint: 'massgen config consent <key> <address> --withdraw' });
    return consentsOf(env);
  }
}

function addressOf(text: string): string {
  if (URL.canParse(text) && /^(https?|file):/i.test(text)) return addressText(text);
  throw fail('usage', `${exactly(text)} is not an address.`, { hint: 'It begins with https:// or http://, as base_url has it.' });
}
