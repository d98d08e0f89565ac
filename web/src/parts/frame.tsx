import type { ComponentChildren, JSX } from 'preact';
import { useSession } from '../lib/session.ts';

const places: readonly (readonly [path: string, name: string])[] = [
  ['fleet', 'Fleet'],
  ['plan', 'Plan'],
  ['roll-out', 'Roll out'],
  ['runs', 'Runs'],
  ['versions', 'Versions'],
  ['audit', 'Audit'],
];

/** Screens that stand below one of the navigation. */
const above: Readonly<Record<string, string>> = { tenants: 'fleet' };

export function Frame(props: { at: string; children: ComponentChildren }): JSX.Element {
  const { release } = useSession();
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
          <a class="brand" href="#/">
            <svg viewBox="0 0 32 32" aria-hidden="true">
              <rect width="32" height="32" rx="7" fill="#1f4fa3" />
              <path d="M7 22h5v4H7zM13.500 15h5v11h-5zM20 8h5v18h-5z" fill="#fff" />
            </svg>
            migrator
          </a>
          <nav aria-label="Main">
            <ul class="plain">
              {places.map(([path, name]) => (
                <li key={path}>
                  <a href={`#/${path}`} aria-current={path === at ? 'page' : undefined}>{name}</a>
                </li>
              ))}
            </ul>
          </nav>
        </div>
      </header>
      <main id="content">{props.children}</main>
      <footer class="foot">migrator {release}</footer>
    </>
  );
}
