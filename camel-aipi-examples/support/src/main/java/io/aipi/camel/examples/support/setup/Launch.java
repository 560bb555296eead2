/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.support.setup;

import io.aipi.camel.examples.support.Start;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Runs a jar in a Java of its own, with this one's streams, and ends with its exit code. For an application that cannot run in
 * Maven's Java: Maven itself would follow its failure with a page of its own.
 */
public final class Launch {

    private Launch() {}

    /** Does not return. The properties become environment variables, where a key stands in no list of processes. */
    public static void run(String jar, Map<String, String> properties) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar)
                .inheritIO();
        properties.forEach((name, value) -> builder.environment().put(Start.variable(name), value));
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process), "launch-stop"));
        System.exit(process.waitFor());
    }

    private static void stop(Process process) {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
