// The shape of what is about to come.

Component({
  properties: { label: String, rows: { type: Number, value: 4 }, hero: Boolean },
  data: { places: [] },
  observers: {
    rows(count) {
      this.setData({ places: Array.from({ length: count }, (_, place) => place) });
    },
  },
  lifetimes: {
    attached() {
      this.setData({ places: Array.from({ length: this.data.rows }, (_, place) => place) });
    },
  },
});
