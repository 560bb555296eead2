/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.monitoring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The meters that the documentation lists. */
final class MeterTable {

    /** A row, with all tags of the meter. */
    record Row(String meter, String type, Set<String> tags) {

        void register(MeterRegistry registry) {
            Tags some = Tags.of(tags.stream().map(tag -> Tag.of(tag, "some")).toList());
            switch (type) {
                case "timer" -> Timer.builder(meter).tags(some).register(registry);
                case "summary" -> DistributionSummary.builder(meter).tags(some).register(registry);
                case "counter" -> Counter.builder(meter).tags(some).register(registry);
                case "gauge" -> Gauge.builder(meter, () -> 1).tags(some).register(registry);
                default -> throw new IllegalStateException(type + " is no type of a meter");
            }
        }
    }

    private static final Path PAGE = Path.of("../docs/reference/monitoring.md");

    private static final Pattern ROW = Pattern.compile("\\| `([\\w.]+)` \\| (\\w+) \\|([^|]*)\\| .+ \\|");
    private static final Pattern TAG = Pattern.compile("`([\\w.]+)`");

    /** What all meters of a prefix have. */
    private static final Map<String, Set<String>> COMMON_TAGS = Map.of(
            "camel.aipi.",
            Set.of("endpoint", "server"),
            "gen_ai.",
            Set.of(
                    "gen_ai.operation.name",
                    "gen_ai.provider.name",
                    "gen_ai.request.model",
                    "gen_ai.response.model",
                    "server.address",
                    "server.port"));

    private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+)\\{(.*)} .*$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

    private MeterTable() {}

    static List<Row> rows() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf("\n## Meters\n");
        return page.substring(begin, page.indexOf("\n## ", begin + 1))
                .lines()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .map(row -> new Row(row.group(1), row.group(2), tags(row.group(1), row.group(3))))
                .toList();
    }

    private static Set<String> tags(String meter, String further) {
        Stream<String> common = COMMON_TAGS.entrySet().stream()
                .filter(prefix -> meter.startsWith(prefix.getKey()))
                .flatMap(prefix -> prefix.getValue().stream());
        return Stream.concat(common, TAG.matcher(further).results().map(tag -> tag.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What Prometheus reads of the meters: names with the names of their labels, as Micrometer's registry shows them. */
    static Map<String, Set<String>> inPrometheus(List<Row> rows) {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        rows.forEach(row -> row.register(registry));
        Map<String, Set<String>> metrics = new LinkedHashMap<>();
        SAMPLE.matcher(registry.scrape())
                .results()
                .forEach(sample -> metrics.put(
                        sample.group(1),
                        LABEL.matcher(sample.group(2))
                                .results()
                                .map(label -> label.group(1))
                                .collect(Collectors.toSet())));
        return metrics;
    }
}
