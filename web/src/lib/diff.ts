export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
  /** From 1; null on the side that does not have the line. */
  readonly before: number | null;
  readonly after: number | null;
}

/** More lines than this are compared as one block. */
const most = 2_000;

/** table[i][j] is the length of the longest common part of before[i…] and after[j…]. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint16Array[] {
  const table = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--) {
    const row = table[i] as Uint16Array;
    const below = table[i + 1] as Uint16Array;
    for (let j = after.length - 1; j >= 0; j--) {
      row[j] =
        before[i] === after[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}

function middle(before: readonly string[], after: readonly string[]): ('same' | 'removed' | 'added')[] {
  if (before.length > most || after.length > most) {
    return [...before.map(() => 'removed' as const), ...after.map(() => 'added' as const)];
  }
  const table = commonLengths(before, after);
  const kinds: ('same' | 'removed' | 'added')[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      kinds.push('same');
      i++;
      j++;
    } else if (j >= after.length || (i < before.length && (table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0))) {
      kinds.push('removed');
      i++;
    } else {
      kinds.push('added');
      j++;
    }
  }
  return kinds;
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** What changed from one text to another, line by line. */
export function diff(before: string, after: string): DiffLine[] {
  const old = linesOf(before);
  const now = linesOf(after);
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const kinds: DiffLine['kind'][] = [
    ...Array<'same'>(head).fill('same'),
    ...middle(old.slice(head, old.length - tail), now.slice(head, now.length - tail)),
    ...Array<'same'>(tail).fill('same'),
  ];
  let i = 0;
  let j = 0;
  return kinds.map((kind) => {
    const text = (kind === 'added' ? now[j] : old[i]) ?? '';
    const before = kind === 'added' ? null : ++i;
    const after = kind === 'removed' ? null : ++j;
    return { kind, text, before, after };
  });
}
