/** Reads what is pasted or dropped: files as base64, paths that the editor drags as text. */

/** Bytes of one attachment; larger ones are refused by the host with a reason. */
export async function attachmentsOf(file: File): Promise<{ name: string; base64: string }> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error(`${file.name} could not be read`));
    reader.readAsDataURL(file);
  });
  return { name: file.name === '' ? 'pasted' : file.name, base64: url.slice(url.indexOf(',') + 1) };
}

/** What the explorer drags, as paths of the session's folder where they are in it. */
export function droppedPaths(data: Pick<DataTransfer, 'getData'> | null, folder: string | undefined): string[] {
  const list = data?.getData('application/vnd.code.uri-list') || data?.getData('text/uri-list') || '';
  return list
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => {
      const path = pathOf(line);
      if (path === undefined) return [];
      const isInside = folder !== undefined && comparable(path).startsWith(`${comparable(folder)}/`);
      return [isInside ? path.slice(folder.length + 1) : path];
    });
}

/** A path of Windows has both slashes and no case. */
const comparable = (path: string): string => (/^([A-Za-z]:|[\\/]{2})/.test(path) ? path.replaceAll('\\', '/').toLowerCase() : path);

/** A drive of Windows is named without the slash before it, a folder of another machine with that machine. */
function pathOf(uri: string): string | undefined {
  try {
    const { protocol, host, pathname } = new URL(uri);
    const path = decodeURIComponent(pathname);
    return protocol === 'file:' && host !== '' ? `//${host}${path}` : path.replace(/^\/(?=[A-Za-z]:)/, '');
  } catch {
    // Not a URI: some other text is dragged, which is not ours to take.
    return undefined;
  }
}
