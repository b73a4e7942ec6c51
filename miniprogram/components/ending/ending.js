// The end of a list: more of it to be asked for, or that there is no more.

Component({
  properties: { more: Boolean, busy: String, words: Object },
  methods: {
    onMore() {
      this.triggerEvent('more');
    },
  },
});
