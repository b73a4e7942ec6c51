// The programme's time: a phone's own clock may be wrong, and a demo may have moved the programme's.

let ahead = 0;
let isTold = false;

/** What an answer tells: its `now`, or, before the first of those, when the server sent it. */
function hear({ header, data }) {
  const sent = isTold ? '' : (header && (header.Date || header.date)) || '';
  const told = Date.parse((data && data.now) || sent);
  if (Number.isNaN(told)) return;
  isTold = isTold || Boolean(data && data.now);
  ahead = told - Date.now();
}

module.exports = { hear, now: () => Date.now() + ahead };
