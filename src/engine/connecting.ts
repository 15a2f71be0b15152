/** The models of a session's agents, connected when they are first needed. */
import type { AgentSpec } from '../protocol/events.js';
import { resolveKey } from './config/keys.js';
import type { Host } from './host.js';
import { connect } from './providers/index.js';
import type { Course, Provider } from './providers/provider.js';
import { type Tape, withRecording } from './providers/record.js';
import { withPrices, withRetry } from './providers/wrap.js';

/** One for each backend with its key: a team may change between turns, and a key may be put there meanwhile. Throws where a key is gone. */
export function providersFor(host: Host, course: Course, tape: Tape | undefined): (agent: AgentSpec) => Promise<Provider> {
  const connected = new Map<string, Promise<Provider>>();
  return async ({ backend }) => {
    const key = await resolveKey(backend.key, host.env);
    const name = JSON.stringify([backend, key]);
    const known = connected.get(name);
    if (known !== undefined) return known;
    const connecting = connect(backend, key, { editor: host.models, course }).then((one) => {
      const priced = withPrices(one, backend);
      return withRetry(tape === undefined ? priced : withRecording(priced, tape));
    });
    connected.set(name, connecting);
    // One that failed may succeed the next time, as when a file was mended.
    connecting.catch(() => connected.delete(name));
    return connecting;
  };
}
