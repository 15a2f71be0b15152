/** Styles are imported for the bundler alone: it writes them beside the script. */
declare module '*.css';
