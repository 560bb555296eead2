/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.testsupport;

import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The same ten jobs on every runtime, and the figures of meters that they leave. */
public final class TenJobs {

    /** Of the server. */
    public static final String API_KEY = "key-of-ten-jobs";

    /** Endpoint that answers with text. */
    public static final String CHAT = "mistral_chat";

    /** Endpoint that makes images. */
    public static final String IMAGE = "sdxl_txt2img";

    private static final Pattern LINE = Pattern.compile("((?:camel_aipi|gen_ai)\\w*)\\{([^}]*)} (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    private TenJobs() {}

    /** The server of the jobs. */
    public static AipiSimulator server() {
        return AipiSimulator.builder()
                .apiKey(API_KEY)
                .endpoint(SimulatedEndpoint.ofServer096(CHAT))
                .endpoint(SimulatedEndpoint.pngImage(IMAGE))
                .computeTime(Duration.ofMillis(50))
                .start();
    }

    /** Sends seven prompts that are answered, two that make an image, and one that fails. {@code send} is given endpoint and prompt. */
    public static void run(BiConsumer<String, String> send) {
        for (int i = 1; i <= 7; i++) {
            send.accept(CHAT, "Question " + i);
        }
        send.accept(IMAGE, "A camel");
        send.accept(IMAGE, "A llama");
        send.accept(CHAT, "Question 8 @error=Out_of_memory");
    }

    /** What {@link #figures} gives then. */
    public static List<String> expectedFigures() {
        try (InputStream in = TenJobs.class.getResourceAsStream("ten-jobs.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The figures that are the same wherever the jobs have run, in order: counts, tokens and gauges, no times.
     *
     * @param scrape text for Prometheus
     * @param server host and port of the server, which stand as {@code SERVER}
     */
    public static List<String> figures(String scrape, String server) {
        List<String> figures = new ArrayList<>();
        for (String line : scrape.split("\n")) {
            Matcher meter = LINE.matcher(line);
            if (meter.matches() && isFigure(meter.group(1)) && !"NaN".equals(meter.group(3))) {
                Map<String, String> labels = new TreeMap<>();
                Matcher label = LABEL.matcher(meter.group(2));
                while (label.find()) {
                    labels.put(label.group(1), label.group(2).equals(server) ? "SERVER" : label.group(2));
                }
                labels.keySet().removeAll(List.of("server_address", "server_port"));
                figures.add(meter.group(1) + labels + " " + (long) Double.parseDouble(meter.group(3)));
            }
        }
        figures.sort(null);
        return figures;
    }

    private static boolean isFigure(String name) {
        return name.endsWith("_total")
                || name.endsWith("_count")
                || name.equals("gen_ai_client_token_usage_sum")
                || name.startsWith("camel_aipi_jobs_");
    }
}
