/** Where a command's effect goes: to this machine and the workspace, or beyond. What is not plainly the former counts as the latter. */
import type { Condition } from './policy-rule.js';
import type { ShellWord } from './shell.js';

type Args = readonly ShellWord[];

const uploadOption = /^(-[sSfLkivgN]*[dFT]|--data|--form|--upload-file|--json|--post-data|--post-file|--body-data|--body-file|--send)/;
const method = /^(-X|--request|--method)=?(.*)$/;
const readingMethod = /^(GET|HEAD|OPTIONS)$/i;
const reroutes = /^(-x|-K|--proxy|--preproxy|--socks|--connect-to|--resolve|--config|--dns)/;
const clientValues = new Set(
  '-o -H -d -X -u -A -F -w -m -b -e -r --output --header --data --data-raw --data-binary --request --user --user-agent --form --write-out --max-time --connect-timeout --cookie --json --retry'.split(
    ' ',
  ),
);

export const conditions: Readonly<Record<Condition, (args: Args, program: string) => boolean>> = {
  uploads: (args, program) => leavesTheMachine(args) && sends(args, program),
  'leaves-the-machine': leavesTheMachine,
  'names-a-host': (args) =>
    args.some((word) => word.kind !== 'literal' || (/^[\w.@-]+:/.test(word.text) && !/^[A-Za-z]:[\\/]/.test(word.text))),
  'for-real': (args) => !isTried(args) && !staysHere(args, /^--(registry|repository-url|publish-url|index|host|source)$/),
  'to-a-remote': (args) => !isTried(args) && !args.some((word) => word.text === '-n') && !pushesToPath(args),
  'to-a-registry': (args) => {
    const image = args.findLast((word) => !word.text.startsWith('-'));
    return image?.kind !== 'literal' || !isLoopback(image.text.replace(/^(docker|oci):\/\//, ''));
  },
  'to-a-cluster': (args) =>
    !isTried(args) && !/^(kind-|k3d-|minikube$|docker-desktop$)/.test(lastValueOf(args, /^--(kube-)?context$/) ?? ''),
  'to-a-database': toDatabase,
  'to-a-mail-server': (args) => !isTried(args) && !staysHere(args, /^(-s|--server)$/),
  'changes-the-cloud': changesTheCloud,
  'writes-to-an-api': (args) =>
    args.some((word) => /^(-f|-F|--field|--raw-field|--input)/.test(word.text) || word.kind !== 'literal') || names(args, method),
  'talks-to-a-host': (args) => leavesTheMachine(args) && !args.some((word) => /^-\w*[zl]/.test(word.text)),
};

/** Whether anything a network client is given is not plainly an address of this machine. */
function leavesTheMachine(args: Args): boolean {
  if (args.some((word) => reroutes.test(word.text))) return true;
  const targets = args.filter((word, index) => {
    return (
      !clientValues.has(args[index - 1]?.text ?? '') &&
      !word.text.startsWith('-') &&
      !/^(\d+|GET|HEAD|POST|PUT|PATCH|DELETE)$/.test(word.text)
    );
  });
  if (targets.length === 0) return !args.some((word) => /^(--version|--help|-V|-h)$/.test(word.text));
  return !targets.every((word) => word.kind === 'literal' && isLoopback(word.text));
}

/** Strict on purpose: what two readers of URLs could read differently is not taken for this machine. */
function isLoopback(target: string): boolean {
  if (/[@\\{}\s]/.test(target)) return false;
  const text = /^[a-z+]+:\/\//i.test(target) ? target.replace(/^[a-z+]+(?=:)/i, 'http') : `http://${target}`;
  if (!URL.canParse(text)) return false;
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\]|0\.0\.0\.0)$/.test(new URL(text).hostname);
}

function sends(args: Args, program: string): boolean {
  const item = /^https?$|^xh$|^httpie$/.test(program) ? /^[\w.-]+(:=@?|=(?!=)|@)/ : undefined;
  return (
    names(args, method) ||
    args.some((word) => uploadOption.test(word.text) || /^(POST|PUT|PATCH|DELETE)$/.test(word.text) || item?.test(word.text) === true)
  );
}

