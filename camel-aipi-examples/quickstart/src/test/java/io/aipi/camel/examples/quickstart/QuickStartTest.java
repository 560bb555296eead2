/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.Generation;
import io.aipi.simulator.SimulatedEndpoint;
import io.aipi.testsupport.ApplicationProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quick start as it is run by the README's command, with a fast simulator. */
class QuickStartTest {

    private static final String KEY = "key-of-the-server";

    @TempDir
    private Path folder;

    private final Map<String, String> properties = new HashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeEach
    void aFolderWithPrompts() throws IOException {
        Files.createDirectories(folder.resolve("prompts/chat"));
        Files.createDirectories(folder.resolve("prompts/image"));
        Files.writeString(folder.resolve("prompts/chat/greeting.txt"), "Hello!");
        Files.writeString(folder.resolve("prompts/chat/haiku.txt"), "A haiku, please.");
        Files.writeString(folder.resolve("prompts/image/camel.txt"), "A camel");
        properties.put("prompts", folder.resolve("prompts").toString());
        properties.put("answers", answers().toString());
        properties.put("computeTime", "0.5");
    }

    private Path answers() {
        return folder.resolve("answers");
    }

    private boolean run() throws Exception {
        Settings settings = Settings.of(properties::get, Map.of());
        PrintStream console = new PrintStream(out, true, StandardCharsets.UTF_8);
        return new QuickStart(settings, console, image -> new ProgressLines(console, image)).run();
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void promptsOfTheFolderAndOfTheCommandLineAreAnsweredAndProgressIsSeen() throws Exception {
        // long enough for a busy machine to see some of it
        properties.put("computeTime", "1.5");
        properties.put("prompt", "Tell me a joke | And another");
        properties.put("image", "A llama");

        assertThat(run()).as(output()).isTrue();

        assertThat(answers())
                .isDirectoryContaining("glob:**/prompt-2.txt")
                .isDirectoryNotContaining("glob:**/*.{jpeg,jpg}");
        assertThat(answers().resolve("greeting.txt")).content().contains("Hello!");
        assertThat(answers().resolve("haiku.txt")).content().contains("A haiku");
        assertThat(answers().resolve("prompt-1.txt")).content().contains("Tell me a joke");
        assertThat(answers().resolve("prompt-2.txt")).content().contains("And another");
        for (String name : new String[] {"camel.png", "image-1.png"}) {
            Path image = answers().resolve(name);
            assertThat(Files.readAllBytes(image)).startsWith(0x89, 'P', 'N', 'G');
            assertThat(ImageIO.read(image.toFile())).isNotNull();
        }
        assertThat(output())
                .containsPattern("(greeting|haiku|prompt-[12]) +queued, position [1-3]")
                .containsPattern("(camel|image-1) +processing, [1-9][0-9]? %")
                .containsPattern("greeting +done, 3 tokens, [0-9.]+ tokens/s")
                .containsPattern("camel +done(?!,)")
                .contains("6 of 6 prompts answered:")
                .contains(answers().resolve("camel.png").toString());
    }

    @Test
    void aFailedJobIsToldAndDoesNotKeepTheOthersFromTheirAnswers() throws Exception {
        Files.writeString(folder.resolve("prompts/image/camel.txt"), "A camel @error=Out_of_memory");

        assertThat(run()).isFalse();

        assertThat(output()).contains("2 of 3 prompts answered:").containsPattern("camel +failed");
    }

    @Test
    void answersOfAnEarlierRunAreGone() throws Exception {
        Files.createDirectories(answers());
        Files.writeString(answers().resolve("old.txt"), "old");

        assertThat(run()).as(output()).isTrue();

        assertThat(answers()).isDirectoryNotContaining("glob:**/old.txt");
    }

    @Test
    @Tag("case-E4")
    @Tag("case-E5")
    void aServerThatIsNotThereIsToldInOneLine_andOldAnswersStay() throws Exception {
        Path old = oldAnswer();
        // nobody listens, and nobody else can
        try (Socket taken = new Socket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String url = "http://127.0.0.1:" + taken.getLocalPort();
            properties.put("serverUrl", url);

            assertThat(run()).isFalse();

            assertThat(output()).containsPattern("(?m)^Not started: .*cannot connect to " + url);
            assertThat(output().lines()).hasSize(2);
        }
        assertThat(old).exists();
    }

    @Test
    @Tag("case-E4")
    @Tag("case-E5")
    void aRefusedKeyIsToldInOneLine_andOldAnswersStay() throws Exception {
        Path old = oldAnswer();
        try (AipiSimulator server = realServer()) {
            properties.put("serverUrl", server.url());
            properties.put("apiKey", "wrong-key");

            assertThat(run()).isFalse();
        }

        assertThat(output()).containsPattern("(?m)^Not started: .*apiKey").doesNotContain("wrong-key");
        assertThat(output().lines()).hasSize(2);
        assertThat(old).exists();
    }

    private Path oldAnswer() throws IOException {
        Files.createDirectories(answers());
        return Files.writeString(answers().resolve("old.txt"), "old");
    }

    // ---- a server with endpoints of its own

    /** The endpoints of AIME API Server 0.9.6, with their own names. */
    private static AipiSimulator realServer() {
        return AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.image("stable_diffusion_xl_txt2img"))
                .endpoint(SimulatedEndpoint.imageToImage("stable_diffusion_3_5"))
                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .computeTime(Duration.ofMillis(200))
                .start();
    }

    private boolean runWith(AipiSimulator server) throws Exception {
        properties.put("serverUrl", server.url());
        properties.put("apiKey", KEY);
        return run();
    }

