/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chat as a process of its own, as the README's command starts it.
 *
 * <p>With {@code -Daipi.docs.update=true} the transcript in the README is brought up to date.
 */
class ChatTest {

    private static final Path ROOT = Path.of("../..");
    private static final Path README = Path.of("README.md");
    private static final Pattern TRANSCRIPT =
            Pattern.compile("(?s)<!-- transcript: made by ChatTest -->\n\n```\n(.*?)```");
    private static final long PATIENCE_SECONDS = 120;
    private static final String PICTURE = "camel-aipi-examples/chat/samples/desert.png";

    @TempDir
    private Path folder;

    private AipiSimulator server;

    @BeforeEach
    void start() {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.ofServer096("mistral_chat"))
                .computeTime(Duration.ofMillis(500))
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** Runs the chat to its end. What a terminal shows: its output, and the lines of the user where it waits for them. */
    private String chat(String... lines) throws IOException, InterruptedException {
        Path input = Files.write(folder.resolve("input"), List.of(lines));
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-DserverUrl=" + server.url(),
                "-Dfolder=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                Chat.class.getName()));
        Process process = new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectInput(input.toFile())
                .redirectOutput(output.toFile())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(folder.resolve("errors")).isEmptyFile();
        String shown = Files.readString(output);
        for (String line : lines) {
            shown = shown.replaceFirst("(?m)^> (?!>)(?=\\S|\\z)", Matcher.quoteReplacement(">> " + line + "\n"));
        }
        return shown.replace(">> ", "> ")
                .replaceFirst("(?s)^.*?(?=Ask\\.)", "")
                .replaceAll("[0-9.]+ tokens/s", "N tokens/s");
    }

    @Test
    void aChatIsRememberedOverARestart() throws Exception {
        String first = chat(
                "I am Ann and I have two camels.",
                "What do they eat?",
                "/picture " + PICTURE + " Do they live here?",
                "/quit");
        String second = chat("Who am I?", "/quit");

        assertThat(first)
                .contains(
                        "You said: I am Ann and I have two camels.\n[10 tokens, N tokens/s]\n",
                        "You said: What do they eat?. Earlier you said: I am Ann and I have two camels.\n",
                        "I see 1 picture (image/png)");
        assertThat(second)
                .contains("You said: Who am I?. Earlier you said: I am Ann and I have two camels.; What do they eat?;"
                        + " Do they live here?");
        String transcript = "$ " + command() + "\n" + first + "$ " + command() + "\n" + second;
        String readme = Files.readString(README);
        Matcher shown = TRANSCRIPT.matcher(readme);
        assertThat(shown.find()).isTrue();
        if (Boolean.getBoolean("aipi.docs.update")) {
            Files.writeString(
                    README, readme.substring(0, shown.start(1)) + transcript + readme.substring(shown.end(1)));
        } else {
            assertThat(shown.group(1))
                    .as("%s: run this test with -Daipi.docs.update=true", README)
                    .isEqualTo(transcript);
        }
    }

    private static String command() {
        return "mvn -B -q -Pstart -pl camel-aipi-examples/chat -am";
    }

    @Test
    void aNewConversationKnowsNothingOfTheOld_andWhatFailsIsToldInALine() throws Exception {
        String shown = chat(
                "I am Ann.",
                "/new",
                "Who am I?",
                "/picture nowhere.png What is it?",
                "/pictures",
                "@error=Out_of_memory",
                "And now?",
                "/quit");

        assertThat(shown)
                .contains(
                        "> /new\nAnother conversation.\n",
                        "> Who am I?\nYou said: Who am I?\n",
                        "No answer: There is no file ",
                        "No answer: There is no such command: /picture",
                        "Out of memory",
                        // the question without an answer is not sent again
                        "> And now?\nYou said: And now?. Earlier you said: Who am I?\n");
    }

    @Test
    void theEndOfTheInputEndsIt() throws Exception {
        assertThat(chat("Hello")).contains("You said: Hello\n[").endsWith("> ");
    }
}
