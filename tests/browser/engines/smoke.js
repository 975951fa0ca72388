// What a visitor does first, in one browser: each step goes on from the one before, in one session, since a browser's start takes
// longer than a step.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fragment, QUIET } from "../networks.js";
import { Host } from "../host.js";
import { ENGINES, Session } from "./session.js";
import { until, Visitor } from "./visitor.js";

/** The steps in one of ENGINES. */
export function smoke(name) {
  describe(name, { timeout: 120_000 }, () => {
    let host, session, visitor, link, history;

    before(async () => {
      host = await Host.of();
      session = await Session.of(ENGINES[name]);
      visitor = new Visitor(session.driver);
      const capabilities = await session.driver.getCapabilities();
      console.log(`${capabilities.getBrowserName()} ${capabilities.getBrowserVersion()}`);
    });
    after(async () => {
      await session?.end();
      await host?.end();
    });

    /** A step, after which nothing may have gone wrong in the page. */
    const step = (title, does) =>
      test(title, async () => {
        await does();
        assert.deepEqual(await visitor.faults(), [], "errors, policy violations and requests elsewhere");
      });

    step("frames move by themselves after opening, and pause", async () => {
      await visitor.open(host.url);
      assert.equal(await session.driver.getTitle(), "Two hosts and a switch · Packetarium");
      await until("a frame moves", () => session.driver.executeScript(() => performance.getEntriesByName("first-moving-frame").length === 1));
      await visitor.moves();
      await visitor.press("button", "Pause");
      await visitor.find("button", "Play");
      const stopped = await visitor.time();
      await visitor.press("button", "Play");
      await until("time goes on", async () => (await visitor.time()) > stopped);
    });

    step("a host is added to the drawing and undone", async () => {
      await visitor.open(`${host.url}#${fragment(QUIET)}`);
      await visitor.reads("Nothing is moving.");
      await visitor.press("button", "Edit");
      await visitor.find("group", "Editor");
      await visitor.press("button", "Add a host");
      await visitor.reads("Now: 4 hosts and 1 switch");
      await visitor.press("button", "Undo");
      await visitor.reads("Now: 3 hosts and 1 switch");
      await visitor.press("button", "Done");
    });

    step("a ping that is started by hand is answered", async () => {
      await visitor.tab("Runs");
      await visitor.fill("textbox", "Echo requests", "2");
      await visitor.press("button", "Start ping");
      await visitor.playToTheEnd();
      const card = await visitor.find("article", "Ping a → b");
      await until("the ping is done", async () => /Reply 2[^]*done|done[^]*Reply 2/.test(await card.getText()));
    });

    step("the packet list shows MAC addresses whole", async () => {
      await visitor.tab("Packets");
      const addresses = (isCut) =>
        [...document.querySelectorAll("[role=grid] [role=gridcell]")]
          .filter((cell) => /^(\w\w:){5}\w\w$/.test(cell.textContent) && (!isCut || cell.scrollWidth > cell.clientWidth))
          .map((cell) => cell.textContent);
      await until("addresses", async () => (await session.driver.executeScript(addresses, false)).length > 0);
      assert.deepEqual(await session.driver.executeScript(addresses, true), []);
    });

    step("the time line is dragged into the past and back", async () => {
      history = await visitor.playToTheEnd();
      const end = await visitor.time();
      await visitor.dragTo(0.3);
      await visitor.reads("in the past");
      assert.ok((await visitor.time()) < end);
      await visitor.press("button", "Live");
      await until("the live edge", async () => (await visitor.time()) >= end);
    });

    step("the stage is copied as a picture, and the share link opens with the same history", async () => {
      await visitor.press("button", "Share");
      const dialog = await visitor.find("dialog", /./);
      link = await (await visitor.find("textbox", "Link", dialog)).getAttribute("value");
      assert.match(link, /#2:[\w-]+$/);
      await visitor.press("disclosure", "As a picture", dialog);
      await visitor.press("button", "Copy picture", dialog);
      await visitor.reads("The picture is on your clipboard.");
      await visitor.open(link);
      assert.equal(await visitor.playToTheEnd(), history);
    });

    step("after a visit the share link opens without its host", async () => {
      await visitor.kept();
      await host.stop();
      await visitor.open(link);
      assert.equal(await visitor.playToTheEnd(), history);
    });
  });
}
