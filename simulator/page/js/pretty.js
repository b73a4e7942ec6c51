// Bodies made readable: XML and JSON are only laid out anew, never parsed into numbers, since ids
// have more digits than a JavaScript number holds.

import { element } from './element.js';

const INDENT = '  ';

/**
 * {text, lines}: the body laid out, and the same as elements, one a line, coloured. Anything that
 * is neither XML nor JSON stays as it is.
 */
export function pretty(body) {
  const lines = laidOut(body.trim());
  if (lines === null) return { text: body, lines: [document.createTextNode(body)] };
  const text = lines
    .map(({ depth, parts }) => INDENT.repeat(depth) + parts.map(([, words]) => words).join(''))
    .join('\n');
  return { text, lines: lines.map(drawn) };
}

function drawn({ depth, parts }) {
  const line = element(
    'span',
    { class: 'code-line' },
    parts.map(([kind, words]) => element('span', { class: `tok-${kind}` }, words)),
  );
  line.style.setProperty('--depth', depth);
  return line;
}

function laidOut(body) {
  if (body.startsWith('<')) return xmlLines(body);
  return isJson(body) ? jsonLines(body) : null;
}

function isJson(body) {
  if (!/^[[{]/.test(body)) return false;
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

const XML_TOKEN = /<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->|<[^>]+>|[^<]+/g;

function xmlLines(body) {
  const tokens = body.match(XML_TOKEN) ?? [];
  if (tokens.join('') !== body) return null;
  const lines = [];
  let depth = 0;
  let leaf = null;
  for (const token of tokens) {
    if (token.startsWith('</')) {
      depth = Math.max(0, depth - 1);
      if (leaf) leaf.parts.push(['tag', token]);
      else lines.push({ depth, parts: [['tag', token]] });
      leaf = null;
    } else if (token.startsWith('<![CDATA[')) {
      leaf = hang(lines, depth, leaf, [
        ['mark', '<![CDATA['],
        ['string', token.slice(9, -3)],
        ['mark', ']]>'],
      ]);
    } else if (token.startsWith('<')) {
      leaf = { depth, parts: [['tag', token]] };
      lines.push(leaf);
      if (/^<[?!]|\/>$/.test(token)) leaf = null;
      else depth += 1;
    } else if (token.trim()) {
      leaf = hang(lines, depth, leaf, [['number', token]]);
    }
  }
  return lines;
}

function hang(lines, depth, leaf, parts) {
  if (leaf) {
    leaf.parts.push(...parts);
    return leaf;
  }
  lines.push({ depth, parts });
  return null;
}

const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

function jsonLines(body) {
  const tokens = body.match(JSON_TOKEN);
  const lines = [{ depth: 0, parts: [] }];
  const last = () => lines.at(-1);
  let depth = 0;
  tokens.forEach((token, place) => {
    if (/^[}\]]$/.test(token)) {
      depth -= 1;
      const isEmpty = /^[{[]$/.test(tokens[place - 1]);
      if (isEmpty) lines.pop();
      else lines.push({ depth, parts: [] });
      last().parts.push(['mark', token]);
    } else if (/^[{[]$/.test(token)) {
      depth += 1;
      last().parts.push(['mark', token]);
      lines.push({ depth, parts: [] });
    } else if (token === ',') {
      last().parts.push(['mark', ',']);
      lines.push({ depth, parts: [] });
    } else if (token === ':') {
      last().parts.push(['mark', ': ']);
    } else {
      const isKey = tokens[place + 1] === ':';
      last().parts.push([isKey ? 'tag' : token.startsWith('"') ? 'string' : 'number', token]);
    }
  });
  return lines;
}
