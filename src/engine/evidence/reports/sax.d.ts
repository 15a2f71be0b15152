/** What is used here of the `sax` package, which brings no types. */
declare module 'sax' {
  interface Parser {
    onerror: (error: Error) => void;
    onopentag: (tag: { name: string; attributes: Record<string, string> }) => void;
    onclosetag: (name: string) => void;
    write(text: string): Parser;
    close(): Parser;
  }
  interface Sax {
    /** Longer attributes and texts are errors, or come in parts. */
    MAX_BUFFER_LENGTH: number;
    parser(strict: boolean): Parser;
  }
  const sax: Sax;
  export default sax;
}
