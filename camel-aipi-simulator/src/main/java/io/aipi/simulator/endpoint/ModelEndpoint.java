/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.endpoint;

import io.aipi.simulator.model.Model;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model endpoint as its server describes it, and the model that plays behind it.
 *
 * @param name the endpoint's name, which is its route
 * @param title the title of its description
 * @param description one sentence about it
 * @param version the {@code ep_version} in every response
 * @param category such as {@code chat} or {@code image}
 * @param jobType the server's name for the kind of job; shows up in raw progress
 * @param promptParameter the input that takes the prompt
 * @param inputs the declared inputs, in order; validation errors come in this order
 * @param outputs the declared outputs, in order; only these leave the server
 * @param progressOutputs the declared fields of {@code progress_data}
 * @param model what computes the results
 */
public record ModelEndpoint(
        String name,
        String title,
        String description,
        int version,
        String category,
        String jobType,
        String promptParameter,
        List<Parameter> inputs,
        List<Parameter> outputs,
        List<Parameter> progressOutputs,
        Model model) {

    /** Inputs that every endpoint has without declaring them. */
    private static final List<Parameter> IMPLICIT_INPUTS = List.of(
            Parameter.named("client_session_auth_key", "string"),
            Parameter.named("key", "string"),
            Parameter.named("wait_for_result", "bool"));

    /** Copies the lists. */
    public ModelEndpoint {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        progressOutputs = List.copyOf(progressOutputs);
    }

    /**
     * Declared and implicit inputs, in the order in which they are validated and described.
     *
     * @return all inputs
     */
    public List<Parameter> allInputs() {
        return Stream.concat(inputs.stream(), IMPLICIT_INPUTS.stream()).toList();
    }

    /**
     * This endpoint with another name for its prompt, as servers of the documented generation call it {@code prompt}.
     * Another input of that name goes.
     *
     * @param prompt the new name
     * @return a copy
     */
    public ModelEndpoint withPromptNamed(String prompt) {
        List<Parameter> renamed = inputs.stream()
                .filter(input ->
                        input.name().equals(promptParameter) || !input.name().equals(prompt))
                .map(input -> input.name().equals(promptParameter) ? new Parameter(prompt, input.attributes()) : input)
                .toList();
        return new ModelEndpoint(
                name, title, description, version, category, jobType, prompt, renamed, outputs, progressOutputs, model);
    }

    /**
     * This endpoint with another version.
     *
     * @param number the version
     * @return a copy
     */
    public ModelEndpoint withVersion(int number) {
        return new ModelEndpoint(
                name,
                title,
                description,
                number,
                category,
                jobType,
                promptParameter,
                inputs,
                outputs,
                progressOutputs,
                model);
    }

    /**
     * This endpoint with another model.
     *
     * @param other the model
     * @return a copy
     */
    public ModelEndpoint withModel(Model other) {
        return new ModelEndpoint(
                name,
                title,
                description,
                version,
                category,
                jobType,
                promptParameter,
                inputs,
                outputs,
                progressOutputs,
                other);
    }

    /**
     * This endpoint with one more declared output, unless it has it.
     *
     * @param output the output
     * @return a copy, or this
     */
    public ModelEndpoint withOutput(Parameter output) {
        if (outputs.stream().anyMatch(declared -> declared.name().equals(output.name()))) {
            return this;
        }
        return new ModelEndpoint(
                name,
                title,
                description,
                version,
                category,
                jobType,
                promptParameter,
                inputs,
                Stream.concat(outputs.stream(), Stream.of(output)).toList(),
                progressOutputs,
                model);
    }
}
