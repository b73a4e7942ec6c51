const surveys = require('../../api/surveys');
const { grouped } = require('../../utils/format');
const { named } = require('../../utils/named');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const MOST_LETTERS = 500;
const MOST_STARS = 5;

const span = (least, most) => Array.from({ length: most - least + 1 }, (_, place) => least + place);

/** What can be tapped for a question: its options by their numbers, or the figures of its scale. */
function choices({ form, options, least, most }) {
  if (form === 'text') return [];
  if (form === 'stars')
    return span(1, MOST_STARS).map((n) => ({ n, text: '☆', name: fill(words().review.star, { n }) }));
  if (form === 'scale') return span(least, most).map((n) => ({ n, text: `${n}`, name: `${n}` }));
  return options.map((text, place) => ({ n: place + 1, text, name: text }));
}

const row = (question, place) => ({
  ...question,
  number: place + 1,
  role: question.form === 'several' ? 'checkbox' : 'radio',
  picked: [],
  choices: choices(question).map((each) => ({ ...each, isOn: false })),
  written: '',
  left: `0/${MOST_LETTERS}`,
  wrong: '',
});

/** The question with these choices taken. */
const taken = (question, picked) => ({
  ...question,
  picked,
  wrong: '',
  choices: question.choices.map((each) => {
    const isOn =
      question.form === 'stars' ? each.n <= (picked[0] || 0) : picked.includes(each.n);
    return { ...each, isOn, text: question.form === 'stars' ? (isOn ? '★' : '☆') : each.text };
  }),
});

function answer({ form, picked, written }) {
  if (form === 'text') return written.trim() || null;
  if (form === 'several') return picked.length ? picked : null;
  return picked.length ? picked[0] : null;
}

definePage('survey', {
  data: { rows: [], questions: [], code: '', done: null, most: MOST_LETTERS },

  // What she has chosen and typed stays when she comes back from another app.
  async load() {
    const { code } = this.query;
    const spoken = words().survey;
    if (!code) {
      const found = await surveys.list();
      return {
        rows: found.map((each) => ({
          ...each,
          about: fill(spoken.about, { n: each.questions }),
          gives: each.points ? fill(spoken.gives, { n: grouped(each.points) }) : '',
        })),
      };
    }
    if (this.data.questions.length) return {};
    const told = await surveys.read(code);
    return {
      code,
      version: told.version,
      name: told.name,
      intro: told.intro,
      gives: told.points ? fill(spoken.gives, { n: grouped(told.points) }) : '',
      isAnswered: told.is_answered,
      questions: told.questions.map(row),
    };
  },

  change(code, changed) {
    const questions = this.data.questions.map((each) => (each.code === code ? changed(each) : each));
    this.setData({ questions });
  },

  onPick({ currentTarget }) {
    const { code } = currentTarget.dataset;
    const n = Number(currentTarget.dataset.n);
    this.change(code, (question) => {
      if (question.form !== 'several') return taken(question, [n]);
      if (question.picked.includes(n)) return taken(question, question.picked.filter((one) => one !== n));
      if (question.picked.length < question.most_options) return taken(question, [...question.picked, n]);
      return { ...question, wrong: fill(words().survey.at_most, { n: question.most_options }) };
    });
  },

  onText({ currentTarget, detail }) {
    const { value } = detail;
    this.change(currentTarget.dataset.code, (question) => ({
      ...question,
      written: value,
      left: `${value.length}/${MOST_LETTERS}`,
      wrong: '',
    }));
  },

  onSend() {
    const { questions, t } = this.data;
    const missing = questions.filter((each) => each.is_required && answer(each) === null);
    if (missing.length) {
      const codes = missing.map((each) => each.code);
      this.setData({
        questions: questions.map((each) =>
          codes.includes(each.code) ? { ...each, wrong: t.needed } : each,
        ),
      });
      return this.say(fill(t.missing, { n: missing[0].number }));
    }
    return this.once('send', async () => {
      const { code, version } = this.data;
      const answers = Object.fromEntries(questions.map((each) => [each.code, answer(each)]));
      const told = { code, version, answers };
      const done = await named(`survey ${code}`, JSON.stringify(told), (uuid) =>
        surveys.answer(uuid, told),
      );
      this.setData({
        done: {
          thanks: done.thanks || t.thanks,
          points: done.points ? fill(t.won, { n: grouped(done.points) }) : '',
        },
      });
    });
  },
});
