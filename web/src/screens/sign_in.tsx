import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../lib/api.ts';
import type { Route } from '../lib/route.ts';
import { signIn, signOut } from '../lib/service.ts';
import { type Me, useSession } from '../lib/session.ts';
import { Card, Facts, Notice, Screen } from '../parts/basics.tsx';

const roles = [
  ['read', 'look at files, versions, tenants, runs'],
  ['plan', 'that, and dry runs, checks and analyses'],
  ['apply', 'that, and apply; cancel own runs'],
  ['admin', 'that, and the audit; cancel the runs of others'],
] as const;

function Who(props: { me: Me }): JSX.Element {
  const { me } = props;
  const { refresh } = useSession();
  const leave = () => {
    signOut().then(refresh, refresh);
  };
  return (
    <Card title="You">
      <Facts of={[['Name', me.name ?? '–'], ['Role', me.role ?? 'none'], ['Proved by', me.session ? `${me.proof ?? 'token'}, kept in a cookie of this page` : (me.proof ?? '–')]]} />
      {me.session ? (
        <p><button type="button" onClick={leave}>Sign out</button></p>
      ) : (
        <p class="muted">Your proof comes with each request, from a proxy or a certificate. There is nothing to sign out from here.</p>
      )}
    </Card>
  );
}

function Token(props: { to: string }): JSX.Element {
  const { refresh } = useSession();
  const [token, setToken] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    signIn(token.trim())
      .then(() => {
        setToken('');
        refresh();
        window.location.hash = `#/${props.to}`;
      })
      .catch((caught: unknown) => setError(caught instanceof ApiError ? caught : new ApiError(0, String(caught))))
      .finally(() => setBusy(false));
  };
  return (
    <Card title="Sign in with a token">
      <form class="stack" onSubmit={submit}>
        <div class="field">
          <label for="token">Token</label>
          <input id="token" type="password" value={token} autocomplete="current-password" spellcheck={false} aria-describedby="token-hint" onInput={(event) => setToken(event.currentTarget.value)} />
          <span class="hint" id="token-hint">Made with <code>migrator token NAME --role ROLE</code>. It is kept in a cookie that pages cannot read, until you sign out.</span>
        </div>
        {error !== null && (
          <Notice tone="bad" urgent>
            <strong>You are not signed in.</strong>
            <p>{error.message}</p>
          </Notice>
        )}
        <p><button type="submit" class="main" disabled={isBusy || token.trim() === ''}>{isBusy ? 'Signing in…' : 'Sign in'}</button></p>
      </form>
    </Card>
  );
}

export function SignInScreen(props: { route: Route }): JSX.Element {
  const { me } = useSession();
  return (
    <Screen title={me.name === null ? 'Sign in' : 'Signed in'}>
      {!me.authentication && (
        <Notice tone="warn">
          <strong>This service has no authentication.</strong>
          <p>Everyone who reaches it may look and plan. From this page one applies only on the machine of the service itself. Set <code>tokens</code>, <code>issuers</code>, <code>balancerSigner</code> or <code>certificates</code> in the configuration.</p>
        </Notice>
      )}
      {me.authentication && me.name === null && me.why !== '' && <Notice tone="info"><p>{me.why}</p></Notice>}
      <div class="columns">
        {me.name !== null && <Who me={me} />}
        {me.authentication && (me.name === null || me.session) && <Token to={props.route.query.get('to') ?? 'fleet'} />}
        <Card title="Roles">
          <Facts of={roles} />
        </Card>
      </div>
    </Screen>
  );
}
