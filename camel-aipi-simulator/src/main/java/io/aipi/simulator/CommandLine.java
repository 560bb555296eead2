/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator;

import io.aipi.simulator.model.ChatModel;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** The simulator as a program. */
final class CommandLine {

    static final int USAGE_EXIT_CODE = 2;
    private static final int FAILURE_EXIT_CODE = 1;

    private static final DateTimeFormatter LOG_TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

    private static final String USAGE = """
            Usage: AipiSimulator [--port 7777] [--host 127.0.0.1] [--generation served|0.9.0|documented]
                                 [--api-key KEY]... [--compute-time 2s] [--workers 4]
                                 [--queue-length 1000] [--max-seq-len 8192] [--endpoints all|0.9.6]
                                 [--quiet]
              --port          port to listen on; 0 is any that is free (default 7777)
              --host          address to listen on (default 127.0.0.1)
              --generation    served: as AIME API Server 0.9.6; 0.9.0: as that version of it;
                              documented: as the documents say (default served)
              --api-key       a valid API key, repeatable; without any, every key is good
              --compute-time  how long a job computes, such as 2s or 250ms (default 1s to 2s, by endpoint)
              --workers       workers per endpoint (default 1)
              --queue-length  how many jobs of one endpoint can wait; more are refused (default 1000)
              --max-seq-len   how many tokens the context of a chat can have; with more the job fails (default 8192)
              --endpoints     0.9.6: those of an AIME API Server 0.9.6; all: these and two more (default all)
              --quiet         no line for each login, submit, start, result and refusal
            An AIME API Server 0.9.6 has the chat endpoints gpt_oss_chat, llama2_chat, llama3_chat, llama4_chat and
            mistral_chat, the image endpoints stable_diffusion_xl_txt2img, stable_diffusion_xl_img2img and
            stable_diffusion_3_5 (all JPEG), and tts (speech). The two more are sdxl_txt2img and sd_png (PNG images).
            """;

    /** All of the recorded server's, and two that draw small PNG images. */
    static final List<SimulatedEndpoint> ALL_ENDPOINTS = Stream.concat(
                    SimulatedEndpoint.ofServer096().stream(),
                    Stream.of(SimulatedEndpoint.pngImage("sdxl_txt2img"), SimulatedEndpoint.pngImage("sd_png")))
            .toList();

    private CommandLine() {}

    /**
     * Runs until the process is stopped.
     *
     * @return the exit code, if it does not run
     */
    static int run(String[] arguments, PrintStream out, PrintStream err) {
        if (List.of(arguments).contains("--help")) {
            out.print(USAGE);
            return 0;
        }
        SimulatorBuilder settings;
        try {
            settings = parse(List.of(arguments), out);
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            err.print(USAGE);
            return USAGE_EXIT_CODE;
        }
        try (AipiSimulator simulator = settings.start()) {
            announce(simulator, out);
            untilStopped();
            return 0;
        } catch (UncheckedIOException e) {
            err.println(e.getCause().getMessage());
            return FAILURE_EXIT_CODE;
        }
    }

    static SimulatorBuilder parse(List<String> arguments, PrintStream out) {
        SimulatorBuilder settings = AipiSimulator.builder().port(7777).log(line -> print(line, out));
        List<SimulatedEndpoint> endpoints = ALL_ENDPOINTS;
        int maxSeqLen = ChatModel.USUAL_MAX_SEQ_LEN;
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String option = rest.next();
            switch (option) {
                case "--port" -> settings.port(number(option, value(option, rest), 0, 65_535));
                case "--host" -> settings.host(value(option, rest));
                case "--generation" -> settings.generation(generation(value(option, rest)));
                case "--api-key" -> settings.apiKey(value(option, rest));
                case "--compute-time" -> settings.computeTime(duration(option, value(option, rest)));
                case "--workers" -> settings.workers(number(option, value(option, rest), 0, 100_000));
                case "--queue-length" -> settings.maxQueueLength(number(option, value(option, rest), 1, 10_000_000));
                case "--max-seq-len" -> maxSeqLen = number(option, value(option, rest), 1, 10_000_000);
                case "--endpoints" -> endpoints = endpoints(option, value(option, rest));
                case "--quiet" -> settings.log(line -> {});
                default -> throw new IllegalArgumentException("Unknown argument " + option);
            }
        }
        for (SimulatedEndpoint endpoint : endpoints) {
            settings.endpoint(endpoint.withMaxSeqLen(maxSeqLen));
        }
        return settings;
    }

    /** The endpoints by the name of their set; {@code option} is for the message about another name. */
    static List<SimulatedEndpoint> endpoints(String option, String set) {
        return switch (set) {
            case "all" -> ALL_ENDPOINTS;
            case "0.9.6" -> SimulatedEndpoint.ofServer096();
            default -> throw new IllegalArgumentException(option + " must be all or 0.9.6, not " + set);
        };
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.next();
    }

    private static int number(String option, String value, int least, int most) {
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below, in words that name the option.
        }
        throw new IllegalArgumentException(
                option + " must be a number from " + least + " to " + most + ", not " + value);
    }

    private static Generation generation(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "served" -> Generation.SERVED;
            case "0.9.0" -> Generation.SERVED_0_9_0;
            case "documented" -> Generation.DOCUMENTED;
            default ->
                throw new IllegalArgumentException("--generation must be served, 0.9.0 or documented, not " + value);
        };
    }

    private static Duration duration(String option, String value) {
        boolean milliseconds = value.endsWith("ms");
        String number = milliseconds ? value.substring(0, value.length() - 2) : value.replaceFirst("s$", "");
        try {
            BigDecimal amount = new BigDecimal(number);
            if (amount.signum() >= 0 && amount.compareTo(BigDecimal.valueOf(100_000_000)) <= 0) {
                return Duration.ofNanos(
                        amount.movePointRight(milliseconds ? 6 : 9).longValue());
            }
        } catch (NumberFormatException e) {
            // Refused below, in words that name the option.
        }
        throw new IllegalArgumentException(option + " must be a duration such as 2s or 250ms, not " + value);
    }

    private static void print(String line, PrintStream out) {
        out.println(LocalTime.now(ZoneId.systemDefault()).format(LOG_TIME) + " " + line);
    }

    private static void announce(AipiSimulator simulator, PrintStream out) {
        out.println("AIPI simulator at " + simulator.url());
        simulator
                .endpoints()
                .forEach(endpoint ->
                        out.println("  " + simulator.url() + "/" + endpoint.name() + " (" + endpoint.category() + ")"));
        out.println("Stop it with Ctrl-C.");
    }

    /** Everything happens on daemon threads; this one keeps the process alive. */
    private static void untilStopped() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
