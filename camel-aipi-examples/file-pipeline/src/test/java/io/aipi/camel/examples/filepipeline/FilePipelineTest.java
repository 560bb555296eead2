/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.filepipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.AvailablePorts;
import io.aipi.simulator.SimulatedEndpoint;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.sql.DataSource;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The application as it is started by the README's command, with real folders, a real store and a fast simulator. */
class FilePipelineTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final Properties properties = new Properties();
    private AipiSimulator server;
    private Main application;

    @BeforeEach
    void aServer() {
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .endpoint(SimulatedEndpoint.pngImage("sdxl_txt2img"))
                .endpoint(SimulatedEndpoint.imageToImage("stable_diffusion_3_5"))
                .workers(4)
                .computeTime(Duration.ofMillis(100))
                .start();
        properties.setProperty("folder", folder.toString());
        properties.setProperty("camel.component.aipi.server-url", server.url());
    }

    @AfterEach
    void stopAll() {
        stop();
        server.close();
    }

    private void start() throws Exception {
        application = new Main();
        application.setOverrideProperties(properties);
        application.start();
    }

    private void stop() {
        if (application != null) {
            application.stop();
            application = null;
        }
    }

    // ---- what a user does and sees

    private void prompt(String file, String content) throws IOException {
        prompt(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Written elsewhere and moved in, long ago, so that the application need not wait whether it changes. */
    private void prompt(String file, byte[] content) throws IOException {
        Path target = folder.resolve("prompts").resolve(file);
        Files.createDirectories(target.getParent());
        Path draft = Files.write(folder.resolve("draft"), content);
        assertThat(draft.toFile().setLastModified(System.currentTimeMillis() - 60_000))
                .isTrue();
        Files.move(draft, target);
    }

    private Path answer(String file) {
        return folder.resolve("answers").resolve(file);
    }

    private Path failed(String kind, String file) {
        return folder.resolve("prompts").resolve(kind).resolve(".failed").resolve(file);
    }

    private static void awaitFile(Path file) {
        await("file " + file).atMost(PATIENCE).until(() -> Files.exists(file));
    }

    private static List<String> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int storedJobs() {
        DataSource jobs =
                application.getCamelContext().getRegistry().lookupByNameAndType("jobsDataSource", DataSource.class);
        try (Connection connection = jobs.getConnection();
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("select count(*) from aipi_job where state <> 'RESERVED'")) {
            count.next();
            return count.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] picture() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "png", png);
        return png.toByteArray();
    }

    private static String format(Path image) throws IOException {
        byte[] bytes = Files.readAllBytes(image);
        return bytes[0] == (byte) 0x89 && bytes[1] == 'P'
                ? "png"
                : bytes[0] == (byte) 0xff && bytes[1] == (byte) 0xd8 ? "jpg" : "unknown";
    }

    // ---- answers

    @Test
    void textJsonAndPicturesBecomeAnswersAndImages() throws Exception {
        prompt("chat/haiku.txt", "A haiku");
        prompt("chat/haiku.json", "{\"prompt_input\": \"In JSON\", \"temperature\": 0.1}");
        prompt("image/camel.txt", "A camel");
        prompt("image/llamas.json", "{\"prompt\": \"Llamas\", \"num_samples\": 2}");
        prompt("image-to-image/a-water_colour.png", picture());

        start();
        for (String file : new String[] {
            "chat/haiku.txt",
            "chat/haiku.json.txt",
            "image/camel.png",
            "image/llamas.json-1.png",
            "image/llamas.json-2.png",
            "image-to-image/a-water_colour.png.jpg"
        }) {
            awaitFile(answer(file));
        }

        assertThat(answer("chat/haiku.txt")).content().contains("A haiku");
        assertThat(answer("chat/haiku.json.txt")).content().contains("In JSON");
        assertThat(format(answer("image/camel.png"))).isEqualTo("png");
        assertThat(format(answer("image/llamas.json-2.png"))).isEqualTo("png");
        assertThat(format(answer("image-to-image/a-water_colour.png.jpg"))).isEqualTo("jpg");
        await().atMost(PATIENCE).until(() -> storedJobs() == 0);
        // an answer may be faster than the move of its prompt
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(files(folder.resolve("prompts/chat"))).isEmpty();
            assertThat(files(folder.resolve("prompts/chat/.accepted"))).containsExactly("haiku.json", "haiku.txt");
            assertThat(files(folder.resolve("prompts/image-to-image/.accepted")))
                    .containsExactly("a-water_colour.png");
        });
        assertThat(server.stats().submits()).isEqualTo(5);
    }

    @Test
    void badFilesGoToFailedWithTheReasonBesideThem_andTheOthersAreAnswered() throws Exception {
        prompt("chat/empty.txt", "");
        prompt("chat/broken.json", "{\"prompt_input\": ");
        prompt("chat/list.json", "[1, 2]");
        prompt("chat/binary.txt", new byte[] {0, 1, 2, (byte) 0xff, (byte) 0xfe});
        prompt("chat/refused.json", "{\"prompt_input\": \"Hello\", \"top_k\": \"many\"}");
        prompt("chat/job-fails.txt", "Hello @error=Out_of_memory");
        prompt("chat/50 % & (more) {x}.txt", "Hello @error=Odd_name");
        prompt("image-to-image/empty.png", "");
        prompt("chat/good.txt", "Hello");

        start();
        awaitFile(answer("chat/good.txt"));
        awaitFile(failed("image-to-image", "empty.png"));
        for (String name : List.of(
                "empty.txt",
                "broken.json",
                "list.json",
                "binary.txt",
                "refused.json",
                "job-fails.txt",
                "50 % & (more) {x}.txt")) {
            awaitFile(failed("chat", name));
        }

        assertThat(failed("chat", "empty.txt.reason.txt")).content().contains("empty");
        assertThat(failed("chat", "broken.json.reason.txt")).content().contains("InvalidRequestException", "JSON");
        assertThat(failed("chat", "list.json.reason.txt")).content().contains("must be an object");
        assertThat(failed("chat", "binary.txt.reason.txt")).content().contains("neither UTF-8 text nor");
        assertThat(failed("chat", "refused.json.reason.txt")).content().contains("InvalidRequestException", "top_k");
        assertThat(failed("chat", "job-fails.txt.reason.txt"))
                .content()
                .contains("JobFailedException", "Out of memory");
        assertThat(failed("image-to-image", "empty.png.reason.txt")).content().contains("empty");
        assertThat(failed("chat", "job-fails.txt")).hasContent("Hello @error=Out_of_memory");
        assertThat(failed("chat", "binary.txt")).hasBinaryContent(new byte[] {0, 1, 2, (byte) 0xff, (byte) 0xfe});
        await().atMost(PATIENCE).until(() -> storedJobs() == 0);
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(files(folder.resolve("prompts/chat"))).isEmpty();
            assertThat(files(folder.resolve("prompts/chat/.accepted"))).containsExactly("good.txt");
        });
        assertThat(files(folder.resolve("answers/chat"))).containsExactly("good.txt");
    }

    @Test
    void manyFilesAreInFlightOnAFewThreads() throws Exception {
        server.stopWorkers("llama3_chat");
        prompt("chat/first.txt", "Hello");
        start();
        await().atMost(PATIENCE).until(() -> server.stats().submits() == 1);
        int threads = Thread.activeCount();

        for (int i = 0; i < 100; i++) {
            prompt("chat/" + i + ".txt", "Prompt " + i);
        }
        await().atMost(PATIENCE).until(() -> server.stats().submits() == 101);
        // the job store's, 32 at most, among them
        assertThat(Thread.activeCount()).isLessThan(threads + 50);

        server.startWorkers("llama3_chat", 20);
        await().atMost(PATIENCE)
                .until(() -> files(folder.resolve("answers/chat")).size() == 101);
        await().atMost(PATIENCE).until(() -> storedJobs() == 0);
        assertThat(server.stats().submits()).isEqualTo(101);
    }

    // ---- what goes wrong around it

    @Test
    void jobsThatTheServerForgetsAreSubmittedAgain() throws Exception {
        server.stopWorkers("llama3_chat");
        for (int i = 0; i < 10; i++) {
            prompt("chat/" + i + ".txt", "Prompt " + i);
        }
        start();
        await().atMost(PATIENCE).until(() -> storedJobs() == 10);

        server.restart();
        server.startWorkers("llama3_chat", 4);

        await().atMost(PATIENCE)
                .until(() -> files(folder.resolve("answers/chat")).size() == 10);
        for (int i = 0; i < 10; i++) {
            assertThat(answer("chat/" + i + ".txt")).content().contains("Prompt " + i);
        }
        await().atMost(PATIENCE).until(() -> storedJobs() == 0);
        assertThat(server.stats().submits()).isEqualTo(20);
    }

    @Test
    void aJobThatIsForgottenTooOftenGoesToFailed() throws Exception {
        properties.setProperty("resubmits", "0");
        server.stopWorkers("llama3_chat");
        prompt("chat/unlucky.txt", "Hello");
        start();
        await().atMost(PATIENCE).until(() -> storedJobs() == 1);
        awaitFile(folder.resolve("prompts/chat/.accepted/unlucky.txt"));

        server.restart();

        awaitFile(failed("chat", "unlucky.txt"));
        assertThat(failed("chat", "unlucky.txt.reason.txt")).content().contains("JobLapsedException");
        await().atMost(PATIENCE).until(() -> storedJobs() == 0);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(files(folder.resolve("prompts/chat/.accepted")))
                        .isEmpty());
    }

    @Test
    void whileTheServerIsAwayPromptsWait_alsoAtTheStart() throws Exception {
        server.goDown();
        prompt("chat/patient.txt", "Hello");
        start();
        await().atMost(PATIENCE)
                .until(() -> application.getCamelContext().getStatus().isStarted());
        assertThat(files(folder.resolve("prompts/chat"))).contains("patient.txt");

        server.comeUp();

        awaitFile(answer("chat/patient.txt"));
        assertThat(files(folder.resolve("prompts/chat/.failed"))).isEmpty();
    }

    @Test
    void aStopAndAStartInTheMiddleLoseNothingAndSubmitNothingTwice() throws Exception {
        server.stopWorkers("llama3_chat");
        for (int i = 0; i < 20; i++) {
            prompt("chat/" + i + ".txt", "Prompt " + i);
        }
        start();
        await().atMost(PATIENCE).until(() -> storedJobs() == 20);
        stop();

        server.startWorkers("llama3_chat", 4);
        await().atMost(PATIENCE).until(() -> server.stats().jobsDone() == 20);
        start();

        await().atMost(PATIENCE)
                .until(() -> files(folder.resolve("answers/chat")).size() == 20);
        await().atMost(PATIENCE).until(() -> storedJobs() == 0);
        assertThat(server.stats().submits()).isEqualTo(20);
    }

    @Test
    void aFileThatACrashLeftInItsPlaceAfterItsJobWasStoredIsNotSubmittedTwice() throws Exception {
        server.stopWorkers("llama3_chat");
        prompt("chat/haiku.txt", "A haiku");
        start();
        Path accepted = folder.resolve("prompts/chat/.accepted/haiku.txt");
        awaitFile(accepted);
        stop();
        Files.move(accepted, folder.resolve("prompts/chat/haiku.txt"));

        start();
        awaitFile(accepted);
        server.startWorkers("llama3_chat", 1);

        awaitFile(answer("chat/haiku.txt"));
        assertThat(server.stats().submits()).isEqualTo(1);
    }

    // ---- as a process of its own

    @Test
    @Tag("nightly")
    void aKilledProcessIsContinuedByTheNext_whichEndsCleanly() throws Exception {
        server.close();
        server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("llama3_chat", "prompt_input"))
                .endpoint(SimulatedEndpoint.pngImage("sdxl_txt2img"))
                .endpoint(SimulatedEndpoint.imageToImage("stable_diffusion_3_5"))
                .apiKey("sesame")
                .workers(2)
                .computeTime(Duration.ofMillis(200))
                .start();
        for (int i = 0; i < 20; i++) {
            prompt("chat/" + i + ".txt", "Prompt " + i);
        }
        // whatever of the others is done at the kill, this one is stored and not done
        server.stopWorkers("sdxl_txt2img");
        prompt("image/camel.txt", "A camel");
        Process first = process();
        try {
            awaitFile(folder.resolve("prompts/image/.accepted/camel.txt"));
            await().atMost(PATIENCE).until(() -> server.stats().jobsDone() >= 10);
            // results are on their way at the kill, but not the last, however long it takes to come to it
            server.setEndpointEnabled("llama3_chat", false);
            for (int i = 20; i < 40; i++) {
                prompt("chat/" + i + ".txt", "Prompt " + i);
            }
        } finally {
            first.destroyForcibly().waitFor();
        }
        assertThat(files(folder.resolve("answers/chat"))).hasSizeLessThan(40);

        server.setEndpointEnabled("llama3_chat", true);
        server.startWorkers("sdxl_txt2img", 1);
        Process second = process();
        try {
            awaitFile(answer("image/camel.png"));
            await().atMost(PATIENCE)
                    .until(() -> files(folder.resolve("answers/chat")).size() == 40
                            && files(folder.resolve("prompts/chat")).isEmpty());
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(folder.resolve("output"))
                            .content()
                            .contains("Put prompts into " + folder + "/prompts/"));
            second.destroy();
            assertThat(second.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            second.destroyForcibly();
        }

        assertThat(folder.resolve("output")).content().contains("is shutdown");
        assertThat(files(folder.resolve("prompts/chat/.failed"))).isEmpty();
        // the second went on with the job that the first had stored
        assertThat(server.stats().jobs())
                .filteredOn(job -> job.prompt().equals("A camel"))
                .hasSize(1);
    }

    /** The server and its key are given by the environment, as the README says. */
    private Process process() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dfolder=" + folder,
                "-Djobs.lease=2s",
                // a model without a worker is not taken by itself
                "-Dendpoint.image=sdxl_txt2img",
                "-cp",
                System.getProperty("java.class.path"),
                FilePipeline.class.getName());
        builder.environment().put("AIPI_SERVER_URL", server.url());
        builder.environment().put("AIPI_API_KEY", "sesame");
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("output").toFile()))
                .start();
    }

    @Test
    void withoutAServerTheSimulatorIsStarted_andStoppedAtTheEnd() throws Exception {
        int port = AvailablePorts.one();
        properties.remove("camel.component.aipi.server-url");
        properties.setProperty("simulator.port", String.valueOf(port));
        properties.setProperty("simulator.compute-time", "100ms");
        prompt("chat/haiku.txt", "A haiku");

        start();
        awaitFile(answer("chat/haiku.txt"));
        stop();

        assertThat(server.stats().submits()).isZero();
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(ConnectException.class);
    }
}
