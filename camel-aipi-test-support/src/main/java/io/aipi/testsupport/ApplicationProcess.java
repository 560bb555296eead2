/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program as a process of its own, on the class path of its tests. Its output goes to a file. Of the environment it gets
 * nothing that would name a server.
 */
public final class ApplicationProcess implements AutoCloseable {

    private final Process process;
    private final Path log;

    private ApplicationProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts it in the folder that the tests run in; {@code options} are Java's: {@code -Dname=value}. */
    public static ApplicationProcess start(Class<?> program, Path log, List<String> options) throws IOException {
        return start(program, Path.of("").toAbsolutePath(), log, options);
    }

    /** Starts it in another folder. */
    public static ApplicationProcess start(Class<?> program, Path folder, Path log, List<String> options)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AIPI_"));
        return new ApplicationProcess(builder.start(), log);
    }

    /** System properties as Java's options. */
    public static List<String> properties(Map<String, String> properties) {
        return properties.entrySet().stream()
                .map(property -> "-D" + property.getKey() + "=" + property.getValue())
                .toList();
    }

    /** System properties, each {@code name=value}, as Java's options. */
    public static List<String> properties(String... properties) {
        return Stream.of(properties).map(property -> "-D" + property).toList();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** As the system names it. */
    public long pid() {
        return process.pid();
    }

    /** What it has said until its end, which must come within this time, and be a failure. */
    public List<String> linesOfFailure(Duration patience) throws IOException, InterruptedException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("It still runs");
        }
        if (process.exitValue() != 1) {
            throw new AssertionError("It has ended with " + process.exitValue());
        }
        return Files.readAllLines(log);
    }

    /** SIGTERM, as an orderly stop. False if it does not end in time; then it is killed. */
    public boolean stop(Duration patience) throws InterruptedException {
        process.destroy();
        boolean ended = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
            kill();
        }
        return ended;
    }

    /** SIGKILL: not an instruction more. Back when it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
