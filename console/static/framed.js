// Loads the page again when the page around us says that something changed, unless somebody types.

const framedBy = document.currentScript.dataset.framedBy.split(' ');
let isDirty = false;

addEventListener('input', () => {
  isDirty = true;
});
addEventListener('message', ({ data, origin }) => {
  if (data === 'refresh' && framedBy.includes(origin) && !isDirty) location.reload();
});
