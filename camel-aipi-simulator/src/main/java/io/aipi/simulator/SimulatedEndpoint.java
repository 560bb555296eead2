/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import io.aipi.simulator.endpoint.EndpointPresets;
import io.aipi.simulator.endpoint.ModelEndpoint;
import io.aipi.simulator.endpoint.Parameter;
import io.aipi.simulator.model.ChatModel;
import io.aipi.simulator.model.PictureFormat;
import java.util.List;

/** A model endpoint that a simulator offers. Immutable. */
public final class SimulatedEndpoint {

    private final ModelEndpoint endpoint;

    private SimulatedEndpoint(ModelEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * The endpoints of an AIME API Server 0.9.6 with all its models, by their names and with their parameters: the chat
     * endpoints {@code gpt_oss_chat}, {@code llama2_chat}, {@code llama3_chat}, {@code llama4_chat} and
     * {@code mistral_chat}, the image endpoints {@code stable_diffusion_3_5}, {@code stable_diffusion_xl_img2img} (an
     * {@code image} and a {@code text} are required, {@code prompt} is optional) and
     * {@code stable_diffusion_xl_txt2img}, and {@code tts}.
     *
     * <p>A simulator with these: {@code AipiSimulator.builder().endpoints(SimulatedEndpoint.ofServer096()).start()}. As
     * a program: {@code --endpoints 0.9.6}. As a bean: {@link SimulatorBean#setEndpoints}.
     *
     * @return the endpoints, in the order of their names
     */
    public static List<SimulatedEndpoint> ofServer096() {
        return EndpointPresets.ofServer096().stream()
                .map(SimulatedEndpoint::new)
                .toList();
    }

    /**
     * One of the endpoints of an AIME API Server 0.9.6.
     *
     * @param name its name, such as {@code mistral_chat}, a chat that takes images
     * @return the endpoint
     * @throws IllegalArgumentException if that server has none of this name
     */
    public static SimulatedEndpoint ofServer096(String name) {
        return ofServer096().stream()
                .filter(endpoint -> endpoint.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No endpoint " + name + " in " + ofServer096()));
    }

    /**
     * A chat model that answers {@code You said: <prompt>}, and in a conversation {@code You said: <prompt>. Earlier
     * you said: <first>; <second>}.
     *
     * <p>With the prompt in {@code text} it is described as the recorded {@code llama2_chat}, whose description
     * declares no {@code error} output: a failed job then comes back as a success with the prompt as its text, as it
     * did on the recorded server. {@link #withErrorOutput()} mends that. With the prompt in any other parameter it is
     * described as the recorded {@code llama3_chat}, which declares errors and also takes a {@code chat_context} or a
     * {@code text_context}. With the prompt in {@code text_context} it has no parameter beside these two. One that takes
     * images is {@code mistral_chat} of {@link #ofServer096(String)}.
     *
     * @param name the endpoint's name
     * @param promptParameter the parameter that takes the prompt; {@code prompt} in the documented generation, whatever
     *     is given here
     * @return the endpoint
     */
    public static SimulatedEndpoint chat(String name, String promptParameter) {
        return new SimulatedEndpoint(EndpointPresets.chat(name, promptParameter));
    }

    /**
     * A text-to-image model that gives JPEG images of 512 to 2048 pixels.
     *
     * @param name the endpoint's name
     * @return the endpoint
     */
    public static SimulatedEndpoint image(String name) {
        return new SimulatedEndpoint(EndpointPresets.image(name, PictureFormat.JPEG));
    }

    /**
     * A text-to-image model that gives PNG images of 64 to 2048 pixels.
     *
     * @param name the endpoint's name
     * @return the endpoint
     */
    public static SimulatedEndpoint pngImage(String name) {
        return new SimulatedEndpoint(EndpointPresets.image(name, PictureFormat.PNG));
    }

    /**
     * A text-to-image model that gives PNG images of 64 to 2048 pixels, all of the same noise. Made for load: they are
     * as large as their pixels and cost the server next to nothing.
     *
     * @param name the endpoint's name
     * @return the endpoint
     */
    public static SimulatedEndpoint noiseImage(String name) {
        return new SimulatedEndpoint(EndpointPresets.noise(name));
    }

    /**
     * A model that also takes an {@code image} and draws over it. An image without a data-URI prefix makes the server
     * hang until its response timeout.
     *
     * @param name the endpoint's name
     * @return the endpoint
     */
    public static SimulatedEndpoint imageToImage(String name) {
        return new SimulatedEndpoint(EndpointPresets.imageToImage(name));
    }

    /**
     * A text-to-speech model that hums the {@code text} as a short WAV file.
     *
     * @param name the endpoint's name
     * @return the endpoint
     */
    public static SimulatedEndpoint speech(String name) {
        return new SimulatedEndpoint(EndpointPresets.speech(name));
    }

    /**
     * This endpoint with an {@code error} among its declared outputs, so that a worker's error reaches the client.
     *
     * @return a copy, or this if it declares errors already
     */
    public SimulatedEndpoint withErrorOutput() {
        return new SimulatedEndpoint(endpoint.withOutput(Parameter.named("error", "string")));
    }

    /**
     * This endpoint with another longest context. A job with more is one that the worker reports an error for.
     *
     * @param tokens how many words the system message, the conversation and the prompt can have together; 8192 if not
     *     set
     * @return a copy, or this if it is no chat
     */
    public SimulatedEndpoint withMaxSeqLen(int tokens) {
        return endpoint.model() instanceof ChatModel
                ? new SimulatedEndpoint(
                        endpoint.withModel(new ChatModel(SimulatorBuilder.atLeast(1, tokens, "maxSeqLen"))))
                : this;
    }

    /**
     * The endpoint's name.
     *
     * @return the name
     */
    public String name() {
        return endpoint.name();
    }

    ModelEndpoint endpoint() {
        return endpoint;
    }

    @Override
    public String toString() {
        return endpoint.name() + " (" + endpoint.category() + ")";
    }
}
