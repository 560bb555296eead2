/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.tutorial;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An application of a tutorial: Camel's main class with the tutorial's files, in a process of its own. */
final class Application implements AutoCloseable {

    private final Process process;
    private final Path log;

    private Application(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts it in {@code folder}; what it logs goes to a file in there. */
    static Application start(Path folder, String serverUrl, List<Path> resources) throws IOException {
        StringBuilder classPath = new StringBuilder();
        for (Path resource : resources) {
            classPath.append(resource.toAbsolutePath()).append(File.pathSeparator);
        }
        Path log = Files.createTempFile(folder, "application", ".log");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        classPath + System.getProperty("java.class.path"),
                        "org.apache.camel.main.Main")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("AIPI_SERVER_URL", serverUrl);
        return new Application(builder.start(), log);
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
