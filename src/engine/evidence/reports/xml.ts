/** Reads an XML report as it streams: never as a whole in memory, with no entity but XML's own five. */
/// <reference path="./sax.d.ts" />
import { createReadStream } from 'node:fs';
import sax from 'sax';

// A message of a failed test may be long; what is longer than this is no report.
sax.MAX_BUFFER_LENGTH = 8 * 1024 * 1024;

const DEEPEST = 200;

export interface XmlReader {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  close(name: string): void;
}

/**
 * Invariant: entities that a document declares are never expanded; one that uses them is malformed, and so is one nested past all sense.
 * False where it is malformed: what was read of it must not be used.
 */
export async function readXml(file: string, reader: XmlReader): Promise<boolean> {
  const parser = sax.parser(true);
  let depth = 0;
  let isBroken = false;
  parser.onerror = () => {
    isBroken = true;
  };
  parser.onopentag = ({ name, attributes }) => {
    depth += 1;
    if (depth > DEEPEST) isBroken = true;
    else reader.open(localName(name), attributes);
  };
  parser.onclosetag = (name) => {
    depth -= 1;
    reader.close(localName(name));
  };
  for await (const chunk of createReadStream(file, { encoding: 'utf8' })) {
    if (!isBroken) parser.write(String(chunk));
    if (isBroken) return false;
  }
  parser.close();
  return !isBroken;
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);
