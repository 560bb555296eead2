/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.testsupport.Nightly;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Searches for inputs that break a {@link FuzzTarget}, led by the code that they reach: Jazzer, each target in a Java of its
 * own, since instrumented code is slow and a heap that is full is a finding, too.
 *
 * <p>A build makes few runs of one target, the nightly one more, of all; both always from the same seed, so that they do not
 * depend on chance. {@code -Dfuzz.runs} (the sum over all targets) or {@code -Dfuzz.seconds} (for each) ask for more, from
 * another seed each time, and {@code -Dfuzz=off} for none.
 */
@Tag("fuzz")
@EnabledOnOs(
        value = OS.LINUX,
        architectures = {"amd64", "x86_64"})
@DisabledIfSystemProperty(named = "fuzz", matches = "off")
@Timeout(value = 6, unit = TimeUnit.HOURS)
class FuzzingTest {

    private static final Logger LOG = LoggerFactory.getLogger(FuzzingTest.class);
    private static final Path HOME = Path.of("target", "fuzz");
    private static final int LONGEST_INPUT = 8_192;
    /** Of each target. What has to hold for each seed, {@link SeedsTest} sees in every build. */
    private static final int FEW_RUNS = Nightly.times(1_000, 100_000);
    /** The first one loads all classes, and instruments them, on a machine that may be busy. */
    private static final int LONGEST_SECONDS_FOR_ONE_INPUT = 120;

    private static final Pattern STATE =
            Pattern.compile("#(\\d+)\\s+(?:DONE|INITED)\\s+cov: (\\d+) ft: (\\d+) corp: (\\d+)/.*exec/s: (\\d+)");

    private static final List<String> WORDS = List.of(
            "success",
            "error",
            "message",
            "job_id",
            "job_state",
            "job_result",
            "progress",
            "progress_data",
            "queue_position",
            "estimate",
            "client_session_auth_key",
            "auth_key",
            "queued",
            "processing",
            "done",
            "lapsed",
            "text",
            "image",
            "images",
            "compute_duration",
            "parameter_description",
            "input",
            "type",
            "integer",
            "data:image/png;base64,",
            "NaN",
            "true",
            "false",
            "null",
            "param.",
            "serverUrl=http://",
            "jobTimeout=");

    /** Each takes a Java that instruments all classes: in every build one that reads responses. */
    static List<FuzzTarget> targets() {
        return isShort() ? List.of(FuzzTarget.RESULT) : List.of(FuzzTarget.values());
    }

    @ParameterizedTest
    @MethodSource("targets")
    void noInputBreaksIt(FuzzTarget target) throws Exception {
        Path home = HOME.resolve(target.name().toLowerCase(Locale.ROOT)).toAbsolutePath();
        Path seeds = Files.createDirectories(home.resolve("seeds"));
        Path found = isSearch() ? Files.createDirectories(home.resolve("corpus")) : emptyFolder(home.resolve("build"));
        int number = 0;
        for (byte[] seed : target.seeds()) {
            Files.write(seeds.resolve("seed-" + number++), seed);
        }
        Path words = Files.write(
                home.resolve("words"),
                WORDS.stream().map(word -> "\"" + word + "\"").toList());
        Path logging = Files.writeString(home.resolve("log4j2.properties"), "rootLogger.level = off\n");

        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Xss1m",
                // a short search ends before C2 would have paid
                isShort() ? "-XX:TieredStopAtLevel=1" : "-XX:+TieredCompilation",
                "-XX:+EnableDynamicAgentLoading",
                "-Dlog4j2.configurationFile=" + logging,
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.className(),
                "--instrumentation_includes=io.aipi.**",
                // what Jazzer looks for in all Java (deserialisation, injection) is looked for in what we call
                "--custom_hook_includes=io.aipi.**",
                // they lead through regular expressions, which are Camel's here, and take nine tenths of the time
                "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.RegexRoadblocks",
                "--reproducer_path=" + home,
                "-artifact_prefix=" + home + "/",
                "-dict=" + words,
                "-max_len=" + LONGEST_INPUT,
                "-timeout=" + LONGEST_SECONDS_FOR_ONE_INPUT,
                // no limit but that of the heap: a new process counts the memory of the one that began it as its own
                // peak
                "-rss_limit_mb=0",
                "-print_final_stats=1"));
        command.addAll(limit());
        command.add(found.toString());
        command.add(seeds.toString());
        Process fuzzer = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .start();
        // it would go on when this Java is ended
        Thread ender = new Thread(fuzzer::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(ender);
        try {
            Deque<String> last = new ArrayDeque<>();
            String figures = figures(fuzzer, last);
            assertThat(fuzzer.waitFor())
                    .as("%s: the input is in %s; the end of what was said:%n%s", target, home, String.join("\n", last))
                    .isZero();
            report(target + ": " + figures);
        } finally {
            fuzzer.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(ender);
        }
    }

    private static boolean isShort() {
        return !Nightly.isNightly() && !isSearch();
    }

    /** Whether it goes on from what was found before. */
    private static boolean isSearch() {
        return System.getProperty("fuzz.runs") != null || System.getProperty("fuzz.seconds") != null;
    }

    private static Path emptyFolder(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        return folder;
    }

    private static List<String> limit() {
        Long runs = Long.getLong("fuzz.runs");
        if (runs != null) {
            return List.of("-runs=" + (runs + FuzzTarget.values().length - 1) / FuzzTarget.values().length);
        }
        Integer seconds = Integer.getInteger("fuzz.seconds");
        return seconds != null ? List.of("-max_total_time=" + seconds) : List.of("-seed=1", "-runs=" + FEW_RUNS);
    }

    private static String figures(Process fuzzer, Deque<String> last) throws IOException {
        String figures = "no figures";
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(fuzzer.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                last.addLast(line);
                if (last.size() > 100) {
                    last.removeFirst();
                }
                Matcher state = STATE.matcher(line);
                if (state.find()) {
                    figures = String.format(
                            Locale.ROOT,
                            "%s runs, %s runs/s, %s edges and %s features covered, %s inputs kept",
                            state.group(1),
                            state.group(5),
                            state.group(2),
                            state.group(3),
                            state.group(4));
                }
            }
        }
        return figures;
    }

    /** For who reads the build's log, and the test's. */
    private static void report(String line) {
        LOG.info(line);
        System.out.println("[fuzz] " + line);
    }
}
