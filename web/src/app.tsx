import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useResource } from './lib/resource.ts';
import { type Route, parseRoute } from './lib/route.ts';
import { loadMe, loadRelease } from './lib/service.ts';
import { type Session, SessionContext, nobody } from './lib/session.ts';
import { Failure, Loading, Notice, Screen } from './parts/basics.tsx';
import { Frame } from './parts/frame.tsx';
import { AuditScreen } from './screens/audit.tsx';
import { FleetScreen } from './screens/fleet.tsx';
import { PlanScreen } from './screens/plan.tsx';
import { RollOutScreen } from './screens/rollout.tsx';
import { RunScreen } from './screens/run.tsx';
import { RunsScreen } from './screens/runs.tsx';
import { SignInScreen } from './screens/sign_in.tsx';
import { TenantScreen } from './screens/tenant.tsx';
import { VersionScreen, VersionsScreen } from './screens/versions.tsx';

function useRoute(): Route {
  const [hash, setHash] = useState(window.location.hash);
  useEffect(() => {
    const changed = () => setHash(window.location.hash);
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
        <p><a href="#/fleet">Go to the fleet</a></p>
      </Notice>
    </Screen>
  );
}

/** The same place has the same key: its state stays while the query changes. */
function Place(props: { route: Route }): JSX.Element {
  const { route } = props;
  const [first = 'fleet', second, ...more] = route.path;
  const key = route.path.join('/');
  useEffect(() => window.scrollTo(0, 0), [key]);
  if (more.length > 0) return <NotFound />;
  if (second !== undefined) {
    if (first === 'tenants') return <TenantScreen key={key} tenant={second} />;
    if (first === 'runs') return <RunScreen key={key} id={second} />;
    if (first === 'versions') return <VersionScreen key={key} id={second} />;
    return <NotFound />;
  }
  switch (first) {
    case 'fleet':
      return <FleetScreen key={key} route={route} />;
    case 'plan':
      return <PlanScreen key={key} route={route} />;
    case 'roll-out':
      return <RollOutScreen key={key + route.query.toString()} route={route} />;
    case 'runs':
      return <RunsScreen key={key} route={route} />;
    case 'versions':
      return <VersionsScreen key={key} route={route} />;
    case 'audit':
      return <AuditScreen key={key} route={route} />;
    case 'sign-in':
      return <SignInScreen key={key} route={route} />;
    default:
      return <NotFound key={key} />;
  }
}

export function App(): JSX.Element {
  const route = useRoute();
  const release = useResource(loadRelease, []);
  const me = useResource(loadMe, []);
  const session: Session = { me: me.data ?? nobody, release: release.data ?? '', refresh: me.reload };
  return (
    <SessionContext.Provider value={session}>
      <Frame at={route.path[0] ?? 'fleet'} known={me.data !== null}>
        {me.error !== null && me.data === null && <Failure error={me.error} what="the console" retry={me.reload} />}
        {me.data === null ? me.error === null && <Loading what="the console" /> : <Place route={route} key={me.data.name ?? ''} />}
      </Frame>
    </SessionContext.Provider>
  );
}
