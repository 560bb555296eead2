/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as people use it, in a real browser. */
@Tag("nightly")
class PageTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String PROMPT = "A camel in the snow, at dawn";

    private static Chromium chromium;

    @TempDir
    private Path folder;

    private GatewayFixture gateway;

    @BeforeAll
    static void launch() {
        chromium = new Chromium();
    }

    @AfterAll
    static void quit() {
        chromium.close();
    }

    @BeforeEach
    void start() {
        gateway = new GatewayFixture(folder).start();
    }

    @AfterEach
    void stop() {
        chromium.forget();
        gateway.close();
    }

    // ---- what people do

    private Page open() {
        return open(gateway.url());
    }

    private static Page open(String url) {
        Page page = chromium.user().newPage();
        page.navigate(url);
        return page;
    }

    private static void ask(Page page, String model, String prompt) {
        page.getByLabel("Model").selectOption(model);
        page.getByLabel("Prompt", new Page.GetByLabelOptions().setExact(true)).fill(prompt);
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Send").setExact(true))
                .click();
    }

    private static Locator state(Page page) {
        return page.locator("#state");
    }

    private static double progress(Page page) {
        return ((Number) page.locator("#progress").evaluate("bar => bar.position")).doubleValue();
    }

    private static int width(Locator picture) {
        return ((Number) picture.evaluate("image => image.complete ? image.naturalWidth : 0")).intValue();
    }

    private static Locator listed(Page page, int number) {
        return page.locator("#jobs li").nth(number);
    }

    // ---- a job's life

    @Test
    void aPictureIsWatchedFromTheQueueToItsEnd() {
        gateway.server.stopWorkers(GatewayFixture.IMAGE);
        Page page = open();
        ask(page, GatewayFixture.IMAGE, PROMPT);
        assertThat(state(page)).hasText("In the queue, place 1");
        assertThat(listed(page, 0)).containsText(PROMPT);
        assertThat(listed(page, 0)).containsText("In the queue, place 1");
        Chromium.photograph(page, "queued", ColorScheme.LIGHT);

        gateway.server.startWorkers(GatewayFixture.IMAGE, 1);
        assertThat(state(page)).hasText("In progress");
        await().atMost(SOON).until(() -> progress(page) > 0);
        double before = progress(page);
        assertThat(before).isBetween(0.01, 0.95);
        await("the bar moves").atMost(SOON).until(() -> progress(page) > before);
        await("a preview loads").atMost(SOON).until(() -> width(page.locator("img.preview")) > 0);
        gateway.server.freeze();
        Chromium.photograph(page, "running", ColorScheme.LIGHT);
        Chromium.photograph(page, "running-dark", ColorScheme.DARK);
        Chromium.assertAccessible(page);
        gateway.server.thaw();

        assertThat(state(page)).hasText("Done");
        await().atMost(SOON).until(() -> width(page.locator("img.result")) == 768);
        assertThat(page.locator("img.preview")).hasCount(0);
        assertThat(listed(page, 0)).containsText("Done");
        assertThat(page.locator("#news")).hasText("Done");
        Chromium.assertAccessible(page);
        Chromium.photograph(page, "done", ColorScheme.LIGHT);
        Chromium.photograph(page, "done-dark", ColorScheme.DARK);
        page.setViewportSize(390, 844);
        assertNothingIsWiderThanThePhone(page);
        Chromium.photograph(page, "done-phone", ColorScheme.LIGHT);
        assertThat(chromium.complaints).isEmpty();
    }

    private static void assertNothingIsWiderThanThePhone(Page page) {
        assertThat(page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))
                .isEqualTo(true);
    }

    @Test
    void aFailureSaysWhy_andTheSameCanBeSentAgain() {
        gateway.server.stopWorkers(GatewayFixture.IMAGE);
        Page page = open();
        ask(page, GatewayFixture.IMAGE, PROMPT);
        assertThat(state(page)).hasText("In the queue, place 1");

        gateway.server.restart();
        assertThat(state(page)).hasText("Failed");
        assertThat(page.locator("#failure")).containsText("forgotten it by a restart");
        assertThat(listed(page, 0)).containsText("forgotten it by a restart");
        Chromium.assertAccessible(page);
        Chromium.photograph(page, "failed", ColorScheme.LIGHT);
        gateway.server.stopWorkers(GatewayFixture.IMAGE);
        page.getByText("Send again").click();

        assertThat(state(page)).hasText("In the queue, place 1");
        assertThat(page.locator("#failure")).isEmpty();
        assertThat(page.locator("#jobs li")).hasCount(2);
        assertThat(listed(page, 0)).containsText(PROMPT);
        assertThat(chromium.complaints).isEmpty();
    }

    @Test
    void aTextGrows_andTheConversationGoesOnWithThePictureThatWasDroppedIn() {
        Page page = open();
        page.locator("#picture").evaluate("""
                        async (target) => {
                          const canvas = document.createElement('canvas');
                          canvas.width = canvas.height = 8;
                          canvas.getContext('2d').fillRect(0, 0, 8, 8);
                          const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
                          const dataTransfer = new DataTransfer();
                          dataTransfer.items.add(new File([blob], 'camel.png', { type: 'image/png' }));
                          target.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
                        }""");
        assertThat(page.locator("#chosen-name")).hasText("camel.png");
        ask(page, GatewayFixture.CHAT, "What is this? It stands in the snow and looks at me.");

        String text = "You said: What is this? It stands in the snow and looks at me.";
        await("it grows").atMost(SOON).until(() -> {
            String soFar = page.locator("#text").textContent();
            return !soFar.isEmpty() && soFar.length() < text.length() && text.startsWith(soFar);
        });
        assertThat(page.locator("#facts")).containsText(Pattern.compile("\\d+ tokens"));
        assertThat(state(page)).hasText("Done");
        assertThat(page.locator("#text")).hasText(text + ". I see 1 picture (image/png)");
        assertThat(page.locator("#chosen")).isHidden();

        assertThat(page.getByLabel("Go on with the conversation")).isChecked();
        ask(page, GatewayFixture.CHAT, "And now?");
        assertThat(page.locator("#question")).hasText("And now?");
        assertThat(state(page)).hasText("Done");
        assertThat(page.locator("#text")).containsText("Earlier you said: What is this?");
        assertThat(page.locator("#earlier li")).hasCount(1);
        assertThat(page.locator("#earlier")).containsText("I see 1 picture");

        page.getByLabel("Go on with the conversation").uncheck();
        ask(page, GatewayFixture.CHAT, "Who are you?");
        assertThat(page.locator("#text")).hasText("You said: Who are you?");
        Chromium.assertAccessible(page);
        assertThat(chromium.complaints).isEmpty();
    }

    // ---- more than one page, and less than a connection

    @Test
    void twoTabsShowTheSameJobs() {
        gateway.server.stopWorkers(GatewayFixture.CHAT);
        Page first = open();
        Page second = first.context().newPage();
        second.navigate(gateway.url());

        ask(first, GatewayFixture.CHAT, "Hello from the first tab");
        assertThat(listed(second, 0)).containsText("Hello from the first tab");
        listed(second, 0).getByRole(AriaRole.LINK).click();
        assertThat(state(second)).hasText("In the queue, place 1");
        gateway.server.startWorkers(GatewayFixture.CHAT, 1);

        for (Page page : new Page[] {first, second}) {
            assertThat(state(page)).hasText("Done");
            assertThat(page.locator("#text")).hasText("You said: Hello from the first tab");
            assertThat(listed(page, 0)).containsText(Pattern.compile("Done.*7 tokens"));
        }
    }

    @Test
    void aConnectionThatWasLostComesBack() throws Exception {
        gateway.server.stopWorkers(GatewayFixture.CHAT);
        try (Cable cable = new Cable(gateway.port())) {
            Page page = open(cable.url());
            ask(page, GatewayFixture.CHAT, "Hello");
            assertThat(state(page)).hasText("In the queue, place 1");

            cable.unplug();
            assertThat(page.locator("#connection")).containsText("is lost");
            gateway.server.startWorkers(GatewayFixture.CHAT, 1);
            await().atMost(SOON).until(() -> gateway.server.stats().submits() == 1);
            cable.plugIn();

            assertThat(page.locator("#connection")).isEmpty();
            assertThat(state(page)).hasText("Done");
            assertThat(page.locator("#text")).hasText("You said: Hello");
        }
    }

    @Test
    void aRestartOfTheGatewayIsSurvived() {
        gateway.server.stopWorkers(GatewayFixture.IMAGE);
        Page page = open();
        ask(page, GatewayFixture.IMAGE, PROMPT);
        assertThat(state(page)).hasText("In the queue, place 1");

        gateway.stop();
        assertThat(page.locator("#connection")).containsText("is lost");
        gateway.start();
        assertThat(page.locator("#connection")).isEmpty();
        gateway.server.startWorkers(GatewayFixture.IMAGE, 1);

        assertThat(state(page)).hasText("Done");
        await().atMost(SOON).until(() -> width(page.locator("img.result")) == 768);
        assertThat(listed(page, 0)).containsText("Done");
        assertThat(gateway.server.stats().submits()).isEqualTo(1);
        Page later = open(page.url());
        assertThat(state(later)).hasText("Done");
        assertThat(later.locator("#question")).hasText(PROMPT);
    }

    // ---- without a mouse

    @Test
    void theKeyboardIsEnough() {
        Page page = open();
        assertThat(page.getByLabel("Prompt", new Page.GetByLabelOptions().setExact(true)))
                .isVisible();
        page.keyboard().press("Tab");
        page.keyboard().press("Enter"); // the link that skips to the prompt
        page.keyboard().type("First @sleep=0");
        page.keyboard().press("Control+Enter");
        assertThat(page.locator("#text")).containsText("You said: First");
        page.keyboard().type("Second @sleep=0");
        page.keyboard().press("Control+Enter");
        assertThat(page.locator("#text")).containsText("You said: Second");

        Locator first = listed(page, 1).getByRole(AriaRole.LINK);
        for (int tabs = 0;
                !first.evaluate("link => link === document.activeElement").equals(true);
                tabs++) {
            assertThat(tabs).isLessThan(20);
            page.keyboard().press("Tab");
        }
        page.keyboard().press("Enter");
        assertThat(page.locator("#text")).containsText("You said: First");
        assertThat(page.locator("#job-title")).isFocused();
        assertThat(first).hasAttribute("aria-current", "true");
    }
}
