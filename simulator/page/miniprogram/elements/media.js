// image and progress.

import { pictureAddress } from '../source.js';
import { reflecting } from './reflected.js';

const FITS = {
  scaleToFill: 'fill',
  aspectFit: 'contain',
  aspectFill: 'cover',
  widthFix: 'fill',
  heightFix: 'fill',
  center: 'none',
};

function draw(component) {
  const node = component.getBackendElement()?.querySelector('img');
  if (!node) return;
  const { src, mode, ariaLabel } = component.data;
  const base = component.ownerShadowRoot?.getHostNode?.().is ?? '';
  const address = pictureAddress(`${base}`.replace(/^\//, ''), src);
  if (node.getAttribute('src') !== address) {
    if (address) node.setAttribute('src', address);
    else node.removeAttribute('src');
  }
  node.alt = ariaLabel || '';
  node.style.objectFit = FITS[mode] ?? 'fill';
  component.getBackendElement().setAttribute('data-mode', mode);
}

const image = reflecting(
  {
    src: String,
    mode: { type: String, value: 'scaleToFill' },
    lazyLoad: Boolean,
    showMenuByLongpress: Boolean,
  },
  {
    attached() {
      const node = this.getBackendElement().querySelector('img');
      node.addEventListener('load', () =>
        this.triggerEvent('load', { width: node.naturalWidth, height: node.naturalHeight }),
      );
      node.addEventListener('error', () => this.triggerEvent('error', { errMsg: 'load fail' }));
      draw(this);
    },
  },
);
image.observers['src, mode'] = function changed() {
  draw(this);
};

export const media = {
  image: { ...image, template: '<native-img alt="" draggable="false"></native-img>' },
  progress: {
    ...reflecting({
      percent: Number,
      strokeWidth: { type: null, value: 6 },
      activeColor: { type: String, value: '#09BB07' },
      backgroundColor: { type: String, value: '#EBEBEB' },
      borderRadius: { type: null, value: 0 },
      active: Boolean,
      activeMode: String,
    }),
    template:
      '<native-i class="wx-progress" role="progressbar" aria-label="{{ariaLabel}}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{{percent}}" style="height:{{strokeWidth}}px;border-radius:{{borderRadius}}px;background:{{backgroundColor}}">' +
      '<native-u style="width:{{percent}}%;background:{{activeColor}}"></native-u></native-i>',
  },
};
