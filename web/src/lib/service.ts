import { get } from './api.ts';

export async function loadRelease(signal: AbortSignal): Promise<string> {
  return (await get<{ release: string }>('', signal)).release;
}
