// A coupon as a ticket: what it is worth, on what conditions, why she has it, until when. Where it can
// be used, and the page says how that is called, it has a button for it.

Component({
  properties: { coupon: Object, use: String },
  methods: {
    onUse() {
      this.triggerEvent('use');
    },
  },
});
