/** What an agent said and did, page by page: asked of the host when it is opened, never held in whole. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { textOf } from '../../protocol/content.js';
import type { FactEvent, SessionId } from '../../protocol/events.js';
import { plain } from '../../protocol/plain.js';
import type { RunState } from '../../protocol/state.js';
import { useApp } from '../app.js';
import { inline } from '../format.js';
import { t } from '../l10n.js';
import { useAction } from '../parts/action.js';
import { FailureView, Loading } from '../parts/bits.js';
import { Link } from '../parts/button.js';
import { Markdown } from '../parts/markdown.js';

const PAGE = 40;
/** Facts that are kept in the window at most. */
const MOST = 400;

export function Transcript({ session, runs, seq }: { session: SessionId; runs: readonly RunState[]; seq: number }) {
  const { host } = useApp();
  const place = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const [facts, setFacts] = useState<FactEvent[]>([]);
  const [more, setMore] = useState(true);
  const run = runs.at(-1);
  const load = useAction(async (before: number | undefined) => {
    if (run === undefined) return;
    // The pages go back over the runs of the agent, from the latest.
    const id = before === undefined ? run.id : (runs.findLast((one) => one.startedSeq < before)?.id ?? run.id);
    const page = await host.ask({ get: 'transcript', session, run: id, ...(before !== undefined && { before }), limit: PAGE });
    const first = runs[0]?.id === id && !page.more;
    setMore(!first);
    const from = page.facts[0]?.seq ?? 0;
    setFacts((known) =>
      before === undefined
        ? [...known.filter((fact) => fact.seq < from), ...page.facts].slice(-MOST)
        : [...page.facts, ...known].slice(0, MOST),
    );
  });
  useEffect(() => {
    const details = place.current?.closest('details');
    const toggled = (): void => setOpen(details?.open ?? false);
    details?.addEventListener('toggle', toggled);
    return () => details?.removeEventListener('toggle', toggled);
  }, []);
  const ended = run?.ended !== undefined;
  useEffect(() => {
    if (open) void load.run(undefined);
  }, [open, run?.id, run?.calls, ended]);
  const oldest = facts[0]?.seq;
  return (
    <div ref={place} class="transcript" data-seq={open ? seq : undefined}>
      {open && (
        <>
          <FailureView failure={load.failure} />
          {load.busy && facts.length === 0 && <Loading words={t('loading')} />}
          {more && oldest !== undefined && facts.length < MOST && <Link onClick={() => void load.run(oldest)}>{t('earlier')}</Link>}
          {facts.map((fact) => (
            <Entry key={fact.seq} fact={fact} />
          ))}
        </>
      )}
    </div>
  );
}

function Entry({ fact }: { fact: FactEvent }) {
  switch (fact.type) {
    case 'message.completed': {
      const text = textOf(fact.parts).trim();
      return text === '' ? null : <Markdown text={text} />;
    }
    case 'tool.called':
      return (
        <p class="dim small clip">
          <span class="codicon codicon-tools" aria-hidden="true" /> {t('tool', fact.tool)}{' '}
          {inline(JSON.stringify(fact.input) ?? '').slice(0, 200)}
        </p>
      );
    case 'tool.returned':
      return fact.ok ? null : <p class="bad small clip">{plain(fact.output.slice(0, 300))}</p>;
    case 'run.ended':
      return fact.failure === undefined ? null : <p class="bad small">{plain(fact.failure.message)}</p>;
    default:
      return null;
  }
}
