/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may see what in the page, and what other pages can do, in a real browser. */
@Tag("nightly")
class PageLoginTest {

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

    @AfterEach
    void stop() {
        chromium.forget();
        gateway.close();
    }

    private Page open() {
        Page page = chromium.user().newPage();
        page.navigate(gateway.url());
        return page;
    }

    private static void logIn(Page page, String token) {
        page.getByLabel("Your token").fill(token);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Log in"))
                .click();
    }

    @Test
    void whoLogsInSeesHisOwnJobsOnly_andNothingAfterHeHasLoggedOut() {
        gateway = Users.in(new GatewayFixture(folder)).start();
        Page alice = open();
        assertThat(alice.getByLabel("Your token")).isFocused();
        Chromium.assertAccessible(alice);
        logIn(alice, "not a token");
        assertThat(alice.locator("#login-error")).hasText("This token is nobody’s");
        logIn(alice, Users.ALICE);
        assertThat(alice.locator("#user-name")).hasText("alice");
        alice.getByLabel("Prompt", new Page.GetByLabelOptions().setExact(true)).fill("A secret @sleep=0");
        alice.keyboard().press("Control+Enter");
        assertThat(alice.locator("#text")).containsText("You said: A secret");

        Page bob = open();
        logIn(bob, Users.BOB);
        assertThat(bob.locator("#user-name")).hasText("bob");
        assertThat(bob.locator("#none")).isVisible();
        bob.navigate(alice.url());
        bob.reload();
        assertThat(bob.locator("#failure")).containsText("There is no such job");

        assertThat(alice.evaluate("() => document.cookie")).isEqualTo("");
        alice.getByText("Log out").click();
        assertThat(alice.getByLabel("Your token")).isFocused();
        assertThat(alice.locator("#work")).isHidden();
        assertThat(alice.locator("body")).not().containsText("A secret");
        assertThat(chromium.complaints).isEmpty();
    }

    /** It tries what a page can, and says what came of it. */
    private static final String FOREIGN_PAGE = """
            <!doctype html><title>working</title><iframe src="GATEWAY/" id="frame"></iframe><script>
            const tries = [
              fetch('GATEWAY/prompts', {method: 'POST', mode: 'no-cors', credentials: 'include', body: 'Hello'}).then(
                response => response.type),
              fetch('GATEWAY/prompts', {method: 'POST', body: 'Hello'}).then(response => response.text()),
              fetch('GATEWAY/jobs', {credentials: 'include'}).then(response => response.text()),
              new Promise((resolve, reject) => {
                const events = new EventSource('GATEWAY/jobs/x/events'); events.onopen = resolve; events.onerror = reject;
              }),
            ];
            const form = document.createElement('form');
            form.method = 'POST'; form.action = 'GATEWAY/prompts'; form.enctype = 'text/plain'; form.target = 'form';
            form.innerHTML = '<input name="Hello" value="there">';
            const target = document.createElement('iframe'); target.name = 'form';
            document.body.append(target, form);
            target.addEventListener('load', () => {}); form.submit();
            Promise.allSettled(tries).then(ends => { document.title = ends.map(end => end.status + ' ' + end.value).join(); });
            </script>""";

    @Test
    void aPageFromElsewhereCanDoNothing() throws Exception {
        gateway = new GatewayFixture(folder).start();
        HttpServer elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        elsewhere.createContext("/", exchange -> {
            byte[] page = FOREIGN_PAGE.replace("GATEWAY", gateway.url()).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        elsewhere.start();
        try {
            Page page = chromium.user().newPage();
            page.navigate("http://localhost:" + elsewhere.getAddress().getPort());

            assertThat(page).hasTitle("rejected undefined,rejected undefined,rejected undefined,rejected undefined");
            page.waitForLoadState();
            assertThat(page.frames().stream()
                            .noneMatch(frame -> frame.locator("#ask").count() > 0))
                    .isTrue();
            assertThat(gateway.server.stats().submits()).isZero();
        } finally {
            elsewhere.stop(0);
        }
    }
}
