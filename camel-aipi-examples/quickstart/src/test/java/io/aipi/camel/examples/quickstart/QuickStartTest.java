/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quick start as it is run by the README's command, with a fast simulator. */
class QuickStartTest {

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
        return new QuickStart(settings, console, new ProgressLines(console, settings.imageEndpoint())).run();
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
            BufferedImage picture = ImageIO.read(image.toFile());
            assertThat(picture.getWidth()).isEqualTo(768);
            assertThat(picture.getHeight()).isEqualTo(512);
        }
        assertThat(output())
                .containsPattern("(greeting|haiku|prompt-[12]) +queued, position [1-3]")
                .containsPattern("(camel|image-1) +processing, [1-9][0-9]? %")
                .containsPattern("greeting +done")
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
    void aServerThatIsNotThereIsToldInOneLine() throws Exception {
        // nobody listens, and nobody else can
        try (Socket taken = new Socket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String url = "http://127.0.0.1:" + taken.getLocalPort();
            properties.put("serverUrl", url);

            assertThat(run()).isFalse();

            assertThat(output()).containsPattern("(?m)^Not started: .*cannot connect to " + url);
        }
    }
}
