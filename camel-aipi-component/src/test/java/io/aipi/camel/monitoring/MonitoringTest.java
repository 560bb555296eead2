/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.aipi.client.error.AipiException;
import io.aipi.testsupport.DebianProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The dashboard and the alerts ask for what there is, and the alerts fire when they should. */
class MonitoringTest {

    private static final Path FOLDER = Path.of("../monitoring");
    private static final Path ALERTS = FOLDER.resolve("prometheus-alerts.yml");
    private static final Path TESTS_OF_ALERTS = FOLDER.resolve("prometheus-alerts-test.yml");
    private static final Path HOW_TO = Path.of("../docs/how-to/monitor.md");

    /** Of the scraped process: Prometheus adds them. */
    private static final Set<String> TARGET_LABELS = Set.of("job", "instance");

    private static final Pattern LEGEND_LABEL = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern ALERT_LABEL = Pattern.compile("\\$labels\\.(\\w+)");
    private static final Pattern VARIABLE = Pattern.compile("label_values\\((.*), (\\w+)\\)");

    /** A query, and the labels that are shown of what it gives. */
    record Query(String where, String expression, Set<String> shown) {
        @Override
        public String toString() {
            return where;
        }
    }

    private static Map<String, Set<String>> metrics;

    @BeforeAll
    static void metrics() throws IOException {
        metrics = MeterTable.inPrometheus(MeterTable.rows());
        assertThat(metrics)
                .containsKeys(
                        "camel_aipi_job_seconds_sum", "camel_aipi_jobs_stored", "gen_ai_client_token_usage_count");
    }

    private static JsonNode dashboard() throws IOException {
        return new ObjectMapper()
                .readTree(FOLDER.resolve("grafana-dashboard.json").toFile());
    }

