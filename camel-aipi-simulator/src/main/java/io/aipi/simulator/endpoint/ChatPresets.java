/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.endpoint;

import static io.aipi.simulator.endpoint.Parameter.named;

import io.aipi.simulator.model.ChatModel;
import java.util.ArrayList;
import java.util.List;

/** The descriptions of the chat endpoints: as recorded where they were recorded, else as the server is configured. */
final class ChatPresets {

    private static final String CHAT_CONTEXT = "chat_context";
    private static final String TEXT_CONTEXT = "text_context";
    private static final String PROMPT_INPUT = "prompt_input";

    private ChatPresets() {}

    /** As {@link EndpointPresets#chat}. */
    static ModelEndpoint chat(String name, String promptParameter) {
        return promptParameter.equals("text") ? plain(name) : withContext(name, promptParameter);
    }

    private static ModelEndpoint plain(String name) {
        boolean recorded = name.equals("llama2_chat");
        List<Parameter> inputs = new ArrayList<>();
        inputs.add(named("text", "string").with("default", "").with("required", true));
        inputs.addAll(sampling());
        return new ModelEndpoint(
                name,
                recorded ? "LLama 2 Chat" : name,
                recorded ? "LLama 2 Chat example API" : name + " (simulated chat)",
                1,
                "chat",
                EndpointPresets.jobType(name),
                "text",
                inputs,
                List.of(
                        named("text", "string"),
                        named("num_generated_tokens", "integer"),
                        named("model_name", "string")),
                List.of(named("text", "string"), named("num_generated_tokens", "integer")),
                new ChatModel());
    }

    private static ModelEndpoint withContext(String name, String promptParameter) {
        boolean recorded = name.equals("llama3_chat");
        List<Parameter> inputs = new ArrayList<>();
        inputs.add(named(CHAT_CONTEXT, CHAT_CONTEXT).with("required", false));
        inputs.add(named(TEXT_CONTEXT, TEXT_CONTEXT).with("required", false));
        if (!promptParameter.equals(TEXT_CONTEXT)) {
            inputs.add(named(promptParameter, "string").with("default", "").with("required", false));
        }
        inputs.addAll(sampling());
        inputs.add(tokens().with("maximum", 16384));
        return chat(
                        name,
                        recorded ? "LLama 3.x Chat" : name,
                        recorded ? "Llama 3.x Instruct Chat example API" : name + " (simulated chat)",
                        3,
                        promptParameter,
                        inputs)
                .withOutput(named("prompt_length", "integer"));
    }

    /** Takes images, and its prompt only in a context. */
    static ModelEndpoint mistral() {
        List<Parameter> inputs = new ArrayList<>();
        inputs.add(named(CHAT_CONTEXT, CHAT_CONTEXT).with("support", List.of("image")));
        inputs.add(named(TEXT_CONTEXT, TEXT_CONTEXT).with("required", false));
        inputs.addAll(sampling());
        inputs.add(tokens().with("maximum", 32768));
        return chat("mistral_chat", "Mistral Chat", "Mistral Instruct Chat example API", 3, TEXT_CONTEXT, inputs)
                .withOutput(named("prompt_length", "integer"));
    }

    /** Takes images; its {@code prompt_input} is a text context, and it does not say how long the prompt was. */
    static ModelEndpoint gptOss() {
        List<Parameter> inputs = new ArrayList<>();
        inputs.add(named(PROMPT_INPUT, TEXT_CONTEXT));
        inputs.add(named(CHAT_CONTEXT, CHAT_CONTEXT).with("support", List.of("image")));
        inputs.addAll(sampling());
        inputs.add(tokens());
        return chat("gpt_oss_chat", "GPT OSS Chat", "GPT OSS Chat example API", 4, PROMPT_INPUT, inputs);
    }

    private static ModelEndpoint chat(
            String name,
            String title,
            String description,
            int version,
            String promptParameter,
            List<Parameter> inputs) {
        return new ModelEndpoint(
                name,
                title,
                description,
                version,
                "chat",
                EndpointPresets.jobType(name),
                promptParameter,
                inputs,
                List.of(
                        named("text", "string"),
                        named("num_generated_tokens", "integer"),
                        named("model_name", "string"),
                        named("max_seq_len", "integer"),
                        named("current_context_length", "integer"),
                        named("error", "string")),
                List.of(
                        named("text", "string"),
                        named("num_generated_tokens", "integer"),
                        named("current_context_length", "integer")),
                new ChatModel());
    }

    private static List<Parameter> sampling() {
        return List.of(
                named("top_k", "integer")
                        .with("minimum", 1)
                        .with("maximum", 1000)
                        .with("default", 40),
                named("top_p", "float")
                        .with("minimum", 0.0)
                        .with("maximum", 1.0)
                        .with("default", 0.9),
                named("temperature", "float")
                        .with("minimum", 0.0)
                        .with("maximum", 1.0)
                        .with("default", 0.8));
    }

    private static Parameter tokens() {
        return named("max_gen_tokens", "integer").with("default", 2000);
    }
}
