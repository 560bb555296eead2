/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.kafka;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The pipeline as it runs in production: a process of its own, which can be killed. */
final class PipelineProcess {

    private final Process process;

    private PipelineProcess(Process process) {
        this.process = process;
    }

    /** Its output goes to {@code log}. */
    static PipelineProcess start(Path folder, Path log, Map<String, String> properties) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // it lives for seconds: what counts is a quick start
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
        properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), KafkaPipeline.class.getName()));
        return new PipelineProcess(new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL: not an instruction more. Back when it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM, as an orderly stop. False if it does not end in time; then it is killed. */
    boolean stop() throws InterruptedException {
        process.destroy();
        boolean ended = process.waitFor(90, TimeUnit.SECONDS);
        if (!ended) {
            kill();
        }
        return ended;
    }
}
