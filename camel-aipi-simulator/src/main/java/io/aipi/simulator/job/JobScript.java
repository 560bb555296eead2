/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.job;

import io.aipi.simulator.model.Script;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a test says about one job.
 *
 * @param queueFull whether the job is refused because the queue is full
 * @param text makes the text that a chat answers out of the prompt
 * @param media the data URI of the picture or sound
 * @param failure what the job fails with
 * @param computeTime how long it computes
 */
public record JobScript(
        boolean queueFull,
        Optional<UnaryOperator<String>> text,
        Optional<String> media,
        Optional<String> failure,
        Optional<Duration> computeTime) {

    /** About which nothing is said. */
    public static final JobScript NONE =
            new JobScript(false, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** What the worker is told, by the prompt and by the test. */
    Script in(String prompt) {
        return Script.in(prompt).with(computeTime, failure, text.map(model -> model.apply(prompt)), media);
    }
}
