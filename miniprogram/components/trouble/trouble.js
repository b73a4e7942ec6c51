// What went wrong, and a second try.

Component({
  properties: { words: String, again: String },
  methods: {
    onAgain() {
      this.triggerEvent('again');
    },
  },
});
