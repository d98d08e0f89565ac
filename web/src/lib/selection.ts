import type { Selection } from './model.ts';
import { commandLine } from './text.ts';

/** Names and patterns as a person writes them: between blanks, commas or lines. */
export function namesIn(text: string): string[] {
  return text.split(/[\s,;]+/).filter((name) => name !== '');
}

/** A number or a percentage. */
export function isShare(text: string): boolean {
  const match = /^(\d{1,9})(%?)$/.exec(text);
  if (match === null) return false;
  const value = Number(match[1]);
  return match[2] === '%' ? value >= 1 && value <= 100 : value >= 1;
}

/** Why the waves cannot be meant so; empty when they can. */
export function waveProblem(waves: readonly string[]): string {
  const wrong = waves.find((wave) => !isShare(wave));
  if (wrong !== undefined) return `"${wrong}" is neither a number of tenants nor a percentage such as 10%.`;
  for (const kind of ['%', '']) {
    const values = waves.filter((wave) => wave.endsWith('%') === (kind === '%')).map(parseFloat);
    if (values.some((value, index) => index > 0 && value <= (values[index - 1] ?? 0))) {
      return 'Waves are cumulative: each has to be larger than the one before, such as 10%, 50%, 100%.';
    }
  }
  return '';
}

/** The command that does the same. */
export function applyCommand(selection: Selection): string {
  const words = ['migrator', 'apply', '--name', selection.name === '' ? 'NAME' : selection.name];
  if (selection.dryRun) words.push('--dry-run');
  if (selection.reconcile) words.push('--reconcile');
  for (const tenant of selection.tenants) words.push('--tenant', tenant);
  if (selection.canary !== '') words.push('--canary', selection.canary);
  if (selection.waves.length > 0) words.push('--waves', selection.waves.join(','));
  if (selection.maxFailures !== '') words.push('--set', `maxFailures=${selection.maxFailures}`);
  return commandLine(words);
}
