import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export interface Me {
  /** Null when nobody is known: no proof is configured, or none was given. */
  readonly name: string | null;
  readonly proof: string | null;
  /** By the cookie of the console. */
  readonly session: boolean;
  readonly role: string | null;
  /** Whether the service knows who asks at all. */
  readonly authentication: boolean;
  readonly may: { readonly read: boolean; readonly plan: boolean; readonly apply: boolean; readonly admin: boolean };
  /** Why less is allowed than one might expect; empty otherwise. */
  readonly why: string;
}

export interface Session {
  readonly me: Me;
  readonly release: string;
  /** Asks again who one is. */
  readonly refresh: () => void;
}

export const nobody: Me = {
  name: null,
  proof: null,
  session: false,
  role: null,
  authentication: true,
  may: { read: false, plan: false, apply: false, admin: false },
  why: '',
};

export const SessionContext = createContext<Session>({ me: nobody, release: '', refresh: () => undefined });

export function useSession(): Session {
  return useContext(SessionContext);
}
