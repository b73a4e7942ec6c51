// Nothing here yet, and what one can do about it.

Component({ properties: { words: String, sign: String } });
