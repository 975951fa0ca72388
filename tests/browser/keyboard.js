// What a person does who has no mouse.

/** Tab, or Shift and Tab if this stands before what has the focus. */
const toward = (target) =>
  target.evaluate((element) => {
    const from = document.activeElement;
    const isBefore = from !== document.body && from.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING;
    return isBefore ? "Shift+Tab" : "Tab";
  });

/** Presses Tab until this has the focus, or what is in it; fails after more presses than the page has controls. */
export async function tabTo(page, target, presses = 80) {
  const key = await toward(target);
  for (let press = 0; press < presses; press += 1) {
    await page.keyboard.press(key);
    if (await target.evaluate((element) => element.contains(document.activeElement))) return;
  }
  throw new Error(`${target} is not reached with ${presses} presses of ${key}`);
}

/** Goes to a button with Tab, and presses Enter. */
export async function press(page, button) {
  await tabTo(page, button);
  await page.keyboard.press("Enter");
}

/** Goes to a group of radio buttons with Tab, and to one of them with the arrows. */
export async function pick(page, group, radio) {
  await tabTo(page, group);
  // In a group without a choice the one that has the focus is not checked.
  if (!(await radio.isChecked())) await page.keyboard.press("Space");
  const count = await group.getByRole("radio").count();
  for (let presses = 0; presses < count && !(await radio.isChecked()); presses += 1) await page.keyboard.press("ArrowDown");
  if (!(await radio.isChecked())) throw new Error(`${radio} is not reached with the arrows`);
}

/** Opens a tab: Tab goes to the row of tabs, the arrows along it. */
export async function openWithKeys(page, row, name) {
  const tabs = page.getByRole("tablist", { name: row });
  const wanted = tabs.getByRole("tab", { name, exact: true });
  if ((await wanted.getAttribute("aria-selected")) === "true") return;
  await tabTo(page, tabs);
  if ((await tabs.getByRole("tab", { selected: true }).count()) === 0) await page.keyboard.press("Enter");
  const count = await tabs.getByRole("tab").count();
  for (let presses = 0; presses < count && (await wanted.getAttribute("aria-selected")) !== "true"; presses += 1) {
    await page.keyboard.press("ArrowRight");
  }
}

/** Goes to a field with Tab, and types into it instead of what is there; Enter ends it. */
export async function typeInto(page, field, text) {
  if (!(await field.evaluate((element) => element === document.activeElement))) await tabTo(page, field);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}
