/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks;

import io.aipi.camel.benchmarks.plan.ClientKind;
import io.aipi.camel.benchmarks.plan.Plan;
import io.aipi.camel.benchmarks.plan.Scenario;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The command line.
 *
 * @param plan what is run
 * @param scenarios ids of scenarios, or what they begin with; empty for all
 * @param clients who takes part; empty for all
 * @param out the folder for what is written
 */
record Arguments(Plan plan, List<String> scenarios, Set<ClientKind> clients, Path out) {

    static final String USAGE =
            "Usage: [--plan full|smoke] [--scenarios ID,...] [--clients ID,...] [--out FOLDER]; an empty value is as if not given";

    static Arguments of(String... words) {
        String plan = "full";
        String scenarios = "";
        String clients = "";
        String out = "target/benchmark";
        for (int i = 0; i < words.length; i += 2) {
            String value = i + 1 < words.length ? words[i + 1] : "";
            switch (words[i]) {
                case "--plan" -> plan = value.isEmpty() ? plan : value;
                case "--scenarios" -> scenarios = value;
                case "--clients" -> clients = value;
                case "--out" -> out = value.isEmpty() ? out : value;
                default -> throw new IllegalArgumentException("Unknown option " + words[i]);
            }
        }
        return new Arguments(
                Plan.named(plan),
                split(scenarios),
                split(clients).stream().map(ClientKind::of).collect(Collectors.toSet()),
                Path.of(out));
    }

    private static List<String> split(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    boolean isWanted(String id) {
        return scenarios.isEmpty() || scenarios.stream().anyMatch(id::startsWith);
    }

    /** The clients of a scenario that take part, in their order. */
    List<ClientKind> clientsOf(Scenario load) {
        return load.clients().stream()
                .filter(client -> clients.isEmpty() || clients.contains(client))
                .toList();
    }
}
