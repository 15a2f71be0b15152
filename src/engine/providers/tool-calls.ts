/** Puts tool calls together from the fragments of a stream, in all the ways in which vendors break them up. */
import { randomUUID } from 'node:crypto';
import { isRecord } from './errors.js';

/** A fragment as it came: nothing about it is certain. */
export interface Fragment {
  index?: unknown;
  id?: unknown;
  function?: unknown;
  /** Gemini's signatures live here. */
  extra_content?: unknown;
}

export interface AssembledCall {
  call: string;
  tool: string;
  args: string;
  extra?: Record<string, unknown>;
}

export interface ToolCallAssembly {
  /** Takes a fragment in; returns what it adds, for showing (undefined where it adds nothing). */
  add(fragment: Fragment): { call: string; tool: string; text: string } | undefined;
  /**
   * The calls, in the order in which they began. Invariant: of a reply that was `cut` at its length limit a last call that is not complete
   * is none, one that had not got to its arguments included. What a model wrote wrongly by itself stays: it is told of that.
   */
  calls(cut?: boolean): AssembledCall[];
}

interface Slot extends AssembledCall {
  index: number | undefined;
  vendorId: string | undefined;
}

/**
 * What is known to happen: no ids; an id (the same or a new one) or a name on every fragment; whole calls at once, all with index 0 or none;
 * arguments as an object, or `{}` first and the real ones after.
 * Invariant: the ids given out are unique among themselves and do not occur in `taken` (the ids of the conversation so far).
 */
export function assembleToolCalls(taken: ReadonlySet<string>): ToolCallAssembly {
  const slots: Slot[] = [];
  const used = new Set(taken);

  const open = (index: number | undefined, vendorId: string | undefined, tool: string): Slot => {
    const slot: Slot = { index, vendorId, tool, args: '', call: unusedId(vendorId, used) };
    used.add(slot.call);
    slots.push(slot);
    return slot;
  };

  return {
    add(fragment) {
      const piece = read(fragment);
      const { id, name, args } = piece;
      const slot = findSlot(slots, piece) ?? open(piece.index, id, name);
      if (slot.tool === '') slot.tool = name;
      if (slot.vendorId === undefined) slot.vendorId = id;
      if (isRecord(fragment.extra_content)) slot.extra = fragment.extra_content;
      if (args === '') return undefined;
      if (args.trimStart().startsWith('{') && isComplete(slot.args)) {
        // A whole object was there already: `{}` stood in for what comes now, anything else is the same once more.
        if (slot.args.trim() !== '{}') return undefined;
        slot.args = '';
      }
      slot.args += args;
      return { call: slot.call, tool: slot.tool, text: args };
    },
    calls: (cut = false) =>
      slots.slice(0, cut && !isComplete(slots.at(-1)?.args ?? '') ? -1 : undefined).map(({ call, tool, args, extra }) => ({
        call,
        tool,
        args: args.trim() === '' ? '{}' : args,
        ...(extra === undefined ? {} : { extra }),
      })),
  };
}

/** The call that a fragment goes on with; undefined where it begins a new one. A fragment without a name never begins one. */
function findSlot(slots: readonly Slot[], { index, id, name, args }: Piece): Slot | undefined {
  const same = id === undefined ? undefined : slots.findLast((slot) => slot.vendorId === id);
  if (same !== undefined) return same;
  const slot = index === undefined ? slots.at(-1) : slots.findLast((one) => one.index === index);
  if (slot === undefined || name === '' || slot.tool === '') return slot;
  const anotherId = id !== undefined && slot.vendorId !== undefined;
  const anotherName = index === undefined && name !== slot.tool;
  const afterWhole = args.trim() !== '' && slot.args.trim() !== '{}' && isComplete(slot.args);
  return anotherId || anotherName || afterWhole ? undefined : slot;
}

interface Piece {
  index: number | undefined;
  id: string | undefined;
  name: string;
  args: string;
}

function read(fragment: Fragment): Piece {
  const fn = isRecord(fragment.function) ? fragment.function : {};
  return {
    index: typeof fragment.index === 'number' ? fragment.index : undefined,
    id: typeof fragment.id === 'string' && fragment.id !== '' ? fragment.id : undefined,
    name: typeof fn.name === 'string' ? fn.name : '',
    args: typeof fn.arguments === 'string' ? fn.arguments : isRecord(fn.arguments) ? JSON.stringify(fn.arguments) : '',
  };
}

export function unusedId(wanted: string | undefined, used: ReadonlySet<string>): string {
  if (wanted === undefined) return `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
  let id = wanted;
  for (let n = 2; used.has(id); n++) id = `${wanted}_${n}`;
  return id;
}

/** No proper prefix of a JSON object is one, so a complete object has nothing more to come. */
export function isComplete(args: string): boolean {
  if (!args.trimEnd().endsWith('}')) return false;
  try {
    return isRecord(JSON.parse(args));
  } catch {
    // The expected case while fragments are still to come.
    return false;
  }
}
