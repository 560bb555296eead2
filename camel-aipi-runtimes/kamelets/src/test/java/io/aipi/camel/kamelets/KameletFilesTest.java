/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.kamelets;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.AipiComponent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The Kamelets say what the component's catalog entry says, in the form that Camel's own Kamelets have.
 *
 * <p>With {@code -Daipi.docs.update=true} their properties are brought up to date first; the next build ships them.
 * Which options there are is said by the files.
 */
class KameletFilesTest {

    private static final List<String> KAMELETS = List.of("aipi-action", "aipi-chat-action", "aipi-sink");
    private static final Path SOURCES = Path.of("src/main/resources/kamelets");
    private static final Pattern PROPERTIES = Pattern.compile("(?s)\n    properties:\n(.*?)\n  dataTypes:\n");

    private static JsonNode catalog;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream json = AipiComponent.class.getResourceAsStream("/META-INF/io/aipi/camel/aipi.json")) {
            catalog = new ObjectMapper().readTree(json);
        }
        if (Boolean.getBoolean("aipi.docs.update")) {
            for (String name : KAMELETS) {
                String text = source(name);
                Matcher part = properties(text);
                Files.writeString(
                        file(name),
                        text.substring(0, part.start(1))
                                + properties(names(part.group(1)))
                                + text.substring(part.end(1)));
            }
        }
    }

    private static Path file(String name) {
        return SOURCES.resolve(name + ".kamelet.yaml");
    }

    private static String source(String name) throws IOException {
        return Files.readString(file(name));
    }

    private static Matcher properties(String text) {
        Matcher part = PROPERTIES.matcher(text);
        assertThat(part.find()).as("has properties").isTrue();
        return part;
    }

    private static List<String> names(String properties) {
        return Pattern.compile("(?m)^ {6}(\\w+):$")
                .matcher(properties)
                .results()
                .map(name -> name.group(1))
                .toList();
    }

    /** As they stand in the file, in the order of the catalog. */
    private static String properties(Collection<String> names) throws IOException {
        StringBuilder text = new StringBuilder();
        List<String> ordered = names.stream()
                .sorted(Comparator.comparingInt(
                        name -> option(name).get("index").asInt()))
                .toList();
        for (String name : ordered) {
            JsonNode option = option(name);
            text.append("      ").append(name).append(":\n");
            line(text, "title: " + option.get("displayName").asText());
            line(text, "description: " + json(option.get("description")));
            line(text, "type: " + type(option));
            if (option.has("enum")) {
                line(text, "enum: " + json(option.get("enum")).replace("\",\"", "\", \""));
            }
            if (option.has("defaultValue")) {
                line(text, "default: " + json(option.get("defaultValue")));
            }
            if (option.get("secret").asBoolean()) {
                line(text, "format: password");
                line(text, "x-descriptors:");
                line(text, "- urn:camel:group:credentials");
            }
        }
        return text.toString().stripTrailing();
    }

    private static void line(StringBuilder text, String line) {
        text.append("        ").append(line).append('\n');
    }

    private static String json(JsonNode node) throws IOException {
        return new ObjectMapper().writeValueAsString(node);
    }

    private static JsonNode option(String name) {
        JsonNode option = catalog.get("properties").get(name);
        assertThat(option).as("option %s", name).isNotNull();
        return option;
    }

    private static String type(JsonNode option) {
        String type = option.get("type").asText();
        return List.of("boolean", "integer").contains(type) ? type : "string";
    }

    @ParameterizedTest
    @FieldSource("KAMELETS")
    void thePropertiesAreWhatTheCatalogSays(String name) throws IOException {
        String text = properties(source(name)).group(1);
        assertThat(text)
                .as("%s: run this test with -Daipi.docs.update=true", file(name))
                .isEqualTo(properties(names(text)));
    }

    /** Says the same from what a reader of the file gets. */
    @ParameterizedTest
    @FieldSource("KAMELETS")
    void eachPropertyHasTheTypeDefaultAndDescriptionOfItsOption(String name) throws IOException {
        Map<String, Object> properties = map(shipped(name), "spec", "definition", "properties");
        assertThat(properties).containsKeys("endpointName", "serverUrl", "apiKey", "outputType", "jobTimeout");
        properties.forEach((property, entry) -> {
            JsonNode option = option(property);
            Map<String, Object> said = map(entry);
            assertThat(said.get("description"))
                    .isEqualTo(option.get("description").asText());
            assertThat(said.get("type")).isEqualTo(type(option));
            assertThat(said.containsKey("default")).as(property).isEqualTo(option.has("defaultValue"));
            if (option.has("defaultValue")) {
                assertThat(String.valueOf(said.get("default")))
                        .isEqualTo(option.get("defaultValue").asText());
            }
            boolean secret = option.get("secret").asBoolean();
            assertThat("password".equals(said.get("format"))).as(property).isEqualTo(secret);
        });
        assertThat(map(shipped(name), "spec", "definition").get("required")).isEqualTo(List.of("endpointName"));
    }

    @ParameterizedTest
    @FieldSource("KAMELETS")
    void theTemplateHandsEachPropertyOn_asOptionalIfItHasNoDefault(String name) throws IOException {
        Map<String, Object> from = map(shipped(name), "spec", "template", "from");
        assertThat(from.get("uri")).isEqualTo("kamelet:source");
        Map<String, Object> to = map(map(((List<?>) from.get("steps")).get(0)).get("to"));
        assertThat(to.get("uri")).isEqualTo("aipi:{{endpointName}}");
        Map<String, Object> handedOn = map(to.get("parameters"));
        Map<String, Object> properties = map(shipped(name), "spec", "definition", "properties");

        properties.forEach((property, entry) -> {
            if (!"endpointName".equals(property)) {
                String token = map(entry).containsKey("default") ? "{{" + property + "}}" : "{{?" + property + "}}";
                assertThat((String) handedOn.get(property)).isIn(token, "RAW(" + token + ")");
            }
        });
        Set<String> fixed = new HashSet<>(handedOn.keySet());
        fixed.removeAll(properties.keySet());
        assertThat(fixed).isEqualTo("aipi-sink".equals(name) ? Set.of("waitForResult") : Set.of());
    }

    @ParameterizedTest
    @FieldSource("KAMELETS")
    void theHeadersAreTheComponents(String name) throws IOException {
        for (String direction : List.of("in", "out")) {
            Map<String, Object> headers = map(shipped(name), "spec", "dataTypes", direction, "headers");
            assertThat(headers).isNotEmpty();
            headers.forEach((header, entry) -> assertThat(map(entry).get("description"))
                    .isEqualTo(catalog.get("headers")
                            .get(header)
                            .get("description")
                            .asText()));
        }
    }

    @ParameterizedTest
    @FieldSource("KAMELETS")
    void theMetadataIsComplete(String name) throws Exception {
        Map<String, Object> kamelet = shipped(name);
        assertThat(kamelet).containsEntry("apiVersion", "camel.apache.org/v1").containsEntry("kind", "Kamelet");
        assertThat(map(kamelet, "metadata")).containsEntry("name", name);
        assertThat(map(kamelet, "metadata", "labels"))
                .isEqualTo(Map.of("camel.apache.org/kamelet.type", name.substring(name.lastIndexOf('-') + 1)));
        String version = catalog.get("component").get("version").asText();
        assertThat(map(kamelet, "spec").get("dependencies"))
                .isEqualTo(List.of("mvn:io.aipi.camel:camel-aipi:" + version, "camel:kamelet"));
        Map<String, Object> annotations = map(kamelet, "metadata", "annotations");
        assertThat(annotations).containsEntry("camel.apache.org/catalog.version", version);
        String icon = (String) annotations.get("camel.apache.org/kamelet.icon");
        String start = "data:image/svg+xml;base64,";
        assertThat(icon).startsWith(start);
        byte[] svg = Base64.getDecoder().decode(icon.substring(start.length()));
        assertThat(DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(svg))
                        .getDocumentElement()
                        .getTagName())
                .isEqualTo("svg");
    }

    /** Tools read Kamelets by these names: each that is used here is used by Camel's own. */
    @Test
    void theFormIsThatOfCamelsOwnKamelets() throws Exception {
        Set<String> known = new HashSet<>();
        Path jar = Path.of(getClass()
                .getResource("/kamelets/aws-s3-source.kamelet.yaml")
                .toURI()
                .toString()
                .replaceFirst("^jar:file:(.*)!.*$", "$1"));
        try (FileSystem files = FileSystems.newFileSystem(jar);
                Stream<Path> kamelets = Files.list(files.getPath("kamelets"))) {
            for (Path kamelet : kamelets.filter(path -> path.toString().endsWith(".kamelet.yaml"))
                    .toList()) {
                collect("", parse(Files.readString(kamelet)), known);
            }
        }
        assertThat(known).hasSizeGreaterThan(50);
        for (String name : KAMELETS) {
            Set<String> used = new HashSet<>();
            collect("", shipped(name), used);
            used.removeAll(known);
            assertThat(used).as("keys that only %s has", name).isEmpty();
        }
    }

    /**
     * The paths of the keys, with a star for names that are free, and for in and out, which have the same; what is in a
     * template is Camel's YAML DSL.
     */
    private static void collect(String path, Object node, Set<String> paths) {
        if (node instanceof Map<?, ?> map && !path.equals("/spec/template")) {
            map.forEach((key, value) -> {
                boolean free = path.matches(".*/(properties|headers|types|dataTypes)");
                String inner = path + "/" + (free ? "*" : key);
                paths.add(inner);
                collect(inner, value, paths);
            });
        }
    }

    /** As it is in the jar, filtered. */
    private static Map<String, Object> shipped(String name) throws IOException {
        try (InputStream kamelet = KameletFilesTest.class.getResourceAsStream("/kamelets/" + name + ".kamelet.yaml")) {
            return map(parse(new String(kamelet.readAllBytes(), StandardCharsets.UTF_8)));
        }
    }

    private static Object parse(String yaml) {
        return new Load(LoadSettings.builder().build()).loadFromString(yaml);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object node, String... path) {
        Object inner = node;
        for (String key : path) {
            inner = ((Map<String, Object>) inner).get(key);
        }
        assertThat(inner).as(String.join(".", path)).isInstanceOf(Map.class);
        return (Map<String, Object>) inner;
    }
}
