// A greeting card: its occasion, its greeting, her own words, who sends what.

Component({ properties: { card: Object, words: String, giver: String, what: String } });
