import type { ComponentChildren, JSX } from 'preact';
import { signInLink } from '../lib/route.ts';
import { type Me, useSession } from '../lib/session.ts';

interface PlaceLink {
  readonly path: string;
  readonly name: string;
  /** Whether it is of use to somebody. */
  readonly isFor: (me: Me) => boolean;
}

const mayRead = (me: Me) => me.may.read;
const places: readonly PlaceLink[] = [
  { path: 'fleet', name: 'Fleet', isFor: mayRead },
  { path: 'plan', name: 'Plan', isFor: mayRead },
  { path: 'roll-out', name: 'Roll out', isFor: (me) => me.may.plan },
  { path: 'runs', name: 'Runs', isFor: mayRead },
  { path: 'versions', name: 'Versions', isFor: mayRead },
  // The audit is for admins; without authentication everybody may read it, from wherever.
  { path: 'audit', name: 'Audit', isFor: (me) => me.may.admin || !me.authentication },
];

/** Screens that stand below one of the navigation. */
const above: Readonly<Record<string, string>> = { tenants: 'fleet' };

function Mark(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#1f4fa3" />
      <path d="M7 22h5v4H7zM13.500 15h5v11h-5zM20 8h5v18h-5z" fill="#fff" />
    </svg>
  );
}

function Who(): JSX.Element {
  const { me } = useSession();
  if (!me.authentication) {
    return <span class="who"><a href="#/sign-in">No authentication</a>{!me.may.apply && <span>look and plan only</span>}</span>;
  }
  if (me.name === null) return <span class="who"><a class="button" href={signInLink()}>Sign in</a></span>;
  return <span class="who"><span><a href="#/sign-in">{me.name}</a> ({me.role ?? 'no role'})</span></span>;
}

export function Frame(props: { at: string; known: boolean; children: ComponentChildren }): JSX.Element {
  const { me, release } = useSession();
  const at = above[props.at] ?? props.at;
  const skip = (event: Event) => {
    event.preventDefault();
    document.querySelector<HTMLElement>('h1')?.focus();
  };
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>Skip to the content</a>
      <header class="bar">
        <div>
          <a class="brand" href="#/fleet"><Mark />migrator</a>
          <nav aria-label="Main">
            <ul class="plain">
              {places.filter((place) => place.isFor(me)).map(({ path, name }) => (
                <li key={path}><a href={`#/${path}`} aria-current={path === at ? 'page' : undefined}>{name}</a></li>
              ))}
            </ul>
          </nav>
          {props.known ? <Who /> : <span class="who" />}
        </div>
      </header>
      <main id="content">{props.children}</main>
      <footer class="foot">migrator {release}</footer>
    </>
  );
}
