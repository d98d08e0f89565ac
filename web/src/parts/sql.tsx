import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { diff } from '../lib/diff.ts';
import type { SqlToken } from '../lib/sql.ts';
import { tokenLines } from '../lib/sql.ts';
import { number } from '../lib/text.ts';

const classes = { plain: undefined, keyword: 'k', string: 's', comment: 'c', number: 'n', placeholder: 'p' };
/** Lines shown at first. */
const most = 400;

function Line(props: { tokens: readonly SqlToken[] }): JSX.Element {
  return (
    <>
      {props.tokens.map((token, index) =>
        classes[token.kind] === undefined ? token.text : <span key={index} class={classes[token.kind]}>{token.text}</span>,
      )}
      {'\n'}
    </>
  );
}

/** SQL with the numbers of its lines. `marked`: a line to look at, from 1; `first`: the number of the first line. */
export function Sql(props: { text: string; name: string; marked?: number; first?: number; placeholder?: string }): JSX.Element {
  const lines = useMemo(() => tokenLines(props.text, props.placeholder), [props.text, props.placeholder]);
  const [all, setAll] = useState(false);
  const shown = all || lines.length <= most + 50 ? lines : lines.slice(0, most);
  return (
    <>
      <div class="code" tabIndex={0} role="region" aria-label={props.name}>
        <pre>
          {shown.map((tokens, index) => {
            const line = index + (props.first ?? 1);
            return (
              <span key={index} class={line === props.marked ? 'line marked' : 'line'} data-number={line}>
                <Line tokens={tokens} />
              </span>
            );
          })}
        </pre>
      </div>
      {shown.length < lines.length && (
        <p><button type="button" onClick={() => setAll(true)}>Show all {number(lines.length)} lines</button></p>
      )}
    </>
  );
}

const signs = { same: ' ', removed: '−', added: '+' };

/** What changed from one text to another. */
export function Diff(props: { before: string; after: string; name: string }): JSX.Element {
  const lines = useMemo(() => diff(props.before, props.after), [props.before, props.after]);
  return (
    <div class="code" tabIndex={0} role="region" aria-label={props.name}>
      <pre>
        {lines.map((line, index) => (
          <span key={index} class={`line ${line.kind}`} data-number={line.after ?? line.before ?? ''}>
            <span class="visually-hidden">{line.kind === 'same' ? '' : `${line.kind}: `}</span>
            <span aria-hidden="true">{signs[line.kind]} </span>
            {line.text}
            {'\n'}
          </span>
        ))}
      </pre>
    </div>
  );
}
