// What <button open-type="share"> does: the page says what is shared, she chooses one friend, and the
// friend finds a card in her chat.

import { top } from '../pages.js';
import { look, phone, play, say } from '../phone.js';
import { chooseFrom } from './choosing.js';
import { showToast } from './dialogs.js';

export async function share(button) {
  const { page, path } = top();
  const told = page.onShareAppMessage?.({ from: 'button', target: { dataset: button.dataset } }) ?? {};
  const { consumers } = await look('state');
  const friends = consumers.filter(({ id }) => id !== phone.consumerId);
  const title = say('发送给朋友', 'Send to a friend');
  const chosen = await chooseFrom(title, friends.map(({ nickname }) => nickname), -1);
  if (chosen === null) return;
  await play('miniprogram/share', {
    to: friends[chosen].id,
    title: told.title ?? document.title,
    path: told.path ?? `/${path}`,
  });
  showToast({ title: say('已发送', 'Sent'), icon: 'success' });
}
