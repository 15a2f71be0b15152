/** Checks of Go modules and Rust crates: the tools' own commands. */
import { fileAt, firstWith, type Place } from './place.js';
import { type CheckSpec, timeoutOf } from './spec.js';

const TOOLS: readonly (readonly [file: string, checks: readonly (readonly [name: string, command: string])[]])[] = [
  [
    'go.mod',
    [
      ['build', 'go build ./...'],
      ['lint', 'go vet ./...'],
      ['test', 'go test ./...'],
    ],
  ],
  [
    'Cargo.toml',
    [
      ['build', 'cargo build --all-targets'],
      ['test', 'cargo test'],
    ],
  ],
];

export function detectCompiled(places: readonly Place[]): CheckSpec[] {
  return TOOLS.flatMap(([file, checks]) => {
    const found = firstWith(places, [file]);
    if (!found) return [];
    return checks.map(([name, command]) => ({
      name,
      command,
      cwd: found.place.path,
      source: file,
      definedIn: [fileAt(found.place, file)],
      timeoutSeconds: timeoutOf(name),
    }));
  });
}
