/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.endpointdsl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.aipi.camel.AipiComponent;
import io.aipi.camel.AipiConstants;
import io.aipi.camel.endpointdsl.AipiEndpointBuilderFactory.AdvancedAipiEndpointBuilder;
import io.aipi.camel.endpointdsl.AipiEndpointBuilderFactory.AdvancedAipiEndpointConsumerBuilder;
import io.aipi.camel.endpointdsl.AipiEndpointBuilderFactory.AdvancedAipiEndpointProducerBuilder;
import io.aipi.camel.endpointdsl.AipiEndpointBuilderFactory.AipiBuilders;
import io.aipi.camel.endpointdsl.AipiEndpointBuilderFactory.AipiEndpointBuilder;
import io.aipi.camel.endpointdsl.AipiEndpointBuilderFactory.AipiEndpointConsumerBuilder;
import io.aipi.camel.endpointdsl.AipiEndpointBuilderFactory.AipiEndpointProducerBuilder;
import io.aipi.camel.endpointdsl.AipiEndpointBuilderFactory.AipiHeaderNameBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The builder has what the component's catalog entry has: each option where it belongs, each header, and no more. */
class EndpointDslTest {

    private static JsonNode catalog;

    private record Option(String name, JsonNode entry) {

        boolean is(String label) {
            return Arrays.asList(entry.get("label").asText().split(",")).contains(label);
        }

        Class<?> type() {
            String type = entry.get("javaType").asText().replaceFirst("<.*", "");
            return switch (type) {
                case "boolean" -> boolean.class;
                case "int" -> int.class;
                case "long" -> long.class;
                default -> load(type);
            };
        }

        private static Class<?> load(String type) {
            try {
                return Class.forName(type);
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void read() throws IOException {
        try (InputStream json = AipiComponent.class.getResourceAsStream("/META-INF/io/aipi/camel/aipi.json")) {
            catalog = new ObjectMapper().readTree(json);
        }
    }

    static List<Option> options() throws IOException {
        read();
        List<Option> options = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : catalog.get("properties").properties()) {
            if (!"path".equals(entry.getValue().get("kind").asText())) {
                options.add(new Option(entry.getKey(), entry.getValue()));
            }
        }
        assertThat(options).hasSizeGreaterThan(30);
        return options;
    }

    @ParameterizedTest
    @MethodSource("options")
    void anOptionHasItsMethodsWhereItBelongs_andNowhereElse(Option option) {
        boolean advanced = option.is("advanced");
        boolean consumer = option.is("consumer");
        boolean producer = option.is("producer");
        assertMethods(AipiEndpointConsumerBuilder.class, option, !advanced && !producer);
        assertMethods(AdvancedAipiEndpointConsumerBuilder.class, option, advanced && !producer);
        assertMethods(AipiEndpointProducerBuilder.class, option, !advanced && !consumer);
        assertMethods(AdvancedAipiEndpointProducerBuilder.class, option, advanced && !consumer);
        // what is for both returns the builder that can be both
        assertMethods(AipiEndpointBuilder.class, option, !advanced && !consumer && !producer);
        assertMethods(AdvancedAipiEndpointBuilder.class, option, advanced && !consumer && !producer);
    }

    private static void assertMethods(Class<?> builder, Option option, boolean expected) {
        Set<List<Class<?>>> signatures = Stream.of(builder.getDeclaredMethods())
                .filter(method -> method.getName().equals(option.name()))
                .filter(method -> method.getReturnType() == builder)
                .map(method -> List.of(method.getParameterTypes()))
                .collect(Collectors.toSet());
        assertThat(signatures)
                .as("%s of %s", option, builder.getSimpleName())
                .isEqualTo(expected ? signatures(option) : Set.of());
    }

    /** A text will always do; a multi-value option takes one by one, or a map. */
    private static Set<List<Class<?>>> signatures(Option option) {
        if (option.entry().path("multiValue").asBoolean()) {
            return Set.of(List.of(String.class, Object.class), List.of(Map.class));
        }
        Set<List<Class<?>>> signatures = new HashSet<>();
        signatures.add(List.of(String.class));
        signatures.add(List.of(option.type()));
        return signatures;
    }

    @Test
    void thereIsNoMethodWithoutAnOption() throws IOException {
        Set<String> names = options().stream().map(Option::name).collect(Collectors.toSet());
        names.addAll(Set.of("advanced", "basic"));
        for (Class<?> builder : List.of(
                AipiEndpointConsumerBuilder.class,
                AdvancedAipiEndpointConsumerBuilder.class,
                AipiEndpointProducerBuilder.class,
                AdvancedAipiEndpointProducerBuilder.class,
                AipiEndpointBuilder.class,
                AdvancedAipiEndpointBuilder.class)) {
            assertThat(builder.getDeclaredMethods()).extracting(Method::getName).isSubsetOf(names);
        }
    }

    @Test
    void aHeadersNameIsWhatItsMethodReturns() throws Exception {
        AipiHeaderNameBuilder headers = new AipiBuilders() {}.aipi();
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, JsonNode> header : catalog.get("headers").properties()) {
            String name = header.getKey().substring("Camel".length());
            String method = name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
            assertThat(AipiHeaderNameBuilder.class.getMethod(method).invoke(headers))
                    .isEqualTo(header.getKey());
            names.add(method);
        }
        assertThat(AipiHeaderNameBuilder.class.getDeclaredMethods())
                .extracting(Method::getName)
                .containsExactlyInAnyOrderElementsOf(names);
        assertThat(headers.aipiJobId()).isEqualTo(AipiConstants.JOB_ID);
    }
}
