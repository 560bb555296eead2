/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.aipi.testsupport.NpmPackages;
import io.aipi.testsupport.SystemProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real browser, Debian's Chromium, driven by Playwright. To be used by one thread. */
final class Chromium implements AutoCloseable {

    /** The folder that the README takes its pictures from, where {@code -Daipi.screenshots=true}. */
    private static final Path SCREENSHOTS = Path.of("screenshots");

    private static final int TIMEOUT_MILLIS = 30_000;

    private static String axe;

    private final Playwright playwright;
    private final Browser browser;
    private final List<BrowserContext> contexts = new ArrayList<>();

    /** What the pages have complained of, such as what their policy forbids. */
    final List<String> complaints = new ArrayList<>();

    Chromium() {
        Path program = SystemProgram.require("chromium", "chromium", "chromium-browser", "google-chrome");
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        PlaywrightAssertions.setDefaultAssertionTimeout(TIMEOUT_MILLIS);
        browser = playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(program));
    }

    /** A browser as of a user of his own: no cookies, nothing cached. */
    BrowserContext user() {
        BrowserContext context = browser.newContext(
                new Browser.NewContextOptions().setViewportSize(1280, 800).setLocale("en-GB"));
        context.setDefaultTimeout(TIMEOUT_MILLIS);
        context.onConsoleMessage(message -> {
            // a request that fails is told, too: tests want some to fail
            if ("error".equals(message.type()) && !message.text().startsWith("Failed to load resource")) {
                complaints.add(message.text());
            }
        });
        context.onWebError(error -> complaints.add(error.error()));
        contexts.add(context);
        return context;
    }

    /** The users are gone. */
    void forget() {
        contexts.forEach(BrowserContext::close);
        contexts.clear();
        complaints.clear();
    }

    /** The rules of axe-core for people who do not see, hear or move as others do: none is broken, in either colour scheme. */
    static void assertAccessible(Page page) {
        for (ColorScheme scheme : List.of(ColorScheme.DARK, ColorScheme.LIGHT)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            page.evaluate(axe());
            Object violations = page.evaluate("() => axe.run(document, {resultTypes: ['violations']}).then(found =>"
                    + " found.violations.map(one => one.id + ': ' + one.nodes.map(node => node.html + ' ' +"
                    + " node.failureSummary).join('; ')))");
            assertThat((List<?>) violations).as("%s", scheme).isEmpty();
        }
    }

    private static synchronized String axe() {
        if (axe == null) {
            try {
                axe = Files.readString(NpmPackages.install(Path.of("src/test/axe"), Path.of("target/axe"))
                        .resolve("axe-core/axe.min.js"));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("The rules of axe-core cannot be had", e);
            }
        }
        return axe;
    }

    /** Takes the picture of the README, if that is wanted. */
    static void photograph(Page page, String name, ColorScheme scheme) {
        if (Boolean.getBoolean("aipi.screenshots")) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(SCREENSHOTS.resolve(name + ".png"))
                    .setFullPage(name.endsWith("-phone")));
        }
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
