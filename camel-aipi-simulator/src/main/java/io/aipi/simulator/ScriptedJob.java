/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import io.aipi.simulator.job.JobScript;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLConnection;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What becomes of one job, said by a test: {@code simulator.script(failure("Out of memory"), answer("Paris"))}.
 * Immutable.
 */
public final class ScriptedJob {

    private final JobScript script;

    private ScriptedJob(JobScript script) {
        this.script = script;
    }

    /**
     * A chat answers with this text. Other models answer as they do without a script.
     *
     * @param text the answer
     * @return the job
     */
    public static ScriptedJob answer(String text) {
        return answer(prompt -> text);
    }

    /**
     * A chat answers with what is made of its prompt: for jobs whose order is not known. Other models answer as they do
     * without a script.
     *
     * @param model makes the answer; in a conversation, out of the last message of the user; called by any thread
     * @return the job
     */
    public static ScriptedJob answer(UnaryOperator<String> model) {
        return new ScriptedJob(
                new JobScript(false, Optional.of(model), Optional.empty(), Optional.empty(), Optional.empty()));
    }

    /**
     * A model of pictures or sound gives this. A chat answers as it does without a script.
     *
     * @param media a PNG, JPEG or GIF image, or a WAV file
     * @return the job
     * @throws IllegalArgumentException if it is something else
     */
    public static ScriptedJob answer(byte[] media) {
        return new ScriptedJob(new JobScript(
                false, Optional.empty(), Optional.of(dataUri(media)), Optional.empty(), Optional.empty()));
    }

    private static String dataUri(byte[] media) {
        try {
            String type = URLConnection.guessContentTypeFromStream(new ByteArrayInputStream(media));
            if (type == null || !type.matches("(image|audio)/.*")) {
                throw new IllegalArgumentException("Not a PNG, JPEG or GIF image and not a WAV file: " + type);
            }
            return "data:" + type + ";base64," + Base64.getEncoder().encodeToString(media);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The worker fails. The client is told only by an endpoint that declares an error output, see
     * {@link SimulatedEndpoint#withErrorOutput()}.
     *
     * @param message the worker's words
     * @return the job
     */
    public static ScriptedJob failure(String message) {
        return new ScriptedJob(
                new JobScript(false, Optional.empty(), Optional.empty(), Optional.of(message), Optional.empty()));
    }

    /**
     * The job is refused, as if the queue were full.
     *
     * @return the job
     */
    public static ScriptedJob queueFull() {
        return new ScriptedJob(
                new JobScript(true, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()));
    }

    /**
     * This after a time, instead of the endpoint's compute time. From 200 ms on there is progress before the end.
     *
     * @param computeTime how long the job computes, from the moment a worker takes it
     * @return a copy
     */
    public ScriptedJob after(Duration computeTime) {
        return new ScriptedJob(new JobScript(
                script.queueFull(), script.text(), script.media(), script.failure(), Optional.of(computeTime)));
    }

    JobScript script() {
        return script;
    }
}
