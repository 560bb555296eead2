/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Programs that tests run. One that the system does not have is taken out of its Debian package: that is downloaded and unpacked
 * into the user's cache, once. It is not installed: that would need rights, and would start the services of the package.
 */
public final class DebianProgram {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private DebianProgram() {}

    /** The program of this system, if it has one. */
    public static Optional<Path> installed(String program) {
        return Arrays.stream((System.getenv("PATH") + File.pathSeparator + "/usr/sbin").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(path -> path.toFile().canExecute())
                .findFirst();
    }

    /**
     * The program of this system, else that of the package. It must need no other files of the package.
     *
     * @throws IllegalStateException if it cannot be had; says why, and what to do
     */
    public static Path of(String program, String debianPackage) {
        Optional<Path> installed = installed(program);
        if (installed.isPresent()) {
            return installed.get();
        }
        Path unpacked = cache().resolve(debianPackage);
        Path executable = unpacked.resolve("usr/bin").resolve(program);
        try {
            if (!Files.isExecutable(executable)) {
                unpack(debianPackage, unpacked);
            }
            if (!Files.isExecutable(executable)) {
                throw new IOException("The package has no " + executable);
            }
        } catch (IOException e) {
            throw new IllegalStateException(
                    program + " is needed and cannot be had. Put it on the PATH: it is in Debian's package "
                            + debianPackage,
                    e);
        }
        return executable;
    }

    private static Path cache() {
        String cache = System.getenv("XDG_CACHE_HOME");
        return (cache == null ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache))
                .resolve("camel-aipi");
    }

    private static void unpack(String debianPackage, Path to) throws IOException {
        Path folder = Files.createTempDirectory(Files.createDirectories(to.getParent()), "download");
        try {
            download(debianPackage, folder);
            Path content = folder.resolve("content");
            run(folder, List.of("dpkg-deb", "--extract", archive(folder).toString(), content.toString()));
            try {
                Files.move(content, to);
            } catch (FileSystemException e) {
                if (!Files.exists(to)) {
                    throw e;
                }
                // another process was faster
            }
        } finally {
            delete(folder);
        }
    }

    private static void download(String debianPackage, Path folder) throws IOException {
        // root would hand the download to a user who may not write here
        List<String> apt = List.of("apt-get", "--quiet", "--option=APT::Sandbox::User=root");
        try {
            run(folder, concat(apt, "download", debianPackage));
        } catch (IOException e) {
            // a fresh machine has no lists of packages, and an old one lists of packages that are no more
            Files.createDirectories(folder.resolve("lists/partial"));
            Files.createDirectories(folder.resolve("cache/archives/partial"));
            List<String> ownLists = concat(
                    apt,
                    "--option=Dir::State::Lists=" + folder.resolve("lists"),
                    "--option=Dir::Cache=" + folder.resolve("cache"));
            run(folder, concat(ownLists, "update"));
            run(folder, concat(ownLists, "download", debianPackage));
        }
    }

    private static List<String> concat(List<String> command, String... words) {
        return Stream.concat(command.stream(), Stream.of(words)).toList();
    }

    private static Path archive(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".deb"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("No package was downloaded"));
        }
    }

    private static void run(Path folder, List<String> command) throws IOException {
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("It takes too long: " + command);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted: " + command);
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new IOException(command + " has failed: " + Files.readString(log));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
