/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.client.error.AipiException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The user guide names what there is, with its defaults. */
class DocumentationTest {

    private static String guide;
    private static JsonNode catalog;

    @BeforeAll
    static void read() throws IOException {
        guide = Files.readString(Path.of("../docs/component.md"));
        try (InputStream json = AipiComponent.class.getResourceAsStream("/META-INF/io/aipi/camel/aipi.json")) {
            catalog = new ObjectMapper().readTree(json);
        }
    }

    @Test
    void everyEndpointOptionIsInTheGuideWithItsDefault() {
        for (Map.Entry<String, JsonNode> option : catalog.get("properties").properties()) {
            String name = "`" + option.getKey() + "`";
            assertThat(guide).as("docs/component.md").contains(name);
            JsonNode value = option.getValue().get("defaultValue");
            if (value != null) {
                assertThat(guide.lines().filter(line -> line.startsWith("|") && line.contains(name)))
                        .as("the row of " + name)
                        .anyMatch(line -> line.contains("`" + value.asText() + "`"));
            }
        }
    }

    @Test
    void everyComponentOptionIsInTheGuide() {
        for (Map.Entry<String, JsonNode> option :
                catalog.get("componentProperties").properties()) {
            assertThat(guide).as("docs/component.md").contains("`" + option.getKey() + "`");
        }
    }

    @Test
    void everyHeaderIsInTheGuide() {
        for (Map.Entry<String, JsonNode> header : catalog.get("headers").properties()) {
            assertThat(guide).as("docs/component.md").contains("| `" + header.getKey() + "` |");
        }
    }

    @Test
    void everyErrorIsInTheGuide() {
        for (Class<?> error : AipiException.class.getPermittedSubclasses()) {
            assertThat(guide).as("docs/component.md").contains("`" + error.getSimpleName() + "`");
        }
    }
}
