// A coupon as a ticket: what it is worth, on what conditions, why she has it, until when. Where it can
// be used, and the page says how that is called, it has a button for it,
// and one to give it away, if that is allowed.

Component({
  properties: { coupon: Object, use: String, give: String },
  methods: {
    onUse() {
      this.triggerEvent('use', { reward: this.data.coupon.reward });
    },
    onGive() {
      this.triggerEvent('give', { uuid: this.data.coupon.uuid });
    },
  },
});
