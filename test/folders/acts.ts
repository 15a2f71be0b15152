/** What agents do: as calls of their tools, and as what it makes of a tree. */
import { blobId, contentBytes, keyOf, pathBytes } from './bytes.js';
import type { Act, Content } from './row.js';

/** By path, one character a byte: mode and id, as git has it. */
export type Tree = ReadonlyMap<string, string>;
type Call = Record<string, Record<string, unknown>>;

/** One call for each act. Paths are relative to the root; `up` leads there from where the agent starts. */
export function callOf(act: Act, up: string): Call {
  if (act.act === 'run') return command(act.command);
  if (isOdd(act)) return command(byNode(act, up));
  if (act.act === 'edit') return { edit_file: { path: up + act.path, old_text: act.from, new_text: act.to } };
  if (act.act === 'remove') return { delete_file: { path: up + act.path } };
  if (act.act === 'move') return { move_file: { from: up + act.path, to: up + act.to } };
  if (act.act === 'write') return { write_file: { path: up + act.path, content: act.content } };
  return command(byNode(act, up));
}

const command = (line: string): Call => ({ run_command: { command: line } });

/** What the file tools have no words for. */
function isOdd(act: Act): boolean {
  const paths = [act.act === 'run' ? '' : act.path, act.act === 'move' ? act.to : ''];
  if (paths.some((path) => /[\udc80-\udcff]/.test(path) && pathBytes(path).toString('utf8') !== path)) return true;
  return act.act === 'write' && (typeof act.content !== 'string' || act.executable === true);
}

/** Runs in the workspace; the act comes as JSON in Base64, so that no shell sees a name. */
const SCRIPT = `const fs=require('fs'),path=require('path');const a=JSON.parse(Buffer.from(process.argv[1],'base64'));
const b=(x)=>Buffer.from(x,'base64'),p=b(a.path),dir=p.subarray(0,Math.max(0,p.lastIndexOf(47)));if(dir.length)fs.mkdirSync(dir,{recursive:true});
const gone=()=>fs.rmSync(p,{recursive:true,force:true});
if(a.act==='write'){try{if(!fs.lstatSync(p).isFile())gone()}catch{}fs.writeFileSync(p,a.size===undefined?b(a.content):Buffer.alloc(a.size,a.of));fs.chmodSync(p,a.executable?0o755:0o644)}
if(a.act==='remove')gone();if(a.act==='link'){gone();fs.symlinkSync(b(a.to),p)}if(a.act==='move')fs.renameSync(p,b(a.to));
if(a.act==='mode')fs.chmodSync(p,a.executable?0o755:0o644);
if(a.act==='edit')fs.writeFileSync(p,fs.readFileSync(p,'latin1').replace(b(a.from).toString('latin1'),()=>b(a.to).toString('latin1')),'latin1')`;

function byNode(act: Exclude<Act, { act: 'run' }>, up: string): string {
  const told: Record<string, unknown> = { act: act.act, path: Buffer.concat([Buffer.from(up), pathBytes(act.path)]).toString('base64') };
  if (act.act === 'write') Object.assign(told, contentOf(act.content), { executable: act.executable ?? false });
  if (act.act === 'mode') told.executable = act.executable;
  if (act.act === 'edit') told.from = Buffer.from(act.from).toString('base64');
  if (act.act === 'move') told.to = Buffer.concat([Buffer.from(up), pathBytes(act.to)]).toString('base64');
  if (act.act === 'edit' || act.act === 'link') told.to = pathBytes(act.to).toString('base64');
  const argument = Buffer.from(JSON.stringify(told)).toString('base64');
  return `node -e "${SCRIPT.replace(/\n/g, '')}" ${argument}`;
}

function contentOf(content: Content): Record<string, unknown> {
  if (typeof content === 'string' || content instanceof Uint8Array) return { content: contentBytes(content).toString('base64') };
  return { ...content };
}

/** What the acts make of a tree. `contents`: the bytes of what is edited. */
export function after(
  tree: Tree,
  acts: readonly Act[],
  options: { format: 'sha1' | 'sha256'; read: (id: string) => Uint8Array; modeless: boolean },
): Map<string, string> {
  const now = new Map(tree);
  const contents = new Map<string, Buffer>();
  const put = (path: string, mode: string, bytes: Buffer) => {
    const key = keyOf(path);
    drop(now, key);
    // What was a file on the way is a folder now.
    for (let slash = key.lastIndexOf('/'); slash > 0; slash = key.lastIndexOf('/', slash - 1)) now.delete(key.slice(0, slash));
    now.set(key, `${mode} ${blobId(bytes, options.format)}`);
    contents.set(key, bytes);
  };
  const modeOf = (path: string, wanted: boolean): string => {
    if (options.modeless) return now.get(keyOf(path))?.split(' ')[0] ?? '100644';
    return wanted ? '100755' : '100644';
  };
  for (const act of acts.flatMap((one) => (one.act === 'run' ? (one.makes ?? []) : [one]))) {
    if (act.act === 'write') put(act.path, modeOf(act.path, act.executable ?? isExecutable(now, act)), contentBytes(act.content));
    if (act.act === 'link') put(act.path, '120000', pathBytes(act.to));
    if (act.act === 'remove') drop(now, keyOf(act.path));
    if (act.act === 'mode')
      now.set(keyOf(act.path), `${modeOf(act.path, act.executable)} ${now.get(keyOf(act.path))?.split(' ')[1] ?? ''}`);
    if (act.act === 'move') moved(now, contents, keyOf(act.path), keyOf(act.to));
    if (act.act === 'edit') {
      const key = keyOf(act.path);
      const text = Buffer.from(contents.get(key) ?? options.read(now.get(key)?.split(' ')[1] ?? '')).toString('latin1');
      const [from, to] = [Buffer.from(act.from).toString('latin1'), Buffer.from(act.to).toString('latin1')];
      put(
        act.path,
        now.get(key)?.split(' ')[0] ?? '',
        Buffer.from(
          text.replace(from, () => to),
          'latin1',
        ),
      );
    }
  }
  return now;
}

/** Text tools keep the mode of what they write. */
const isExecutable = (tree: Tree, act: { path: string; content: Content }): boolean =>
  typeof act.content === 'string' && (tree.get(keyOf(act.path))?.startsWith('100755') ?? false);

function drop(tree: Map<string, string>, key: string): void {
  for (const path of [...tree.keys()]) if (path === key || path.startsWith(`${key}/`)) tree.delete(path);
}

function moved(tree: Map<string, string>, contents: Map<string, Buffer>, from: string, to: string): void {
  for (const [path, entry] of [...tree]) {
    if (path !== from && !path.startsWith(`${from}/`)) continue;
    const bytes = contents.get(path);
    if (bytes) contents.set(to + path.slice(from.length), bytes);
    tree.delete(path);
    tree.set(to + path.slice(from.length), entry);
  }
}
