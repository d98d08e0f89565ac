import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../lib/api.ts';
import type { Resource } from '../lib/resource.ts';
import { useNow } from '../lib/resource.ts';
import { link, signInLink } from '../lib/route.ts';
import { useSession } from '../lib/session.ts';
import { absolute, relative } from '../lib/time.ts';

type Tone = 'good' | 'warn' | 'bad' | 'info' | 'calm';

/** The first screen leaves the focus where the browser has put it: before the page. */
let isFirst = true;

/** A screen: its heading gets the focus when one comes to it, so that a screen reader says where one is. */
export function Screen(props: {
  title: string;
  about?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${props.title} · migrator`;
  }, [props.title]);
  useEffect(() => {
    if (!isFirst) heading.current?.focus({ preventScroll: true });
    isFirst = false;
  }, []);
  return (
    <>
      <div class="head">
        <div class="title">
          <h1 ref={heading} tabIndex={-1}>{props.title}</h1>
          {props.about !== undefined && <p class="muted">{props.about}</p>}
        </div>
        {props.actions !== undefined && <div class="row">{props.actions}</div>}
      </div>
      {props.children}
    </>
  );
}

/** A part of a screen under a heading of its own. `flush`: its content reaches the edges. */
export function Card(props: {
  title?: string;
  aside?: ComponentChildren;
  flush?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  const id = useId();
  return (
    <section class={props.flush === true ? 'card flush' : 'card'} aria-labelledby={props.title === undefined ? undefined : id}>
      {props.title !== undefined && (
        <div class="head">
          <h2 id={id}>{props.title}</h2>
          {props.aside !== undefined && <div class="row muted small">{props.aside}</div>}
        </div>
      )}
      {props.children}
    </section>
  );
}

export function Badge(props: { tone: Tone; children: ComponentChildren }): JSX.Element {
  return <span class={`badge ${props.tone}`}>{props.children}</span>;
}

/** `urgent` is read out at once. */
export function Notice(props: { tone: Tone; urgent?: boolean; children: ComponentChildren }): JSX.Element {
  return (
    <div class={`notice ${props.tone}`} role={props.urgent === true ? 'alert' : undefined}>
      {props.children}
    </div>
  );
}

export function Empty(props: { children: ComponentChildren }): JSX.Element {
  return <div class="empty">{props.children}</div>;
}

export function Loading(props: { what: string }): JSX.Element {
  return <p class="loading" role="status">Loading {props.what}…</p>;
}

export function Failure(props: { error: ApiError; what: string; retry?: () => void }): JSX.Element {
  const { status } = props.error;
  const { me, refresh } = useSession();
  useEffect(() => {
    // The proof has ended meanwhile: the frame has to know, too.
    if (status === 401 && me.name !== null) refresh();
  }, [status]);
  if (status === 401) {
    return (
      <Notice tone="warn" urgent>
        <strong>Sign in to see {props.what}.</strong>
        <p>{props.error.message}</p>
        <p><a href={signInLink()}>Sign in</a></p>
      </Notice>
    );
  }
  if (status === 403) {
    return (
      <Notice tone="warn" urgent>
        <strong>Your role does not allow you to see {props.what}.</strong>
        <p>{props.error.message}</p>
      </Notice>
    );
  }
  return (
    <Notice tone="bad" urgent>
      <strong>{status === 404 ? 'Not found.' : `Could not load ${props.what}.`}</strong>
      <p>{props.error.message}</p>
      {props.retry !== undefined && status !== 404 && (
        <p><button type="button" onClick={props.retry}>Try again</button></p>
      )}
    </Notice>
  );
}

/** What was loaded; before that, that it loads or why it does not. Something older stays while the newer fails. */
export function Loaded<T>(props: {
  of: Resource<T>;
  what: string;
  children: (data: T) => ComponentChildren;
}): JSX.Element {
  const { data, error, reload } = props.of;
  return (
    <>
      {error !== null && <Failure error={error} what={props.what} retry={reload} />}
      {data !== null ? props.children(data) : error === null && <Loading what={props.what} />}
    </>
  );
}

/** "2026-11-29 01:37:46 UTC (3 minutes ago)". */
export function Time(props: { at: string }): JSX.Element {
  const now = useNow();
  const difference = relative(props.at, now);
  return (
    <span>
      <time dateTime={props.at} class="nowrap">{absolute(props.at)}</time>
      {difference !== '' && <> <span class="muted nowrap">({difference})</span></>}
    </span>
  );
}

/** A table that can be scrolled sideways with the keyboard, and folds on a narrow screen. */
export function Table(props: {
  caption: string;
  columns: readonly (string | { readonly name: string; readonly number: boolean })[];
  stale?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={props.caption}>
      <table class={props.stale === true ? 'folds stale' : 'folds'} aria-busy={props.stale === true}>
        <caption class="visually-hidden">{props.caption}</caption>
        <thead>
          <tr>
            {props.columns.map((column) =>
              typeof column === 'string' ? (
                <th scope="col" key={column}>{column}</th>
              ) : (
                <th scope="col" key={column.name} class={column.number ? 'number' : undefined}>{column.name}</th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}

/** A share as a bar; what it means stands beside it as text. */
export function Bar(props: { parts: readonly { readonly share: number; readonly tone?: 'good' | 'bad' }[] }): JSX.Element {
  return (
    <span class="meter" aria-hidden="true">
      {props.parts.map((part, index) => (
        <span
          key={index}
          class={`fill ${part.tone ?? ''} ${part.share <= 0 ? 'none' : ''}`}
          style={{ width: `${Math.min(1, Math.max(0, part.share)) * 100}%` }}
        />
      ))}
    </span>
  );
}

async function toClipboard(text: string, source: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain HTTP there is no clipboard: select the text, so that a key does it.
    const selection = window.getSelection();
    if (source !== null && selection !== null) selection.selectAllChildren(source);
    return false;
  }
}

/** A text to copy, such as a command. */
export function Copy(props: { text: string; what: string }): JSX.Element {
  const [said, setSaid] = useState('');
  const text = useRef<HTMLPreElement>(null);
  const copy = async () => {
    setSaid((await toClipboard(props.text, text.current)) ? 'Copied' : 'Selected: press Ctrl+C');
  };
  return (
    <div class="copy">
      <pre ref={text}>{props.text}</pre>
      <span class="row">
        <button type="button" onClick={copy} aria-label={`Copy ${props.what}`}>{said === '' ? 'Copy' : said}</button>
        <span class="visually-hidden" role="status">{said}</span>
      </span>
    </div>
  );
}

export function Facts(props: { of: readonly (readonly [name: string, value: ComponentChildren])[] }): JSX.Element {
  return (
    <dl class="facts">
      {props.of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** How a list that begins with the newest goes on, and back to where it began; nothing for a list of one page. */
export function OlderPages(props: {
  /** Of the screen. */
  readonly path: string;
  readonly what: string;
  /** Where this page begins; empty: with the newest. */
  readonly after: string;
  readonly next: string | null;
}): JSX.Element | null {
  const { path, after, next } = props;
  if (next === null && after === '') return null;
  return (
    <div class="head">
      <nav class="row" aria-label={`Pages of ${props.what}`}>
        {after !== '' && <a class="button" href={link([path])}>Newest</a>}
        {next !== null && <a class="button" href={link([path], { after: next })}>Older</a>}
      </nav>
    </div>
  );
}
