/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.karaf;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Karaf as its archive has it, in a process of its own, with its own {@code etc} and {@code data}.
 *
 * <p>It looks for artifacts in the repositories that it is given and in its own one, never in the network nor in the
 * user's. It opens no port for others: neither its shell nor its management is reached from outside, only the port by which
 * it can be stopped, on the loopback interface, is open.
 */
final class KarafServer implements AutoCloseable {

    /** What a Karaf starts with, without what is reached from outside (ssh, management) and what is for hands (shell). */
    private static final List<String> BOOT_FEATURES =
            List.of("framework", "log", "eventadmin", "feature", "service", "jaas", "package", "wrap");

    /** The last Java that has what Karaf 4.4 asks the JDK for on behalf of the user who is logged in. */
    private static final int NEWEST_JAVA = 22;

    private static final Path JAVA_HOME =
            Path.of(System.getProperty("karaf.java.home", System.getProperty("java.home")));

    private static final Pattern JAVA_VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");

    private final Path base;
    private final Map<String, String> environment = new TreeMap<>();
    private final List<Path> repositories = new ArrayList<>();
    private final List<String> featuresRepositories = new ArrayList<>();
    private final List<String> features = new ArrayList<>(BOOT_FEATURES);

    /** Should the tests' own virtual machine be told to end while Karaf runs. */
    private final Thread end = new Thread(this::destroy, "end of Karaf");

    private Process process;

    /** In an empty folder. */
    KarafServer(Path base) throws IOException {
        this.base = base;
        delete(base);
        copy(Build.KARAF.resolve("etc"), base.resolve("etc"));
        Files.createDirectories(base.resolve("data"));
        Files.createDirectories(base.resolve("deploy"));
        for (String repository : List.of("specs", "standard", "framework")) {
            featuresRepositories.add("mvn:org.apache.karaf.features/" + repository + "/"
                    + System.getProperty("karaf.version") + "/xml/features");
        }
    }

    /** Skips the test where Karaf 4.4 does not start: on Java 23 and later, unless -Dkaraf.java.home names an older one. */
    static void assumeJava() throws IOException {
        Matcher version = JAVA_VERSION.matcher(Files.readString(JAVA_HOME.resolve("release")));
        assumeTrue(
                version.find() && Integer.parseInt(version.group(1)) <= NEWEST_JAVA,
                () -> "Karaf 4.4 does not run on the Java in " + JAVA_HOME
                        + ": -Dkaraf.java.home=... names one of Java 17 to " + NEWEST_JAVA);
    }

    KarafServer repository(Path repository) {
        repositories.add(repository);
        return this;
    }

    KarafServer featuresRepository(String uri) {
        featuresRepositories.add(uri);
        return this;
    }

    KarafServer feature(String name) {
        features.add(name);
        return this;
    }

    KarafServer environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Adds lines to a file in {@code etc}. */
    KarafServer etc(String file, String... lines) throws IOException {
        Files.write(
                base.resolve("etc").resolve(file),
                List.of(lines),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        return this;
    }

    Path base() {
        return base;
    }

    KarafServer start() throws IOException {
        // nothing of the user's
        Path settings = Files.writeString(base.resolve("etc/maven-settings.xml"), "<settings/>");
        etc(
                "org.ops4j.pax.url.mvn.cfg",
                "org.ops4j.pax.url.mvn.repositories=",
                "org.ops4j.pax.url.mvn.settings=" + settings,
                "org.ops4j.pax.url.mvn.localRepository=" + base.resolve("local-repository"),
                "org.ops4j.pax.url.mvn.defaultRepositories=" + defaultRepositories());
        etc(
                "org.apache.karaf.features.cfg",
                "featuresRepositories=" + String.join(",", featuresRepositories),
                "featuresBoot=" + String.join(",", features));
        ProcessBuilder builder = new ProcessBuilder(
                        Build.KARAF.resolve("bin/karaf").toString(), "daemon")
                .directory(base.toFile())
                .redirectErrorStream(true)
                .redirectOutput(console().toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("KARAF_") || name.equals("EXTRA_JAVA_OPTS"));
        builder.environment().put("JAVA_HOME", JAVA_HOME.toString());
        builder.environment().put("KARAF_BASE", base.toString());
        builder.environment().put("KARAF_DATA", base.resolve("data").toString());
        builder.environment().put("KARAF_ETC", base.resolve("etc").toString());
        builder.environment().put("CHECK_ROOT_INSTANCE_RUNNING", "false");
        // it lives for seconds: what counts is a quick start
        builder.environment().put("JAVA_OPTS", "-Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
        builder.environment().putAll(environment);
        process = builder.start();
        Runtime.getRuntime().addShutdownHook(end);
        return this;
    }

    private String defaultRepositories() {
        return Stream.concat(
                        Stream.of("${karaf.home.uri}${karaf.default.repository}@id=system.repository@snapshots"),
                        repositories.stream()
                                .map(path -> path.toUri() + "@id=test-" + repositories.indexOf(path) + "@snapshots"))
                .collect(Collectors.joining(","));
    }

    /** Whether its process is there, and has not failed to install its features. */
    boolean isWell() {
        return process.isAlive() && log().stream().noneMatch(line -> line.contains("Error installing boot features"));
    }

    /** What it has logged so far. */
    List<String> log() {
        Path log = base.resolve("data/log/karaf.log");
        try {
            // not strictly: while it is written, its end may be half a character
            return Files.isRegularFile(log)
                    ? new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                            .lines()
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it has logged and written, to understand a failure by. */
    String story() throws IOException {
        String output = Files.isRegularFile(console()) ? Files.readString(console(), StandardCharsets.UTF_8) : "";
        return "--- Karaf's output\n" + output + "\n--- Karaf's log\n" + String.join("\n", log());
    }

    private Path console() {
        return base.resolve("console.txt");
    }

    /** An orderly stop; if it takes too long, the end of the process and of all that it has started. */
    boolean stop() throws InterruptedException {
        if (process == null || !process.isAlive()) {
            return true;
        }
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroy();
        boolean ended = process.waitFor(3, TimeUnit.MINUTES);
        descendants.forEach(ProcessHandle::destroyForcibly);
        if (!ended) {
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
        return ended;
    }

    private void destroy() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public void close() {
        if (process == null) {
            return;
        }
        try {
            stop();
        } catch (InterruptedException e) {
            destroy();
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().removeShutdownHook(end);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
