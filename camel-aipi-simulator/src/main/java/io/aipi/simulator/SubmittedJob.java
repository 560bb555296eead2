/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.simulator.endpoint.Parameter;
import io.aipi.simulator.job.JobSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A job that was accepted, as the server understood it.
 *
 * @param endpoint the name of the model endpoint
 * @param prompt what the model is asked; in a conversation, the last message of the user; empty for nothing
 * @param parameters all declared parameters of the endpoint that were sent or have a default, the prompt and a
 *     conversation among them. Values are strings, numbers and booleans; pictures are data URIs, and a conversation is
 *     JSON
 */
public record SubmittedJob(String endpoint, String prompt, Map<String, Object> parameters) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Copies the parameters. */
    public SubmittedJob {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    static SubmittedJob of(JobSpec spec) {
        Map<String, JsonNode> given = new LinkedHashMap<>();
        for (Parameter declared : spec.endpoint().inputs()) {
            if (spec.inputs().containsKey(declared.name())) {
                given.put(declared.name(), spec.inputs().get(declared.name()));
            }
        }
        return new SubmittedJob(
                spec.endpoint().name(), spec.effectivePrompt(), JSON.convertValue(given, new TypeReference<>() {}));
    }
}
