/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program of the operating system that tests need. On a Debian where the build runs as root, as in a container, a missing one
 * is installed. Elsewhere its absence fails the tests, with a sentence that says what to do.
 */
public final class SystemProgram {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private SystemProgram() {}

    /**
     * Where the program is.
     *
     * @param debianPackage the package that has it; {@code -Daipi.PACKAGE=PATH} names a program of another place
     * @param names its names on several systems, the first that is found counts
     * @throws IllegalStateException if there is none, and it cannot be installed
     */
    public static synchronized Path require(String debianPackage, String... names) {
        String property = "aipi." + debianPackage;
        String named = System.getProperty(property, "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        return find(names)
                .or(() -> installed(debianPackage, names))
                .orElseThrow(() -> new IllegalStateException("No "
                        + String.join(" or ", names) + " here, which these tests need: run apt-get install "
                        + debianPackage
                        + " as root, or name the program with -D" + property + "=PATH"));
    }

    private static Optional<Path> find(String... names) {
        return Stream.of(names)
                .flatMap(name -> DebianProgram.installed(name).stream())
                .findFirst();
    }

    private static Optional<Path> installed(String debianPackage, String... names) {
        if (!"root".equals(System.getProperty("user.name")) || find("apt-get").isEmpty()) {
            return Optional.empty();
        }
        aptGet("update");
        aptGet("install", "--yes", "--no-install-recommends", debianPackage);
        return find(names);
    }

    private static void aptGet(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("apt-get", "--quiet", "-o", "DPkg::Lock::Timeout=" + PATIENCE.toSeconds()));
        command.addAll(List.of(arguments));
        try {
            Path log = Files.createTempFile("apt-get", ".log");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
            builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
            Process process = builder.start();
            boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            String said = Files.readString(log, StandardCharsets.UTF_8);
            Files.delete(log);
            if (!ended || process.exitValue() != 0) {
                process.destroy();
                throw new IllegalStateException(String.join(" ", command) + " has failed: " + said);
            }
        } catch (IOException e) {
            throw new IllegalStateException(String.join(" ", command) + " has failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
