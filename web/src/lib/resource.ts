import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api.ts';

export interface Resource<T> {
  /** The newest answer; stays while a newer one is on its way. Null before the first. */
  readonly data: T | null;
  /** Of the last try; null when it succeeded. */
  readonly error: ApiError | null;
  readonly loading: boolean;
  readonly reload: () => void;
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, error instanceof Error ? error.message : String(error));
}

/** What `load` gives, loaded again when one of `inputs` changes; the answer to older inputs never overwrites a newer one. */
export function useResource<T>(load: (signal: AbortSignal) => Promise<T>, inputs: readonly unknown[]): Resource<T> {
  const [state, setState] = useState<Omit<Resource<T>, 'reload'>>({ data: null, error: null, loading: true });
  const [turn, setTurn] = useState(0);
  const newest = useRef(load);
  newest.current = load;
  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    newest.current(controller.signal).then(
      (data) => {
        if (!controller.signal.aborted) setState({ data, error: null, loading: false });
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        setState((before) => ({ ...before, error: asApiError(error), loading: false }));
      },
    );
    return () => controller.abort();
  }, [...inputs, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return { ...state, reload };
}

/**
 * Calls `work` now and again `pause` milliseconds after it has ended, as long as `active`; not while the page is hidden,
 * and at once when it is seen again, or when `turn` changes.
 */
export function usePolling(work: (signal: AbortSignal) => Promise<void>, pause: number, active: boolean, turn = 0): void {
  const newest = useRef(work);
  newest.current = work;
  useEffect(() => {
    if (!active) return undefined;
    const controller = new AbortController();
    let timer = 0;
    let working = false;
    const next = () => {
      window.clearTimeout(timer);
      if (document.hidden || working) return;
      working = true;
      void newest.current(controller.signal).finally(() => {
        working = false;
        if (!controller.signal.aborted) timer = window.setTimeout(next, pause);
      });
    };
    const seen = () => {
      if (!document.hidden) next();
    };
    document.addEventListener('visibilitychange', seen);
    next();
    return () => {
      controller.abort();
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [pause, active, turn]);
}

/** The time, each `pause` milliseconds anew. */
export function useNow(pause = 10_000): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), pause);
    return () => window.clearInterval(timer);
  }, [pause]);
  return now;
}