    @Test
    @Tag("case-E2")
    void theServersOwnModelsAreFoundAndTold() throws Exception {
        try (AipiSimulator server = realServer()) {
            assertThat(runWith(server)).as(output()).isTrue();
        }

        assertThat(output())
                .contains("llama3_chat for text, stable_diffusion_xl_txt2img for images", "3 of 3 prompts answered");
        assertThat(answers().resolve("camel.jpg")).exists();
    }

    @Test
    @Tag("nightly")
    @Tag("case-E2")
    void withoutAnImageModelTheTextsAreAnswered() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .start()) {
            assertThat(runWith(server)).as(output()).isTrue();
            assertThat(output()).contains("none for images", "2 of 2 prompts answered");

            properties.put("prompt", "Hello");
            properties.put("image", "A picture that is asked for");
            assertThat(run()).as("an image is missing").isFalse();
            assertThat(output()).contains("of 2 prompts answered");
        }
    }

    @Test
    @Tag("case-E2")
    void aWrongNameEndsWithTheNamesThereAre() throws Exception {
        properties.put("chatEndpoint", "llama2_chat");
        try (AipiSimulator server = realServer()) {
            assertThat(runWith(server)).isFalse();
        }

        assertThat(output())
                .containsPattern("(?m)^Not started: .*llama2_chat.*-DchatEndpoint.*"
                        + "stable_diffusion_xl_txt2img, stable_diffusion_3_5, llama3_chat");
    }

    @Test
    @Tag("case-E2")
    void aServerWithoutAListHasTheDocumentedEndpoints() throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                .generation(Generation.DOCUMENTED)
                .apiKey(KEY)
                .endpoint(SimulatedEndpoint.chat("llama2_chat", "prompt"))
                .endpoint(SimulatedEndpoint.pngImage("sdxl_txt2img"))
                .computeTime(Duration.ofMillis(200))
                .start()) {
            assertThat(runWith(server)).as(output()).isTrue();
        }

        assertThat(output()).contains("llama2_chat for text", "-DchatEndpoint", "-DimageEndpoint");
    }

    // ---- what is asked for

    @Test
    @Tag("case-E12")
    void onlyWhatIsAskedForOnTheCommandLineIsRun_andTheTextIsShown() throws Exception {
        properties.remove("prompts");
        properties.put("prompt", "Tell me a joke");

        assertThat(run()).as(output()).isTrue();

        assertThat(output())
                .contains("1 of 1 prompts answered:")
                .containsPattern("prompt-1\\.txt:\\R +You said: Tell me a joke");
        assertThat(answers()).isDirectoryContaining("glob:**/prompt-1.txt");
    }

    @Test
    @Tag("case-E12")
    void onlyAnImageIsRun_andItsFileIsNamed() throws Exception {
        properties.remove("prompts");
        properties.put("image", "A llama at night");

        assertThat(run()).as(output()).isTrue();

        assertThat(output()).containsPattern("1 of 1 prompts answered:\\R.*image-1\\.png \\([0-9]+ bytes\\)");
    }

    @Test
    @Tag("case-E4")
    void aFolderThatIsNotThereIsTold_andNotMade() throws Exception {
        Path missing = folder.resolve("nowhere/prompts");
        properties.put("prompts", missing.toString());

        assertThat(run()).isFalse();

        assertThat(output()).contains("Not started: There is no folder " + missing, "-Dprompts");
        assertThat(folder.resolve("nowhere")).doesNotExist();
    }

    @Test
    @Tag("case-E4")
    void aFolderWithoutPromptsIsTold_andNothingIsMadeInIt() throws Exception {
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.writeString(other.resolve("question.txt"), "In the wrong place");
        properties.put("prompts", other.toString());
        Path old = oldAnswer();

        assertThat(run()).isFalse();

        assertThat(output()).contains("There are no prompts in " + other, "chat and image");
        assertThat(other.resolve("chat")).doesNotExist();
        assertThat(old).exists();
    }

    @Test
    @Tag("case-E4")
    void aFolderWithOneKindOfPromptsIsEnough_andHiddenFilesAreNoPrompts() throws Exception {
        Path mine = Files.createDirectories(folder.resolve("mine/chat")).getParent();
        Files.writeString(mine.resolve("chat/question.txt"), "Hello!");
        Files.writeString(mine.resolve("chat/.hidden"), "of an editor");
        properties.put("prompts", mine.toString());

        assertThat(run()).as(output()).isTrue();

        assertThat(output()).contains("1 of 1 prompts answered:");
        assertThat(mine.resolve("image")).doesNotExist();
    }

    // ---- as a process

    @Test
    @Tag("case-E6")
    void sigtermEndsItWithinSeconds() throws Exception {
        properties.put("computeTime", "300");
        Path log = folder.resolve("log");
        try (ApplicationProcess process = process(log)) {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(log).content().containsPattern("(?m)processing|queued"));
            assertThat(process.stop(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    @Tag("case-E5")
    void aFailedStartIsAnExitCode() throws Exception {
        properties.put("prompts", folder.resolve("nowhere").toString());
        Path log = folder.resolve("log");
        try (ApplicationProcess process = process(log)) {
            assertThat(process.linesOfFailure(Duration.ofSeconds(60)))
                    .singleElement()
                    .asString()
                    .startsWith("Not started: ");
        }
    }

    private ApplicationProcess process(Path log) throws IOException {
        return ApplicationProcess.start(QuickStart.class, folder, log, ApplicationProcess.properties(properties));
    }
}
