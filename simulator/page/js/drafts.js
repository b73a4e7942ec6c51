// What was typed and not sent, by consumer. It survives a reload of the page, and nothing else
// should.

const KEPT_AS = 'jifen.drafts';
const drafts = new Map(Object.entries(kept()));

export const draft = (consumerId) => drafts.get(consumerId) ?? '';

export function keepDraft(consumerId, text) {
  if (text) drafts.set(consumerId, text);
  else drafts.delete(consumerId);
  try {
    sessionStorage.setItem(KEPT_AS, JSON.stringify(Object.fromEntries(drafts)));
  } catch {
    /* private windows keep nothing */
  }
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT_AS)) ?? {};
  } catch {
    return {};
  }
}
