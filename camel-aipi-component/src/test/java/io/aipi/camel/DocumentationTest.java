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
import io.aipi.camel.chat.MemoryConversationRepository;
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
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
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
    private static final Path OPTIONS = Path.of("src/main/docs/aipi-component.adoc");
    private static final Path HEADERS = ROOT.resolve("docs/reference/headers.md");
    private static final Path MESSAGES = ROOT.resolve("docs/reference/messages.md");
    private static final Path MONITORING = ROOT.resolve("docs/reference/monitoring.md");
    private static final Path ERRORS = ROOT.resolve("docs/reference/errors.md");
    private static final Path TROUBLESHOOTING = ROOT.resolve("docs/reference/troubleshooting.md");

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
            update(OPTIONS, "component options", tables.componentOptions());
            update(OPTIONS, "endpoint options", tables.endpointOptions());
            update(HEADERS, "headers", tables.headers());
        }
    }

    private static void update(Path page, String part, String table) throws IOException {
        Matcher matcher = part(page, part);
        String text = Files.readString(page);
        Files.writeString(page, text.substring(0, matcher.start(1)) + table + text.substring(matcher.end(1)));
    }

    /** What stands between the two comments that mark the part, as group 1. */
    private static Matcher part(Path page, String part) throws IOException {
        String marks = page.toString().endsWith(".adoc")
                ? "// " + part + ": START\n(.*?)// " + part + ": END\n"
                : "<!-- " + part + ": [^\n]*-->\n\n(.*?)\n<!-- end of " + part + " -->";
        Matcher matcher = Pattern.compile("(?s)" + marks).matcher(Files.readString(page));
        assertThat(matcher.find()).as("%s has a part %s", page, part).isTrue();
        return matcher;
    }

    @Test
    void theReadmeIsShort() throws IOException {
        assertThat(Files.readAllLines(README)).hasSizeLessThan(120);
    }

    @ParameterizedTest
    @MethodSource("linking")
    @Tag("case-E11")
    void everyCommandNamesModulesAndTestsThatAreThere(Path page) throws IOException {
        Matcher command =
                Pattern.compile("(?<=\\s)(-pl |-Dtest='?)([\\w./,-]+)").matcher(Files.readString(page));
        while (command.find()) {
            for (String name : command.group(2).split(",")) {
                if (command.group(1).equals("-pl ")) {
                    assertThat(ROOT.resolve(name).resolve("pom.xml"))
                            .as("%s in %s", name, page)
                            .exists();
                } else {
                    assertThat(tests()).as("%s in %s", name, page).containsKey(name);
                }
            }
        }
    }

    @Test
    void theTablesAreWhatTheCatalogSays() throws IOException {
        String how = "%s: run this test with -Daipi.docs.update=true";
        assertThat(part(OPTIONS, "component options").group(1)).as(how, OPTIONS).isEqualTo(tables.componentOptions());
        assertThat(part(OPTIONS, "endpoint options").group(1)).as(how, OPTIONS).isEqualTo(tables.endpointOptions());
        assertThat(part(HEADERS, "headers").group(1)).as(how, HEADERS).isEqualTo(tables.headers());
    }

    /** Says the same as the test of the tables, without trusting what makes them. */
    @Test
    void everyOptionHasARowWithItsDefaultAndMeaning() throws IOException {
        for (Map.Entry<String, String> section : Map.of(
                        "properties", "endpoint options", "componentProperties", "component options")
                .entrySet()) {
            String page = part(OPTIONS, section.getValue()).group(1);
            for (Map.Entry<String, JsonNode> option :
                    catalog.get(section.getKey()).properties()) {
                assertThat(rows(page, "*" + option.getKey() + "*"))
                        .as("%s of %s", option.getKey(), section)
                        .singleElement()
                        .satisfies(row -> {
                            assertThat(row).contains(defaultCell(option.getValue()));
                            assertThat(row.replace("`", "")).contains(firstWords(option.getValue()));
                        });
            }
        }
    }

    @Test
    void everyHeaderAndPropertyHasARow() throws Exception {
        String page = Files.readString(HEADERS);
        for (Map.Entry<String, JsonNode> header : catalog.get("headers").properties()) {
            assertThat(rows(page, "`" + header.getKey() + "`"))
                    .singleElement()
                    .satisfies(row -> assertThat(row.replace("`", "")).contains(firstWords(header.getValue())));
        }
        for (Field constant : AipiConstants.class.getFields()) {
            assertThat(rows(page, "`" + constant.get(null) + "`"))
                    .as(constant.getName())
                    .hasSize(1);
        }
    }

    private static String defaultCell(JsonNode option) {
        if (option.get("required").asBoolean()) {
            return "| *Required* ";
        }
        return option.has("defaultValue") ? "| `" + option.get("defaultValue").asText() + "` |" : "|  |";
    }

    private static String firstWords(JsonNode entry) {
        String description = entry.get("description").asText();
        return description.substring(0, Math.min(20, description.length()));
    }

    private static List<String> rows(String page, String name) {
        return page.lines().filter(line -> line.startsWith("| " + name)).toList();
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
        List<String> rows =
                rows(Files.readString(ERRORS), "`" + error.getClass().getSimpleName() + "`");
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
    void everyOperationAndOutputTypeHasARow() throws IOException {
        String page = Files.readString(MESSAGES);
        Stream.of(AipiOperation.values(), OutputType.values())
                .flatMap(Arrays::stream)
                .forEach(value -> assertThat(rows(page, "`" + value.name() + "`"))
                        .as(value.name())
                        .isNotEmpty());
    }

    @Test
    void everyManagedAttributeHasARow() throws IOException {
        String page = Files.readString(MONITORING);
        List<String> names = new ArrayList<>();
        for (Class<?> type : List.of(AipiEndpoint.class, AipiConsumer.class)) {
            for (Method method : type.getMethods()) {
                if (method.isAnnotationPresent(ManagedAttribute.class) && method.getDeclaringClass() == type) {
                    names.add(method.getName().replaceFirst("^(get|is)", ""));
                }
            }
        }
        assertThat(names)
                .contains("JobsInFlight", "TrackedJobs")
                .allSatisfy(name ->
                        assertThat(rows(page, "`" + name + "`")).as(name).hasSize(1));
    }

    /** What stands for a name or a number in a message of the page is written as three dots. */
    @Test
    void theMessagesOfTroubleshootingAreInTheCode() throws IOException {
        StringBuilder code = new StringBuilder();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source :
                    (Iterable<Path>) sources.filter(path -> path.toString().endsWith(".java"))::iterator) {
                code.append(Files.readString(source).replaceAll("\"\\s*\\+\\s*\"", ""));
            }
        }
        Matcher row = Pattern.compile("(?m)^\\| `([^`]+)` \\|").matcher(Files.readString(TROUBLESHOOTING));
        int rows = 0;
        while (row.find()) {
            rows++;
            for (String words : row.group(1).split("\\.\\.\\.")) {
                assertThat(code.indexOf(words.strip())).as(row.group(1)).isNotNegative();
            }
        }
        assertThat(rows).isGreaterThan(50);
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
        return filesOfTheProject("Test\\.java").stream()
                .collect(Collectors.toMap(
                        source -> source.getFileName().toString().replace(".java", ""),
                        source -> source,
                        (one, other) -> one));
    }

    /** Files whose names end so. Not what a build makes: other tests make and delete files there meanwhile. */
    private static List<Path> filesOfTheProject(String ending) throws IOException {
        Pattern names = Pattern.compile(".*" + ending);
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name = folder.getFileName().toString();
                return name.equals("target") || name.equals(".git")
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (names.matcher(file.getFileName().toString()).matches()) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
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

    /** All pages of all modules. */
    static List<Path> linking() throws IOException {
        return filesOfTheProject("\\.(md|adoc)").stream().sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("linking")
    void everyLinkLeadsSomewhere(Path page) throws IOException {
        Matcher link = Pattern.compile("]\\(([^)\\s]+)\\)|link:([^\\s\\[]+)\\[").matcher(Files.readString(page));
        while (link.find()) {
            String to = link.group(1) != null ? link.group(1) : link.group(2);
            if (to.contains("://")) {
                continue;
            }
            String[] target = to.split("#", 2);
            Path file = target[0].isEmpty() ? page : page.resolveSibling(target[0]);
            assertThat(file).as("%s in %s", to, page).exists();
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

    @ParameterizedTest
    @MethodSource("pages")
    void theXmlExamplesHaveOptionsThatThereAre(Path page) throws Exception {
        CamelContext context = contextWithServer();
        try {
            for (String xml : blocks(page, "xml")) {
                Matcher uri = Pattern.compile("\"(aipi:[^\"]*)\"").matcher(xml.replace("&amp;", "&"));
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
        context.getRegistry().bind("conversations", new MemoryConversationRepository());
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
        String own = SnippetTest.withoutSnippets(Files.readString(page));
        String block = page.toString().endsWith(".adoc")
                ? "\\[source," + language + "]\n----\n(.*?)----"
                : "```" + language + "\n(.*?)```";
        return Pattern.compile("(?s)" + block)
                .matcher(own)
                .results()
                .map(result -> result.group(1))
                .toList();
    }
}
