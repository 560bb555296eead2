/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** From the result of a job to the message of an exchange; the making of the exchange is in it. */
@State(Scope.Benchmark)
public class BindingBenchmark {

    private static final Media IMAGE = new Media("images", "image/png", new byte[3_000_000]);

    private final AipiBinding binding = new DefaultAipiBinding();
    private final JobResult text = result("The llama said nothing. ".repeat(40), List.of());
    private final JobResult images = result(null, List.of(IMAGE, IMAGE, IMAGE, IMAGE));
    private DefaultCamelContext context;
    private AipiEndpoint endpoint;

    /** Makes an endpoint, of which only the configuration is used. */
    @Setup
    public void start() {
        context = new DefaultCamelContext();
        endpoint = context.getEndpoint("aipi:painter?serverUrl=http://localhost", AipiEndpoint.class);
    }

    /** Closes what belongs to it. */
    @TearDown
    public void stop() throws IOException {
        context.close();
    }

    /** A text of 1,000 bytes. */
    @Benchmark
    public Exchange text() {
        return populated(text);
    }

    /** Four images, of which no byte is copied. */
    @Benchmark
    public Exchange images() {
        return populated(images);
    }

    private Exchange populated(JobResult result) {
        Exchange exchange = new DefaultExchange(context);
        binding.populate(exchange, endpoint, result);
        return exchange;
    }

    private static JobResult result(String text, List<Media> media) {
        return new JobResult(
                "painter",
                "JID1",
                text,
                media,
                7L,
                Duration.ofMillis(3_500),
                Duration.ofMillis(3_900),
                "gpu-host_model_0",
                text == null ? Map.of("images", media) : Map.of("text", text));
    }
}
