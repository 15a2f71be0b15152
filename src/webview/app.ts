/** What every part of a window reaches: what is known, and the host. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { connect, type Host } from './host.js';
import { createStore, type Store } from './store.js';

export interface App {
  store: Store;
  host: Host;
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error('rendered outside of the app');
  return app;
}

export function createApp(): App {
  let host: Host | undefined;
  const store = createStore(() => {
    if (host === undefined) throw new Error('the store was used before the host was there');
    return host;
  });
  host = connect(store.hear);
  return { store, host };
}
