// What a test measures on the page: contrast, sizes of targets, names of controls.

(() => {
  const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
  const channel = (value) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const over = (top, alpha, under) => top.map((c, i) => c * alpha + under[i] * (1 - alpha));
  const isVisible = (node) =>
    node.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  // What is painted behind a text; null where it is a picture, which a script can not see.
  function ground(node) {
    const layers = [];
    for (let each = node; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (style.backgroundImage !== 'none' && each !== document.body) return null;
      const [r, g, b, alpha = 1] = parse(style.backgroundColor);
      if (alpha > 0) layers.push([[r, g, b], alpha]);
      if (alpha === 1) break;
    }
    const white = [255, 255, 255];
    return layers.reverse().reduce((under, [top, alpha]) => over(top, alpha, under), white);
  }

  function contrast(node, behind) {
    const [r, g, b, alpha = 1] = parse(getComputedStyle(node).color);
    const both = [light(over([r, g, b], alpha, behind)), light(behind)];
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  }

  const UNREAD = 'svg, noscript, .visually-hidden, .skip, [inert], :disabled';
  const TARGETS =
    'button, select, textarea, summary, input:not(label input), label:has(input)';

  globalThis.measures = {
    faintTexts(least) {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const faint = [];
      let seen = 0;
      while (walker.nextNode()) {
        const words = walker.currentNode.data.trim();
        const node = walker.currentNode.parentElement;
        if (!words || node.closest(UNREAD) || !isVisible(node)) continue;
        const behind = ground(node);
        if (behind === null) continue;
        seen += 1;
        const measured = contrast(node, behind);
        if (measured < least) faint.push(`${words.slice(0, 20)} ${measured.toFixed(2)}`);
      }
      return { seen, faint };
    },

    // Links inside a sentence are as small as its words; everything else has the full size.
    smallTargets: (least) =>
      [...document.querySelectorAll(TARGETS)]
        .filter((node) => isVisible(node) && !node.closest('[inert], .bubble__text'))
        .map((node) => [node.ariaLabel || node.textContent.trim(), node.getBoundingClientRect()])
        .filter(([, box]) => box.height < least - 0.5 || box.width < least - 0.5)
        .map(([name, box]) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`),

    nameless: () =>
      [...document.querySelectorAll('button, a, input, select, textarea, img')]
        .filter(isVisible)
        .filter((node) => !(node.ariaLabel || node.textContent.trim() || node.labels?.length))
        .filter((node) => !node.hasAttribute('alt'))
        .map((node) => node.outerHTML.slice(0, 80)),

    farthestRight: () =>
      Math.max(
        ...[...document.querySelectorAll('#view *')].map(
          (node) => node.getBoundingClientRect().right,
        ),
      ),
  };
})();
