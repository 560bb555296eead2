/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.startup;

import io.aipi.camel.benchmarks.control.ChildProcess;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;

/**
 * The starts of the two applications, in milliseconds.
 *
 * @param without each start without the component: from the main method to the started context
 * @param with each start with it, its login included
 * @param cpuWithout processor time of the process until then
 * @param cpuWith the same with the component
 */
public record StartUp(List<Double> without, List<Double> with, List<Double> cpuWithout, List<Double> cpuWith) {

    /** The id of this case on the command line. */
    public static final String ID = "startup";

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final double MILLI = 1e6;
    private static final List<String> JVM =
            List.of("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");

    /** Copies the lists. */
    public StartUp {
        without = List.copyOf(without);
        with = List.copyOf(with);
        cpuWithout = List.copyOf(cpuWithout);
        cpuWith = List.copyOf(cpuWith);
    }

    /**
     * Starts both alternately, each in a fresh process, beside a server in this one.
     *
     * @param times how often each
     * @param log the file for what the processes print
     * @return what the starts took
     * @throws IOException if a process does not start
     * @throws TimeoutException if it takes a minute
     * @throws InterruptedException if interrupted while waiting
     */
    public static StartUp measure(int times, Path log) throws IOException, TimeoutException, InterruptedException {
        StartUp all = new StartUp(List.of(), List.of(), List.of(), List.of());
        try (AipiSimulator server = AipiSimulator.builder()
                .endpoint(SimulatedEndpoint.chat("chat", "text"))
                .start()) {
            for (int i = 0; i < times; i++) {
                double[] without = start(log, List.of());
                double[] with = start(log, List.of(server.url()));
                all = new StartUp(
                        plus(all.without, without[0]),
                        plus(all.with, with[0]),
                        plus(all.cpuWithout, without[1]),
                        plus(all.cpuWith, with[1]));
            }
        }
        return all;
    }

    private static double[] start(Path log, List<String> arguments)
            throws IOException, TimeoutException, InterruptedException {
        try (ChildProcess process = ChildProcess.start(StartUpProcess.class, log, JVM, arguments)) {
            String[] nanos = process.greeting(SOON).split(" ", -1);
            return new double[] {Long.parseLong(nanos[0]) / MILLI, Long.parseLong(nanos[1]) / MILLI};
        }
    }

    private static List<Double> plus(List<Double> list, double value) {
        List<Double> longer = new ArrayList<>(list);
        longer.add(value);
        return longer;
    }

    /**
     * What the component adds to the time of a start.
     *
     * @return the difference of the medians, in milliseconds
     */
    public double added() {
        return median(with) - median(without);
    }

    /**
     * What the component adds to the processor time of a start.
     *
     * @return the difference of the medians, in milliseconds
     */
    public double addedCpu() {
        return median(cpuWith) - median(cpuWithout);
    }

    /**
     * The middle one.
     *
     * @param values at least one
     * @return their median
     */
    public static double median(List<Double> values) {
        double[] samples =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return samples[samples.length / 2];
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "start-up, median of %d: %.0f ms without the component, %.0f ms with it: %.0f ms more;"
                        + " processor time %.0f ms, %.0f ms: %.0f ms more%n",
                with.size(),
                median(without),
                median(with),
                added(),
                median(cpuWithout),
                median(cpuWith),
                addedCpu());
    }
}
