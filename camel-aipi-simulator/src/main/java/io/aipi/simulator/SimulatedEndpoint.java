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
import io.aipi.simulator.model.PictureFormat;

/** A model endpoint that a simulator offers. Immutable. */
public final class SimulatedEndpoint {

    private final ModelEndpoint endpoint;

    private SimulatedEndpoint(ModelEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * A chat model that answers {@code You said: <prompt>}.
     *
     * <p>With the prompt in {@code text} it is described as the recorded {@code llama2_chat}, whose description
     * declares no {@code error} output: a failed job then comes back as a success with the prompt for an answer, as it
     * did on the recorded server. {@link #withErrorOutput()} mends that. With the prompt in any other parameter it is
     * described as the recorded {@code llama3_chat}, which declares errors and also takes a {@code chat_context}.
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
