/** What went wrong with a request, in the service's own words where it had any. */
export class ApiError extends Error {
  constructor(
    /** Of HTTP; 0 when there was no answer. */
    readonly status: number,
    message: string,
    /** The body, when it was JSON. */
    readonly body: unknown = null,
  ) {
    super(message);
  }
}

export interface ApiAnswer<T> {
  readonly status: number;
  readonly body: T;
  readonly text: string;
}

export interface ApiCall {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** The answer is text, not JSON. */
  readonly text?: boolean;
}

function messageOf(body: unknown, text: string, status: number): string {
  if (typeof body === 'object' && body !== null) {
    const { error, message } = body as { error?: unknown; message?: unknown };
    if (typeof error === 'string') return error;
    if (typeof message === 'string') return message;
  }
  if (text !== '' && text.length < 300 && !text.trimStart().startsWith('<')) return text;
  if (status === 502 || status === 503 || status === 504) {
    return `The service did not answer in time (HTTP ${status} of a proxy or balancer). Whatever it was doing continues.`;
  }
  return `The service answered with HTTP ${status}.`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/**
 * The address of a path of the API: "https://host/migrator/v1/status". The console stands at {pathPrefix}/console/, whatever
 * a proxy makes of the prefix.
 */
export function address(path: string): string {
  return new URL(`../${path}`, document.baseURI).href;
}

/**
 * Asks `path`, such as "v1/status". Resolves for 2xx alone; all else rejects with ApiError. An answer that is not JSON is
 * null: a proxy's page for signing in, say.
 */
export async function call<T>(path: string, options: ApiCall = {}): Promise<ApiAnswer<T>> {
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers };
  const init: RequestInit = { method: options.method ?? 'GET', headers, credentials: 'same-origin', redirect: 'error' };
  if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(options.body);
  }
  if (options.signal !== undefined) init.signal = options.signal;
  let response: Response;
  let text: string;
  try {
    response = await fetch(address(path), init);
    text = await response.text();
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    throw new ApiError(0, 'The service cannot be reached. Check the network, or whether a proxy asks you to sign in again.');
  }
  const body = parsed(text);
  if (!response.ok) throw new ApiError(response.status, messageOf(body, text, response.status), body);
  if (options.text !== true && body === null && text !== '' && text.trim() !== 'null') {
    throw new ApiError(response.status, 'The answer is not JSON. A proxy may be asking you to sign in: reload the page.');
  }
  return { status: response.status, body: body as T, text };
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await call<T>(path, { signal })).body;
}
