/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.client.error.AipiException;
import io.aipi.client.error.AuthenticationException;
import io.aipi.client.error.ClientClosedException;
import io.aipi.client.error.ConnectionFailedException;
import io.aipi.client.error.EndpointUnavailableException;
import io.aipi.client.error.ErrorContext;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import io.aipi.client.error.JobLapsedException;
import io.aipi.client.error.JobTimeoutException;
import io.aipi.client.error.NotAllowedException;
import io.aipi.client.error.ProtocolViolationException;
import io.aipi.client.error.QueueFullException;
import io.aipi.client.error.ResultLostException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The documentation names what there is, with its defaults, and its links and examples lead somewhere.
 *
 * <p>With {@code -Daipi.docs.update=true} the tables that are made from the catalog are brought up to date first.
 */
class DocumentationTest {

    private static final Path ROOT = Path.of("..");
    private static final Path README = ROOT.resolve("README.md");
    private static final Path SECURITY = ROOT.resolve("SECURITY.md");
    private static final Path OPTIONS = ROOT.resolve("docs/options.md");
    private static final Path BEHAVIOUR = ROOT.resolve("docs/behaviour.md");
    private static final Path ERRORS = ROOT.resolve("docs/errors.md");

    /** A test's class, and one of its methods where one is named. */
    private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");

