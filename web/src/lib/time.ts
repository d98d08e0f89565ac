const units: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** "2026-11-29 01:37:46 UTC"; the text itself when it is no time. */
export function absolute(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** "3 minutes ago", "in 2 hours", "just now". Empty when it is no time. */
export function relative(time: string, now: number): string {
  const difference = (now - new Date(time).getTime()) / 1000;
  if (Number.isNaN(difference)) return '';
  const size = Math.abs(difference);
  if (size < 5) return 'just now';
  const unit = units.find(([seconds]) => size >= seconds) ?? [1, 'second'];
  const value = Math.floor(size / unit[0]);
  const text = `${value} ${unit[1]}${value === 1 ? '' : 's'}`;
  return difference > 0 ? `${text} ago` : `in ${text}`;
}

/** "850 ms", "12.3 s", "4 min 05 s", "2 h 10 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** Seconds between two times. */
export function secondsBetween(from: string, to: string): number {
  return (new Date(to).getTime() - new Date(from).getTime()) / 1000;
}
