// The stage recorded as a video.
import { readFile } from "node:fs/promises";
import { expect, test } from "../aquarium.js";

test("recording the stage gives a video, begun and ended by the same button", async ({ page, aquarium }) => {
  await aquarium.open();
  test.skip(!(await page.evaluate(() => "MediaRecorder" in window)), "THIS BROWSER HAS NO MediaRecorder: no film was made");
  await aquarium.button("Record the stage as a video").click();
  const stop = aquarium.button("Stop recording and save the video");
  await expect(stop).toHaveAttribute("aria-pressed", "true");
  const begun = await aquarium.time();
  await expect.poll(() => aquarium.time()).toBeGreaterThan(begun);
  const saving = page.waitForEvent("download");
  await stop.click();
  const download = await saving;
  const film = await readFile(await download.path());
  const name = download.suggestedFilename();
  expect(name).toMatch(/^two-hosts-and-a-switch\.(webm|mp4)$/);
  // EBML (RFC 8794), or the brand box of ISO/IEC 14496-12.
  if (name.endsWith("webm")) expect(film.subarray(0, 4).toString("hex")).toBe("1a45dfa3");
  else expect(film.subarray(4, 8).toString()).toBe("ftyp");
  expect(film.length).toBeGreaterThan(1_000);
  await expect(aquarium.button("Record the stage as a video")).toHaveAttribute("aria-pressed", "false");
});