    private static List<JsonNode> rules() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        for (JsonNode group : new YAMLMapper().readTree(ALERTS.toFile()).get("groups")) {
            group.get("rules").forEach(rules::add);
        }
        return rules;
    }

    private static List<JsonNode> charts() throws IOException {
        List<JsonNode> charts = new ArrayList<>();
        for (JsonNode panel : dashboard().get("panels")) {
            if (!panel.get("type").asText().equals("row")) {
                charts.add(panel);
            }
        }
        return charts;
    }

    static List<Query> ofTheDashboard() throws IOException {
        List<Query> queries = new ArrayList<>();
        for (JsonNode chart : charts()) {
            for (JsonNode target : chart.get("targets")) {
                String where =
                        chart.get("title").asText() + " " + target.get("refId").asText();
                queries.add(new Query(
                        where,
                        target.get("expr").asText(),
                        names(LEGEND_LABEL, target.get("legendFormat").asText())));
            }
        }
        return queries;
    }

    static List<Query> ofTheAlerts() throws IOException {
        return rules().stream()
                .map(rule -> new Query(
                        rule.get("alert").asText(),
                        rule.get("expr").asText(),
                        names(ALERT_LABEL, rule.get("annotations").toString())))
                .toList();
    }

    static Stream<Query> queries() throws IOException {
        return Stream.concat(ofTheDashboard().stream(), ofTheAlerts().stream());
    }

    private static Set<String> names(Pattern pattern, String text) {
        Set<String> names = new HashSet<>();
        pattern.matcher(text).results().forEach(found -> names.add(found.group(1)));
        return names;
    }

    private static void assertKnown(PromQl query) {
        assertThat(query.selectors()).isNotEmpty().allSatisfy(selector -> {
            assertThat(metrics).containsKey(selector.metric());
            assertThat(metrics.get(selector.metric()))
                    .as("labels of %s", selector.metric())
                    .containsAll(selector.matchers().keySet());
            Set<String> labels = new HashSet<>(metrics.get(selector.metric()));
            labels.addAll(TARGET_LABELS);
            assertThat(labels).as("labels of %s", selector.metric()).containsAll(query.groupings());
        });
    }

    @ParameterizedTest
    @MethodSource("queries")
    void everyQueryNamesMetersAndTagsThatThereAre(Query query) {
        PromQl names = PromQl.of(query.expression());
        assertKnown(names);
        assertThat(names.groupings()).as("labels that are left to be shown").containsAll(query.shown());
    }

    @ParameterizedTest
    @MethodSource("queries")
    void everyErrorOfAQueryIsOneThatThereIs(Query query) {
        List<String> errors = Stream.concat(
                        Stream.of("none"),
                        Arrays.stream(AipiException.class.getPermittedSubclasses())
                                .map(Class::getSimpleName))
                .toList();
        for (PromQl.Selector selector : PromQl.of(query.expression()).selectors()) {
            if (selector.matchers().containsKey("error")) {
                assertThat(errors).contains(selector.matchers().get("error").split("\\|"));
            }
        }
    }

    @Test
    void theVariablesOfTheDashboardListTagsThatThereAre() throws IOException {
        List<String> variables = new ArrayList<>();
        for (JsonNode variable : dashboard().at("/templating/list")) {
            variables.add(variable.get("name").asText());
            if (variable.get("type").asText().equals("query")) {
                Matcher values = VARIABLE.matcher(variable.at("/query/query").asText());
                assertThat(values.matches()).as("%s", variable).isTrue();
                PromQl names = PromQl.of(values.group(1));
                assertKnown(names);
                assertThat(metrics.get(names.selectors().get(0).metric())).contains(values.group(2));
            }
        }
        assertThat(variables).containsExactly("datasource", "server", "endpoint");
    }

    @Test
    void theDashboardShowsEveryMeterOfTheComponent() throws IOException {
        Set<String> shown = new HashSet<>();
        for (Query query : ofTheDashboard()) {
            PromQl.of(query.expression()).selectors().forEach(selector -> shown.add(selector.metric()));
        }
        for (MeterTable.Row row : MeterTable.rows()) {
            if (row.meter().startsWith("camel.aipi.")) {
                assertThat(shown)
                        .as(row.meter())
                        .containsAnyElementsOf(
                                MeterTable.inPrometheus(List.of(row)).keySet());
            }
        }
    }

    @Test
    void everyPanelHasATitleAnIdOfItsOwnAndTheChosenDataSource() throws IOException {
        assertThat(charts()).hasSizeGreaterThan(10).allSatisfy(chart -> {
            assertThat(chart.get("title").asText()).isNotBlank();
            assertThat(chart.at("/datasource/uid").asText()).isEqualTo("${datasource}");
        });
        assertThat(dashboard().get("panels").findValuesAsText("id")).doesNotHaveDuplicates();
    }

    @Test
    void theHowToListsEveryAlert() throws IOException {
        String page = Files.readString(HOW_TO);
        Set<String> listed = names(Pattern.compile("(?m)^\\| `(Aipi\\w+)` \\|"), page);
        assertThat(ofTheAlerts()).extracting(Query::where).containsExactlyInAnyOrderElementsOf(listed);
    }

    @Test
    void everyAlertHasATestInWhichItFiresAndOneInWhichItDoesNot() throws IOException {
        Set<String> firing = new HashSet<>();
        Set<String> silent = new HashSet<>();
        for (JsonNode test : new YAMLMapper().readTree(TESTS_OF_ALERTS.toFile()).get("tests")) {
            for (JsonNode expected : test.get("alert_rule_test")) {
                (expected.path("exp_alerts").isEmpty() ? silent : firing)
                        .add(expected.get("alertname").asText());
            }
        }
        List<String> alerts = ofTheAlerts().stream().map(Query::where).toList();
        assertThat(firing).containsExactlyInAnyOrderElementsOf(alerts);
        assertThat(silent).containsExactlyInAnyOrderElementsOf(alerts);
    }

    @Test
    @Tag("nightly")
    void prometheusTakesTheRules() throws Exception {
        assertThat(promtool("check", "rules", ALERTS.toString()))
                .contains("SUCCESS: " + rules().size() + " rules found");
    }

    @Test
    @Tag("nightly")
    void theAlertsFireWhenTheyShould() throws Exception {
        assertThat(promtool("test", "rules", TESTS_OF_ALERTS.toString())).contains("SUCCESS");
    }

    /** As rules, since promtool has no check for a query. What Grafana would put in for its variables is put in. */
    @Test
    @Tag("nightly")
    void prometheusTakesTheQueriesOfTheDashboard(@TempDir Path folder) throws Exception {
        List<Query> queries = ofTheDashboard();
        List<Map<String, String>> rules = new ArrayList<>();
        for (Query query : queries) {
            rules.add(Map.of(
                    "record",
                    "query:" + rules.size(),
                    "expr",
                    query.expression().replace("$__rate_interval", "5m").replaceAll("\\$\\w+", ".*")));
        }
        Path file = folder.resolve("queries.yml");
        new YAMLMapper()
                .writeValue(file.toFile(), Map.of("groups", List.of(Map.of("name", "queries", "rules", rules))));
        assertThat(promtool("check", "rules", file.toString())).contains("SUCCESS: " + queries.size() + " rules found");
    }

    /** What promtool says, if it is content. */
    private static String promtool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(DebianProgram.of("promtool", "prometheus").toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s:%n%s", command, said).isZero();
        return said;
    }
}
