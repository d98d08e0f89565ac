import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Screen, Notice } from './parts/basics.tsx';
import { useResource } from './lib/resource.ts';
import { type Route, parseRoute } from './lib/route.ts';
import { type Session, SessionContext, nobody } from './lib/session.ts';
import { loadRelease } from './lib/service.ts';
import { Frame } from './parts/frame.tsx';

function useRoute(): Route {
  const [hash, setHash] = useState(window.location.hash);
  useEffect(() => {
    const changed = () => {
      setHash(window.location.hash);
      window.scrollTo(0, 0);
    };
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return useMemo(() => parseRoute(hash), [hash]);
}

function NotFound(): JSX.Element {
  return (
    <Screen title="No such page">
      <Notice tone="warn">
        <p>The console has no page of this address.</p>
        <p><a href="#/">Go to the fleet</a></p>
      </Notice>
    </Screen>
  );
}

export function App(): JSX.Element {
  const route = useRoute();
  const release = useResource(loadRelease, []);
  const session: Session = { me: nobody, release: release.data ?? '', refresh: () => undefined };
  return (
    <SessionContext.Provider value={session}>
      <Frame at={route.path[0] ?? 'fleet'}>
        <NotFound key={window.location.hash} />
      </Frame>
    </SessionContext.Provider>
  );
}