/** A method is named that does not only read. */
const names = (args: Args, option: RegExp): boolean =>
  args.some((word, index) => {
    const found = option.exec(word.text);
    return found !== null && !readingMethod.test(found[2] || (args[index + 1]?.text ?? ''));
  });

/** It only says what it would do, or how it is used. */
const isTried = (args: Args): boolean => args.some((word) => /^(--dry-run(=(client|server|true))?|--help)$/.test(word.text));

/** The value of the last such option, in the same word or in the next. */
function valuesOf(args: Args, option: RegExp): (string | undefined)[] {
  return args.flatMap((word, index) => {
    const [name = '', ...rest] = word.text.split('=');
    if (!option.test(name)) return [];
    if (rest.length > 0) return [word.kind === 'literal' ? rest.join('=') : undefined];
    const next = args[index + 1];
    return [next?.kind === 'literal' ? next.text : undefined];
  });
}

const lastValueOf = (args: Args, option: RegExp): string | undefined => valuesOf(args, option).at(-1);

/** It names where it goes, and that is this machine. */
function staysHere(args: Args, option: RegExp): boolean {
  const values = valuesOf(args, option);
  return values.length > 0 && values.every((value) => value !== undefined && isLoopback(value));
}

/** To a folder, which the sandbox holds like any other path. */
function pushesToPath(args: Args): boolean {
  const given = args.slice(args.findIndex((word) => word.text === 'push') + 1);
  const repository = valuesOf(given, /^--repo$/);
  const target =
    repository.length > 0
      ? repository.at(-1)
      : given.find(
          (word, index) => !word.text.startsWith('-') && !/^(-o|--push-option|--receive-pack|--exec)$/.test(given[index - 1]?.text ?? ''),
        )?.text;
  return given.every((word) => word.kind === 'literal') && target !== undefined && /^(\.{0,2}\/|file:\/\/\/)/.test(target);
}

const hostOption = /^(-h|--host|--hostname|-H|--server|-S)$/;

/** A host is named that is not this machine; where none is, it is the local one. */
function toDatabase(args: Args): boolean {
  return args.some((word, index) => {
    if (word.kind !== 'literal') return true;
    const { text } = word;
    const before = args[index - 1]?.text ?? '';
    if (hostOption.test(before)) return !isHere(text);
    const [, joined] = /^(?:-h|--host(?:name)?=|--server=)(.+)$/.exec(text) ?? [];
    if (joined !== undefined) return !isHere(joined);
    const [, inside] = /\bhost(?:addr)?=([^\s']+)/.exec(text) ?? [];
    if (inside !== undefined) return !isHere(inside);
    if (/^[a-z+]+:\/\//i.test(text)) return !isHere(text.replace(/^([a-z+]+:\/\/)[^@/]*@/i, '$1'));
    return /^[\w.-]+\.[a-z]{2,}(:\d+)?(\/|$)/i.test(text) && /:\d+/.test(text);
  });
}

/** A folder is where a socket lies. */
const isHere = (host: string): boolean => host.startsWith('/') || isLoopback(host) || /^[a-z+]+:\/\/\//i.test(host);

const reading =
  /^(describe|list|get|show|ls|head|wait|help|version|info|logs?|status|search|lookup|whoami|ps|inspect|cat|du|tail|dev|validate|synth|diff|print|filter)(-|:|$)/;
const writing =
  /^(create|delete|put|update|deploy|apply|set|add|remove|rm|cp|mv|rsync|sync|mb|rb|run|start|stop|terminate|invoke|publish|send|promote|rollback|scale|restart|attach|detach|import|restore|upload|enable|disable|modify|register|deregister|tag|untag|exec|ssh|submit|cancel|reset|destroy|up|push|link|purge|resize|launch|release|secrets?)(-|:|$)/;

/** Anything but what plainly only reads. */
function changesTheCloud(args: Args): boolean {
  const words = args.filter((word) => !word.text.startsWith('-'));
  if (words.length === 0) return !args.some((word) => /^(--version|--help|-h|-v)$/.test(word.text));
  if (words.some((word) => word.kind !== 'literal' || word.text.split(':').some((part) => writing.test(part)))) return true;
  return !words.slice(0, 4).some((word) => reading.test(word.text));
}
