/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every option of the component is a property that an IDE completes, with its type, default and meaning.
 *
 * <p>With {@code -Daipi.docs.update=true} the class and the metadata that are made from the catalog are brought up to
 * date first; what is compiled of them is seen by the next build.
 */
class ConfigurationMetadataTest {

    private static final Path STARTER = Path.of("../spring-boot-starter/src/main");
    private static final Path SOURCE = STARTER.resolve("java/io/aipi/camel/springboot/AipiComponentConfiguration.java");
    private static final Path ADDITIONAL =
            STARTER.resolve("resources/META-INF/additional-spring-configuration-metadata.json");
    private static final Path LICENCE = Path.of("../../config/licence-header.txt");

    private static List<CatalogOption> options;
    private static ConfigurationGenerator generator;

    @BeforeAll
    static void read() throws IOException {
        options = CatalogOption.all();
        generator = new ConfigurationGenerator(options);
        if (Boolean.getBoolean("aipi.docs.update")) {
            Files.writeString(SOURCE, source());
            Files.writeString(ADDITIONAL, generator.additionalMetadata());
        }
    }

    private static String source() throws IOException {
        return Files.readString(LICENCE).stripTrailing() + "\n" + generator.javaSource();
    }

    @Test
    void theClassAndTheMetadataAreWhatTheCatalogSays() throws IOException {
        String how = "%s: run this test with -Daipi.docs.update=true";
        assertThat(SOURCE).as(how, SOURCE).content().isEqualTo(source());
        assertThat(ADDITIONAL).as(how, ADDITIONAL).content().isEqualTo(generator.additionalMetadata());
    }

    /** Says the same as the test above of what is in the jar, without trusting what makes it. */
    @Test
    void everyOptionIsInTheMetadataOfTheJar_withItsTypeDefaultAndMeaning() throws IOException {
        Map<String, JsonNode> metadata = metadata("properties");
        assertThat(options).hasSizeGreaterThan(40);
        for (CatalogOption option : options) {
            assertThat(metadata).as("IDE metadata").containsKey(option.property());
            JsonNode property = metadata.get(option.property());
            String type = option.entry().get("javaType").asText();
            String boxed = switch (type) {
                case "boolean" -> "java.lang.Boolean";
                case "int" -> "java.lang.Integer";
                case "long" -> "java.lang.Long";
                default -> type;
            };
            JsonNode kind = option.entry().get("type");
            boolean reference = "object".equals(kind.asText()) && !boxed.startsWith("java.util.Map<");
            assertThat(property.get("type").asText().replace(" ", ""))
                    .as("type of %s", option.property())
                    .isEqualTo(reference ? "java.lang.String" : boxed.replace(" ", ""));
            assertThat(property.get("defaultValue"))
                    .as("default of %s", option.property())
                    .isEqualTo(option.entry().get("defaultValue"));
            assertThat(property.get("description").asText())
                    .as("description of %s", option.property())
                    .startsWith(option.entry().get("description").asText());
        }
    }

    @Test
    void whatIsNoOptionOfTheComponentIsNotOffered() throws IOException {
        List<String> known = options.stream().map(CatalogOption::property).collect(Collectors.toList());
        known.add("camel.component.aipi.enabled");
        known.add("camel.component.aipi.customizer.enabled");
        assertThat(metadata("properties").keySet().stream().filter(name -> name.startsWith("camel.component.aipi")))
                .containsExactlyInAnyOrderElementsOf(known);
    }

    @Test
    void anOptionWithAChoiceOffersIt_andOneThatIsABeanTheBeansOfItsType() throws IOException {
        Map<String, JsonNode> hints = metadata("hints");
        for (CatalogOption option : options) {
            if (option.entry().has("enum")) {
                assertThat(hints.get(option.property()).get("values").findValuesAsText("value"))
                        .containsExactlyElementsOf(option.choices());
            }
        }
        assertThat(hints.get("camel.component.aipi.job-repository")
                        .at("/providers/0/parameters/target")
                        .asText())
                .isEqualTo("io.aipi.camel.store.JobRepository");
    }

    /** Of all jars: an IDE reads them all. */
    private static Map<String, JsonNode> metadata(String section) throws IOException {
        Map<String, JsonNode> byName = new TreeMap<>();
        ClassLoader classPath = AipiComponentConfiguration.class.getClassLoader();
        for (URL jar : Collections.list(classPath.getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream json = jar.openStream()) {
                new ObjectMapper()
                        .readTree(json)
                        .path(section)
                        .forEach(each -> byName.put(each.get("name").asText(), each));
            }
        }
        return byName;
    }
}
