// Elements that hold others: view, text, scroll-view, label, form, swiper.

import { reflecting } from './reflected.js';

const fieldsIn = (node) =>
  [...node.querySelectorAll('wx-input, wx-textarea, wx-switch, wx-picker')]
    .map((each) => each.__wxElement?.data)
    .filter((data) => data?.name);

const swiper = reflecting(
  { current: Number, indicatorDots: Boolean, circular: Boolean, autoplay: Boolean },
  {
    attached() {
      const track = this.getBackendElement().querySelector('.wx-track');
      let seen = 0;
      requestAnimationFrame(() => {
        track.scrollLeft = (this.data.current || 0) * track.clientWidth;
      });
      track.addEventListener('scroll', () => {
        const current = Math.round(track.scrollLeft / Math.max(1, track.clientWidth));
        if (current === seen) return;
        seen = current;
        this.triggerEvent('change', { current, source: 'touch' });
      });
    },
  },
);
swiper.observers.current = function current(place) {
  const track = this.getBackendElement()?.querySelector('.wx-track');
  track?.scrollTo({ left: place * track.clientWidth, behavior: 'smooth' });
};

export const boxes = {
  view: reflecting(),
  text: reflecting({ userSelect: Boolean, selectable: Boolean, space: String, decode: Boolean }),
  'scroll-view': reflecting({
    scrollX: Boolean,
    scrollY: Boolean,
    scrollIntoView: String,
    enhanced: Boolean,
    showScrollbar: Boolean,
    enableFlex: Boolean,
  }),
  label: reflecting(
    { for: String },
    {
      attached() {
        this.addListener('tap', () => {
          const inside = this.getBackendElement().querySelector('input, textarea, [role=switch]');
          inside?.focus();
        });
      },
    },
  ),
  form: reflecting(
    {},
    {
      attached() {
        this.addListener('formsubmit', () => {
          const held = fieldsIn(this.getBackendElement());
          const value = Object.fromEntries(
            held.map((data) => [data.name, data.value ?? data.checked]),
          );
          this.triggerEvent('submit', { value });
        });
      },
    },
  ),
  swiper: {
    ...swiper,
    template:
      '<native-div class="wx-track" style="display:flex;overflow-x:auto;scroll-snap-type:x mandatory;height:100%;scrollbar-width:none"><slot/></native-div>',
  },
  'swiper-item': reflecting({ itemId: String }),
};
