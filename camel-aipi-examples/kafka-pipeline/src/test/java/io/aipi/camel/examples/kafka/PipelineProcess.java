/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.kafka;

import io.aipi.testsupport.ApplicationProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The pipeline as it runs in production: a process of its own, which can be killed. */
final class PipelineProcess {

    private PipelineProcess() {}

    /** Its output goes to {@code log}. */
    static ApplicationProcess start(Path folder, Path log, Map<String, String> properties) throws IOException {
        // it lives for seconds: what counts is a quick start
        List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
        options.addAll(ApplicationProcess.properties(properties));
        return ApplicationProcess.start(KafkaPipeline.class, folder, log, options);
    }
}
