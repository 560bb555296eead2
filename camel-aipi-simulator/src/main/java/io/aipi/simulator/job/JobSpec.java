/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.model.Performance;
import io.aipi.simulator.model.Script;
import java.util.Map;

/**
 * What a client wants done: a job before it has an id.
 *
 * @param endpoint the endpoint asked
 * @param inputs the validated inputs, defaults filled in
 * @param script what the prompt tells the worker
 * @param performance what the model makes of it
 */
public record JobSpec(ModelEndpoint endpoint, Map<String, JsonNode> inputs, Script script, Performance performance) {

    /**
     * Makes a job specification out of validated inputs.
     *
     * @param endpoint the endpoint asked
     * @param inputs the validated inputs
     * @param scripted what a test says about the job
     * @return the order
     */
    public static JobSpec of(ModelEndpoint endpoint, Map<String, JsonNode> inputs, JobScript scripted) {
        String prompt = prompt(endpoint, inputs);
        Script script = scripted.in(endpoint.model().effectivePrompt(prompt, inputs));
        return new JobSpec(endpoint, inputs, script, endpoint.model().perform(prompt, inputs, script));
    }

    /** The prompt as it was sent, empty for none. */
    String prompt() {
        return prompt(endpoint, inputs);
    }

    /**
     * What the model is asked: the prompt as it was sent, or what stands in for it, as the last message of a conversation.
     *
     * @return the effective prompt, empty for none
     */
    public String effectivePrompt() {
        return endpoint.model().effectivePrompt(prompt(), inputs);
    }

    private static String prompt(ModelEndpoint endpoint, Map<String, JsonNode> inputs) {
        JsonNode given = inputs.get(endpoint.promptParameter());
        return given == null ? "" : given.asText("");
    }
}
