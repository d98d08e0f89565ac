/** Where in the console one is: "#/tenants/acme?state=failed" is the path "tenants", "acme" and a query. */
export interface Route {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#\/?/, '');
  const question = text.indexOf('?');
  const path = question < 0 ? text : text.slice(0, question);
  return {
    path: path.split('/').filter((segment) => segment !== '').map(decoded),
    query: new URLSearchParams(question < 0 ? '' : text.slice(question + 1)),
  };
}

/** The link to a place; parameters that are empty are left out. */
export function link(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  const text = parameters.toString();
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

/** The page for signing in, which leads back to where one is. */
export function signInLink(): string {
  const here = window.location.hash.replace(/^#\/?/, '');
  return link(['sign-in'], { to: here.startsWith('sign-in') ? '' : here });
}
