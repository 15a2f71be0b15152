/** No key of the person's leaves for an address that they have neither chosen nor agreed to: looked at before a turn is begun or gone on with. */
import type { Team } from '../protocol/events.js';
import { exactly } from '../protocol/exactly.js';
import { fail, failureOf } from '../protocol/failure.js';
import { agree, consentProblem, consentsFile, lacking } from './config/consents.js';
import { formatProblem } from './config/problem.js';
import { isText, keysSent, type Sends } from './config/sendings.js';
import type { Host } from './host.js';

/** A team as it is started: what it sends, where a configuration says so. Of any other team its keys are looked at. */
export type StartedTeam = Team & { sends?: Sends };

/** Throws `config` with the key, the address, the place and what to do, where the person does not agree. */
export async function requireConsent(
  { agents, sends }: Pick<StartedTeam, 'agents' | 'sends'>,
  folder: string,
  host: Pick<Host, 'env' | 'now' | 'log' | 'consent'>,
  signal: AbortSignal,
): Promise<void> {
  const { env } = host;
  const sent = sends ?? { chosen: false, all: await keysSent(agents, { folder, env }) };
  if (sent.all.length === 0) return;
  const open = await lacking(sent, env);
  if (open.length > 0 && !host.consent) throw refusal(open.map(consentProblem));
  if (open.length > 0 && !(await host.consent?.(open, signal)))
    throw fail('config', 'Nothing was sent, and nothing was started: you did not agree to what would be sent.', {
      hint: 'Start again to be asked again, or change where the configuration sends it.',
    });
  try {
    // What was chosen is gone on with from the log, which has the words of a configuration in it but no key.
    await agree(env, sent.chosen ? sent.all.filter((one) => !isText(one)) : sent.all, host.now());
  } catch (error) {
    host.log(
      'warn',
      `${exactly(consentsFile(env))} cannot be written, so going on later needs --config or your yes again: ${failureOf(error).message}`,
    );
  }
}

function refusal(problems: readonly ReturnType<typeof consentProblem>[]) {
  const lines = problems.map(({ hint: _, severity: __, ...problem }) => formatProblem({ ...problem, severity: 'error' }));
  return fail('config', `Nothing was sent. ${lines.join('; ')}.`, {
    hint: [
      ...problems.map(({ hint = '' }) => `${hint.charAt(0).toUpperCase()}${hint.slice(1)}`),
      'A configuration that you name yourself needs no consent: --config <file>',
    ].join('\n'),
  });
}
