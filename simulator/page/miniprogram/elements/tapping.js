// Taps, and how an element shows that a finger is on it.

import { Event } from 'glass-easel';

export const triggerTap = (component) =>
  Event.triggerEvent(component, 'tap', {}, { bubbles: true, composed: true });

/** `hover-class` while a finger or the mouse presses. */
export function startHover(stack) {
  let pressed = [];
  const press = ({ target }) => {
    release();
    for (let node = target; node && node !== stack; node = node.parentNode) {
      const named = node.__wxElement?.data?.hoverClass;
      const hover = node.localName === 'wx-button' ? named || 'button-hover' : named;
      if (!hover || hover === 'none' || node.hasAttribute('disabled')) continue;
      node.classList.add(...hover.split(' '));
      pressed.push([node, hover]);
      break;
    }
  };
  const release = () => {
    for (const [node, hover] of pressed) node.classList.remove(...hover.split(' '));
    pressed = [];
  };
  for (const name of ['touchstart', 'mousedown']) {
    stack.addEventListener(name, press, { passive: true });
  }
  for (const name of ['touchend', 'touchcancel', 'mouseup', 'mouseleave']) {
    stack.addEventListener(name, release, { passive: true });
  }
}
