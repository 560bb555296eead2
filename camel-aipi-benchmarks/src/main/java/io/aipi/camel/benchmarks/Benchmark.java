/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.aipi.camel.benchmarks.plan.Case;
import io.aipi.camel.benchmarks.plan.PeerKind;
import io.aipi.camel.benchmarks.report.Row;
import io.aipi.camel.benchmarks.report.RowTable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/** Runs cases and peers, one after the other, and tells what came out. */
public final class Benchmark {

    private final Arguments arguments;
    private final PrintStream out;
    private final Path log;
    private final List<Row> rows = new ArrayList<>();

    /** Looks at a job by case, as the component's own runs showed. */
    private final Map<String, Double> looks = new ConcurrentHashMap<>();

    Benchmark(Arguments arguments, PrintStream out) throws IOException {
        this.arguments = arguments;
        this.out = out;
        Files.createDirectories(arguments.out());
        this.log = arguments.out().resolve("processes.log");
        Files.deleteIfExists(log);
    }

    /**
     * Runs.
     *
     * @param words see the usage, which bad arguments bring up together with exit code 2
     * @throws IOException if the results cannot be written
     * @throws InterruptedException if somebody interrupts
     */
    @SuppressWarnings("SystemOut")
    public static void main(String[] words) throws IOException, InterruptedException {
        Arguments arguments;
        try {
            arguments = Arguments.of(words);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + Arguments.USAGE);
            System.exit(2);
            return;
        }
        new Benchmark(arguments, System.out).run();
    }

    void run() throws IOException, InterruptedException {
        for (Case load : arguments.plan().cases()) {
            if (arguments.isWanted(load.id())) {
                for (PeerKind peer : arguments.peersOf(load)) {
                    measure(load, peer);
                }
            }
        }
        out.println();
        out.print(RowTable.of(rows));
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(arguments.out().resolve("rows.json").toFile(), rows);
    }

    private void measure(Case load, PeerKind peer) throws InterruptedException {
        out.println(load.id() + " " + peer + " ...");
        try {
            double known = looks.getOrDefault(load.id(), 0.0);
            Row row = new Run(arguments.plan().name(), load, peer, known, log).measure();
            if (peer == PeerKind.AIPI) {
                looks.put(load.id(), row.polls());
            }
            rows.add(row);
            out.print(RowTable.of(List.of(row)));
        } catch (IOException | TimeoutException e) {
            out.println(load.id() + " " + peer + " failed: " + e.getMessage());
        }
    }
}