    private static JsonNode catalog;
    private static CatalogTables tables;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream json = AipiComponent.class.getResourceAsStream("/META-INF/io/aipi/camel/aipi.json")) {
            catalog = new ObjectMapper().readTree(json);
        }
        tables = new CatalogTables(catalog);
        if (Boolean.getBoolean("aipi.docs.update")) {
            update(OPTIONS, "options", tables.options());
            update(OPTIONS, "headers", tables.headers());
            update(README, "options", tables.optionsInShort());
        }
    }

    private static void update(Path page, String part, String table) throws IOException {
        Matcher matcher = part(page, part);
        String text = Files.readString(page);
        Files.writeString(page, text.substring(0, matcher.start(1)) + table + text.substring(matcher.end(1)));
    }

    /** What stands between the two comments that mark the part, as group 1. */
    private static Matcher part(Path page, String part) throws IOException {
        Matcher matcher = Pattern.compile("(?s)<!-- " + part + ": [^\n]*-->\n\n(.*?)\n<!-- end of " + part + " -->")
                .matcher(Files.readString(page));
        assertThat(matcher.find()).as("%s has a part %s", page, part).isTrue();
        return matcher;
    }

    @Test
    @Tag("case-E11")
    void theReadmeBeginsWithWhatItIsAndWhenToUseIt_andBuildsNoMoreThanIsNeeded() throws IOException {
        String page = Files.readString(README);
        String firstScreen = page.lines().limit(35).collect(Collectors.joining("\n"));

        assertThat(firstScreen)
                .contains(
                        "**AIPI** is",
                        "https://www.aime.info/",
                        "**Use this component**",
                        "[camel-openai]",
                        "[camel-http]");
        assertThat(page)
                .contains("`mvn -B install -DskipTests -pl camel-aipi-component -am`")
                .containsPattern("`mvn -B -pl camel-aipi-component -am test -Dtest=\\w+Test`");
        Matcher one = Pattern.compile("-Dtest=(\\w+)`").matcher(page);
        assertThat(one.find()).isTrue();
        try (Stream<Path> sources = Files.walk(Path.of("src/test/java"))) {
            assertThat(sources).anyMatch(path -> path.endsWith(one.group(1) + ".java"));
        }
    }

    @Test
    void theTablesAreWhatTheCatalogSays() throws IOException {
        String how = "%s: run this test with -Daipi.docs.update=true";
        assertThat(part(OPTIONS, "options").group(1)).as(how, OPTIONS).isEqualTo(tables.options());
        assertThat(part(OPTIONS, "headers").group(1)).as(how, OPTIONS).isEqualTo(tables.headers());
        assertThat(part(README, "options").group(1)).as(how, README).isEqualTo(tables.optionsInShort());
    }

    /** Says the same as the test of the tables, without trusting what makes them. */
    @Test
    void everyOptionHasARowWithItsDefaultAndMeaning() throws IOException {
        String page = Files.readString(OPTIONS);
        for (String section : List.of("properties", "componentProperties")) {
            for (Map.Entry<String, JsonNode> option : catalog.get(section).properties()) {
                assertThat(rows(page, option.getKey()))
                        .as("%s of %s", option.getKey(), section)
                        .anySatisfy(row -> {
                            assertThat(row).contains(defaultCell(option.getValue()));
                            assertThat(row.replace("`", "")).contains(firstWords(option.getValue()));
                        });
            }
        }
    }

    @Test
    void theReadmeHasEveryOptionThatIsNotAdvanced() throws IOException {
        String page = Files.readString(README);
        for (Map.Entry<String, JsonNode> option : catalog.get("properties").properties()) {
            if (!option.getValue().get("label").asText().contains("advanced")) {
                assertThat(rows(page, option.getKey()))
                        .as(option.getKey())
                        .singleElement()
                        .asString()
                        .contains(defaultCell(option.getValue()));
            }
        }
    }

    @Test
    void everyHeaderAndPropertyHasARow() throws Exception {
        String page = Files.readString(OPTIONS);
        for (Map.Entry<String, JsonNode> header : catalog.get("headers").properties()) {
            assertThat(rows(page, header.getKey()))
                    .singleElement()
                    .satisfies(row -> assertThat(row.replace("`", "")).contains(firstWords(header.getValue())));
        }
        for (Field constant : AipiConstants.class.getFields()) {
            assertThat(rows(page, (String) constant.get(null)))
                    .as(constant.getName())
                    .hasSize(1);
        }
    }

    private static String defaultCell(JsonNode option) {
        if (option.get("required").asBoolean()) {
            return "| required |";
        }
        return option.has("defaultValue") ? "| `" + option.get("defaultValue").asText() + "` |" : "|  |";
    }

    private static String firstWords(JsonNode entry) {
        String description = entry.get("description").asText();
        return description.substring(0, Math.min(20, description.length()));
    }

    private static List<String> rows(String page, String name) {
        return page.lines().filter(line -> line.startsWith("| `" + name + "`")).toList();
    }

    static Stream<AipiException> errors() {
        ErrorContext nowhere = ErrorContext.of(null);
        return Stream.of(
                new AuthenticationException("", nowhere),
                new ClientClosedException("", nowhere),
                new ConnectionFailedException("", true, nowhere, null),
                new EndpointUnavailableException("", false, nowhere),
                new EndpointUnavailableException("", true, nowhere),
                new InvalidRequestException("", nowhere),
                new JobFailedException("", nowhere),
                new JobLapsedException("", JobLapsedException.Reason.LAPSED, nowhere),
                new JobTimeoutException("", nowhere),
                new NotAllowedException("", nowhere),
                new ProtocolViolationException("", nowhere, null),
                new QueueFullException("", null, nowhere),
                new ResultLostException("", nowhere, null));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void theRowOfAnErrorSaysWhetherToSendAgainAndWhatElseItHas(AipiException error) throws IOException {
        List<String> rows = rows(Files.readString(ERRORS), error.getClass().getSimpleName());
        assertThat(rows).hasSize(1);
        List<String> cells =
                Arrays.stream(rows.get(0).split("\\|")).map(String::strip).toList();
        assertThat(List.of(cells.get(3).split(", "))).contains(error.isRetryable() ? "yes" : "no");
        for (Method method : error.getClass().getDeclaredMethods()) {
            if (!method.isSynthetic() && !"isRetryable".equals(method.getName())) {
                assertThat(cells.get(4)).contains("`" + method.getName() + "()`");
            }
        }
    }

    @Test
    void everyErrorHasARow() throws IOException {
        Set<Class<?>> described = new HashSet<>();
        errors().forEach(error -> described.add(error.getClass()));
        assertThat(described)
                .as("the errors of the test before")
                .containsExactlyInAnyOrder(AipiException.class.getPermittedSubclasses());
        assertThat(Files.readString(ERRORS).lines().filter(line -> line.matches("\\| `\\w+Exception` .*")))
                .hasSize(AipiException.class.getPermittedSubclasses().length);
    }

    @Test
    void everyManagedAttributeOperationAndOutputTypeIsDescribed() throws IOException {
        String page = Files.readString(BEHAVIOUR);
        List<String> names = new ArrayList<>();
        for (Method method : AipiEndpoint.class.getMethods()) {
            if (method.isAnnotationPresent(ManagedAttribute.class)
                    && method.getDeclaringClass() == AipiEndpoint.class) {
                names.add(method.getName().replaceFirst("^(get|is)", ""));
            }
        }
        assertThat(names).contains("JobsInFlight");
        Stream.of(AipiOperation.values(), OutputType.values())
                .flatMap(Arrays::stream)
                .forEach(value -> names.add(value.name()));
        for (String name : names) {
            assertThat(page.lines().filter(line -> line.strip().startsWith("|")))
                    .as(name)
                    .anyMatch(row -> row.contains("`" + name + "`"));
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyTestThatIsNamedIsThere(Path page) throws IOException {
        Map<String, Path> there = tests();
        Matcher named = NAMED_TEST.matcher(Files.readString(page));
        while (named.find()) {
            assertThat(there).as("%s in %s", named.group(), page).containsKey(named.group(1));
            if (named.group(2) != null) {
                assertThat(Files.readString(there.get(named.group(1))))
                        .as("%s in %s", named.group(), page)
                        .containsPattern("void " + named.group(2) + "\\(");
            }
        }
    }

    /** The tests of all modules. */
    private static Map<String, Path> tests() throws IOException {
        try (Stream<Path> sources = Files.walk(ROOT)) {
            return sources.filter(source -> source.toString().endsWith("Test.java"))
                    .collect(Collectors.toMap(
                            source -> source.getFileName().toString().replace(".java", ""),
                            source -> source,
                            (one, other) -> one));
        }
    }

    @Test
    void everySecurityPromiseNamesTheTestThatHoldsIt() throws IOException {
        String page = Files.readString(SECURITY);
        List<String> promises = page.substring(page.indexOf("## Promises"), page.indexOf("## What is not promised"))
                .lines()
                .filter(line -> line.startsWith("| "))
                .skip(1)
                .toList();
        assertThat(promises).hasSizeGreaterThan(10).allSatisfy(promise -> {
            String heldBy = promise.split("\\|")[2].strip();
            assertThat(heldBy.equals("the same")
                            || NAMED_TEST.matcher(heldBy).results().anyMatch(test -> test.group(2) != null))
                    .as(promise)
                    .isTrue();
        });
    }

    static List<Path> pages() throws IOException {
        return Stream.concat(Stream.of(SECURITY), SnippetTest.pages().stream())
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkLeadsSomewhere(Path page) throws IOException {
        Matcher link = Pattern.compile("]\\(([^)\\s]+)\\)").matcher(Files.readString(page));
        while (link.find()) {
            if (link.group(1).contains("://")) {
                continue;
            }
            String[] target = link.group(1).split("#", 2);
            Path file = target[0].isEmpty() ? page : page.resolveSibling(target[0]);
            assertThat(file).as("%s in %s", link.group(1), page).exists();
            if (target.length == 2) {
                assertThat(anchors(file))
                        .as("headings of %s, linked by %s", file, page)
                        .contains(target[1]);
            }
        }
    }

    /** As GitHub makes them of headings. */
    private static Set<String> anchors(Path page) throws IOException {
        Set<String> anchors = new HashSet<>();
        for (String line : Files.readAllLines(page)) {
            if (line.matches("#+ .*")) {
                String heading = line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT);
                anchors.add(heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'));
            }
        }
        return anchors;
    }

    @ParameterizedTest
    @MethodSource("pages")
    void theYamlExamplesAreRoutesWithOptionsThatThereAre(Path page) throws Exception {
        for (String yaml : blocks(page, "yaml")) {
            CamelContext context = contextWithServer();
            try {
                PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString("example.yaml", yaml));
                for (RouteDefinition route : ((ModelCamelContext) context).getRouteDefinitions()) {
                    ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ToDefinition.class)
                            .forEach(to -> assertAccepted(context, to.getUri()));
                    assertAccepted(context, route.getInput().getUri());
                }
            } finally {
                context.stop();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void theJavaExamplesHaveOptionsThatThereAre(Path page) throws Exception {
        CamelContext context = contextWithServer();
        try {
            for (String java : blocks(page, "java")) {
                Matcher uri = Pattern.compile("\"(aipi:[^\"]*)\"").matcher(java);
                while (uri.find()) {
                    assertAccepted(context, uri.group(1));
                }
            }
        } finally {
            context.stop();
        }
    }

    private static CamelContext contextWithServer() {
        CamelContext context = new DefaultCamelContext();
        context.getComponent("aipi", AipiComponent.class).getConfiguration().setServerUrl("http://gpu-server:7777");
        context.getRegistry().bind("jobs", new MemoryAggregationRepository());
        for (String placeholder : List.of("trust.password", "client.password")) {
            context.getPropertiesComponent().addOverrideProperty(placeholder, "secret");
        }
        return context;
    }

    /** Making an endpoint checks its options and calls nobody. */
    private static void assertAccepted(CamelContext context, String uri) {
        if (uri.startsWith("aipi:")) {
            assertThatCode(() -> context.getEndpoint(uri)).as(uri).doesNotThrowAnyException();
        }
    }

    /** Without those that are taken from a file, which another test runs. */
    private static List<String> blocks(Path page, String language) throws IOException {
        String own = SnippetTest.SNIPPET.matcher(Files.readString(page)).replaceAll("");
        Matcher block = Pattern.compile("(?s)```" + language + "\n(.*?)```").matcher(own);
        return block.results().map(result -> result.group(1)).toList();
    }
}
