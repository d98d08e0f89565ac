export type SqlKind = 'plain' | 'keyword' | 'string' | 'comment' | 'number' | 'placeholder';

export interface SqlToken {
  readonly kind: SqlKind;
  readonly text: string;
}

const keywords = new Set(
  `add all alter analyze and any as asc before begin between by cascade case check collate column comment commit
   concurrently conflict constraint create cross current_date current_timestamp database default deferrable delete desc
   distinct do drop each else end enable except execute exists extension false for foreign from full function grant group
   having if in index inner insert intersect into is join key language left like limit lock materialized merge not notnull
   null nulls of offset on only or order outer over partition primary procedure publication references rename replace
   restrict returning returns revoke right role rollback row rows savepoint schema select sequence set table temporary
   then to transaction trigger true truncate type union unique unlogged update using valid validate values view when where
   with without`.split(/\s+/),
);

const parts = [
  '(?<comment>--[^\\n]*|/\\*[\\s\\S]*?(?:\\*/|$))',
  "(?<string>[eE]?'(?:[^'\\\\]|''|\\\\[\\s\\S])*(?:'|$)|(?<quote>\\$[A-Za-z_]*\\$)[\\s\\S]*?(?:\\k<quote>|$))",
  '(?<number>\\b\\d+(?:\\.\\d+)?\\b)',
  '(?<word>[A-Za-z_][\\w$]*)',
];

function patternFor(placeholder: string): RegExp {
  const literal = placeholder.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp([...(literal === '' ? [] : [`(?<placeholder>${literal})`]), ...parts].join('|'), 'g');
}

function kindOf(groups: Record<string, string | undefined>): SqlKind {
  if (groups.placeholder !== undefined) return 'placeholder';
  if (groups.comment !== undefined) return 'comment';
  if (groups.string !== undefined) return 'string';
  if (groups.number !== undefined) return 'number';
  return keywords.has((groups.word ?? '').toLowerCase()) ? 'keyword' : 'plain';
}

/** `text` cut around each `placeholder`. */
function withPlaceholders(kind: SqlKind, text: string, placeholder: string): SqlToken[] {
  if (placeholder === '' || !text.includes(placeholder)) return [{ kind, text }];
  return text
    .split(placeholder)
    .flatMap((part, index): SqlToken[] => [
      ...(index > 0 ? [{ kind: 'placeholder' as const, text: placeholder }] : []),
      ...(part === '' ? [] : [{ kind, text: part }]),
    ]);
}

/** SQL in pieces that are shown differently; together they are the text. Never fails: what is not understood is plain. */
export function tokens(sql: string, placeholder = '{schema}'): SqlToken[] {
  const all: { kind: SqlKind; text: string }[] = [];
  const add = (kind: SqlKind, text: string) => {
    const last = all.at(-1);
    if (last?.kind === kind) last.text += text;
    else if (text !== '') all.push({ kind, text });
  };
  let at = 0;
  for (const match of sql.matchAll(patternFor(placeholder))) {
    add('plain', sql.slice(at, match.index));
    add(kindOf(match.groups ?? {}), match[0]);
    at = match.index + match[0].length;
  }
  add('plain', sql.slice(at));
  return all.flatMap((token) => withPlaceholders(token.kind, token.text, placeholder));
}

/** The tokens of each line, without line breaks. */
export function tokenLines(sql: string, placeholder?: string): SqlToken[][] {
  const lines: SqlToken[][] = [[]];
  for (const token of tokens(sql, placeholder)) {
    token.text.split('\n').forEach((text, index) => {
      if (index > 0) lines.push([]);
      if (text !== '') lines.at(-1)?.push({ kind: token.kind, text: text.replace(/\r$/, '') });
    });
  }
  if (lines.length > 1 && lines.at(-1)?.length === 0) lines.pop();
  return lines;
}
