/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;

/** A model that only pretends: it makes up progress and a result from the inputs of a job. */
public sealed interface Model permits ChatModel, ImageModel, NoiseModel, SpeechModel {

    /**
     * What the model is asked: the prompt, unless another input stands in for it.
     *
     * @param prompt the input that takes the prompt, empty if it was not given
     * @param inputs validated inputs
     * @return the effective prompt, empty if there is none
     */
    default String effectivePrompt(String prompt, Map<String, JsonNode> inputs) {
        return prompt;
    }

    /**
     * Begins a job. Nothing is computed yet.
     *
     * @param prompt the input that takes the prompt, empty if it was not given
     * @param inputs validated inputs
     * @param script what the effective prompt says about the job
     * @return the performance of this job
     */
    Performance perform(String prompt, Map<String, JsonNode> inputs, Script script);

    /**
     * How long a job computes unless somebody says otherwise.
     *
     * @return the model's usual compute time
     */
    Duration usualComputeTime();
}
