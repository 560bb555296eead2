/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.endpointdsl;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.AipiComponent;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.catalog.EndpointValidationResult;
import org.apache.camel.catalog.RuntimeCamelCatalog;
import org.apache.camel.catalog.maven.ComponentArtifactHelper;
import org.apache.camel.catalog.suggest.CatalogSuggestionStrategy;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.tooling.model.ComponentModel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Camel's catalog, which editors and checkers ask, knows the component and its options from what the component's jar ships. */
class CatalogTest {

    private CamelCatalog catalog;

    @BeforeEach
    void makeCatalog() {
        // tag::catalog[]
        catalog = new DefaultCamelCatalog(true);
        catalog.addComponent("aipi", "io.aipi.camel.AipiComponent");
        catalog.setSuggestionStrategy(new CatalogSuggestionStrategy());
        // end::catalog[]
    }

    @Test
    void theEntryIsFoundByTheComponentsClass() {
        assertThat(catalog.findComponentNames()).contains("aipi");
        ComponentModel model = catalog.componentModel("aipi");
        assertThat(model.getJavaType()).isEqualTo(AipiComponent.class.getName());
        assertThat(model.getSyntax()).isEqualTo("aipi:endpointName");
        assertThat(model.getArtifactId()).isEqualTo("camel-aipi");
        assertThat(model.getEndpointOptions())
                .filteredOn("name", "apiKey")
                .singleElement()
                .satisfies(option -> assertThat(option.isSecret()).isTrue());
    }

    /** What editors do with a jar on the class path that is not Camel's: list its components, load each one's entry. */
    @Test
    void camelsLoaderFindsTheEntryInTheJarAlone() throws Exception {
        URL jar = AipiComponent.class.getProtectionDomain().getCodeSource().getLocation();
        CamelCatalog empty = new DefaultCamelCatalog();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar}, null)) {
            Properties artifact =
                    ComponentArtifactHelper.loadComponentProperties(loader, LoggerFactory.getLogger(CatalogTest.class));
            assertThat(artifact).containsEntry("groupId", "io.aipi.camel").containsEntry("artifactId", "camel-aipi");
            for (String scheme : artifact.getProperty("components").split("\\s+")) {
                String type = ComponentArtifactHelper.extractComponentJavaType(
                        loader, scheme, LoggerFactory.getLogger(CatalogTest.class));
                String entry = ComponentArtifactHelper.loadComponentJSonSchema(
                        loader, scheme, LoggerFactory.getLogger(CatalogTest.class));
                empty.addComponent(scheme, type, entry);
            }
        }
        assertThat(empty.componentJSonSchema("aipi")).isNotNull().isEqualTo(catalog.componentJSonSchema("aipi"));
        assertThat(empty.validateEndpointProperties("aipi:llama2_chat?waitForResult=true")
                        .isSuccess())
                .isTrue();
    }

    /** A running application asks the catalog of its context; nothing is to be registered there. */
    @Test
    void theCatalogOfARunningContextKnowsTheComponent() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            RuntimeCamelCatalog runtime = PluginHelper.getRuntimeCamelCatalog(context);

            assertThat(context.getComponentParameterJsonSchema("aipi"))
                    .isNotNull()
                    .isEqualTo(catalog.componentJSonSchema("aipi"));
            assertThat(runtime.validateProperties(
                                    "aipi", Map.of("endpointName", "llama2_chat", "waitForResult", "true"))
                            .isSuccess())
                    .isTrue();
            assertThat(runtime.asEndpointUri("aipi", Map.of("endpointName", "llama2_chat", "jobTimeout", "1m"), false))
                    .isEqualTo("aipi:llama2_chat?jobTimeout=1m");
        }
    }

    @Test
    void goodUrisAreGood() {
        for (String uri : List.of(
                "aipi:llama2_chat?waitForResult=true",
                "aipi:llama2_chat?param.temperature=0.7&param.top_k=40&outputType=text",
                "aipi:llama2_chat?jobTimeout=10m&pollInterval=100",
                "aipi:llama2_chat?apiKey={{aipi.key}}&user=RAW(a+b)",
                "aipi:llama2_chat?jobRepository=#jobs&waitForResult=false",
                "aipi:llama2_chat?consumeProgress=true&concurrentConsumers=2")) {
            assertThat(catalog.validateEndpointProperties(uri).summaryErrorMessage(false))
                    .as(uri)
                    .isNull();
        }
    }

    @Test
    void anUnknownOptionIsReportedWithASuggestion() {
        String uri = "aipi:llama2_chat?waitForResults=true";
        // tag::validate[]
        EndpointValidationResult result = catalog.validateEndpointProperties(uri);
        // end::validate[]

        assertThat(result.isSuccess()).isFalse();
        assertThat(result.getUnknown()).containsExactly("waitForResults");
        assertThat(result.getUnknownSuggestions().get("waitForResults")).contains("waitForResult");
        assertThat(result.summaryErrorMessage(false).replaceAll("\\s+", " "))
                .contains("waitForResults Unknown option. Did you mean: [waitForResult");
    }

    @Test
    void valuesOfTheWrongTypeAreReported() {
        EndpointValidationResult result = catalog.validateEndpointProperties(
                "aipi:llama2_chat?waitForResult=maybe&maxInFlight=many&outputType=pictures&jobTimeout=soon");

        assertThat(result.getInvalidBoolean()).containsOnlyKeys("waitForResult");
        assertThat(result.getInvalidInteger()).containsOnlyKeys("maxInFlight");
        assertThat(result.getInvalidDuration()).containsOnlyKeys("jobTimeout");
        assertThat(result.getInvalidEnum()).containsOnlyKeys("outputType");
        assertThat(result.getEnumChoices("outputType")).contains("auto", "text", "images", "json", "result");
    }

    @Test
    void anOptionOnTheWrongSideIsReported() {
        assertThat(catalog.validateEndpointProperties("aipi:llama2_chat?consumeProgress=true", false, false, true)
                        .getNotProducerOnly())
                .containsExactly("consumeProgress");
        assertThat(catalog.validateEndpointProperties("aipi:llama2_chat?lazyStartProducer=true", false, true, false)
                        .getNotConsumerOnly())
                .containsExactly("lazyStartProducer");
    }

    @Test
    void aNameIsRequired() {
        assertThat(catalog.validateEndpointProperties("aipi:?waitForResult=true")
                        .getRequired())
                .containsExactly("endpointName");
    }

    @Test
    void aUriIsTakenApartAndPutTogether() throws Exception {
        String uri = "aipi:llama2_chat?outputType=text&param.temperature=0.7&waitForResult=true";

        Map<String, String> properties = catalog.endpointProperties(uri);

        assertThat(properties)
                .containsEntry("endpointName", "llama2_chat")
                .containsEntry("outputType", "text")
                .containsEntry("param.temperature", "0.7")
                .containsEntry("waitForResult", "true")
                .hasSize(4);
        assertThat(catalog.asEndpointUri("aipi", properties, false)).isEqualTo(uri);
        assertThat(catalog.endpointComponentName(uri)).isEqualTo("aipi");
    }

    @Test
    void optionsOfTheComponentInPropertiesAreChecked() {
        assertThat(catalog.validateConfigurationProperty("camel.component.aipi.server-url=http://gpu-server:7777")
                        .isSuccess())
                .isTrue();
        assertThat(catalog.validateConfigurationProperty("camel.component.aipi.sever-url=http://gpu-server:7777")
                        .getUnknown())
                .containsExactly("camel.component.aipi.sever-url");
    }
}
