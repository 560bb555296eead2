/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aipi.camel.AipiComponent;
import org.apache.camel.CamelContext;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options that do not work say which one would. */
@Tag("case-E7")
class WrongOptionTest {

    private final CamelContext context = new DefaultCamelContext();

    @AfterEach
    void stop() {
        context.stop();
    }

    @ParameterizedTest
    @CsvSource({
        "temperature=0.5, have no option temperature; if it is a parameter of the request it is param.temperature",
        "top_k=40, it is param.top_k",
        "seed=1, it is param.seed",
        "pollIntervall=1s, have no option pollIntervall; did you mean pollInterval?",
        "waitForResults=false, did you mean waitForResult?",
        "Job_Timeuot=1s, did you mean jobTimeout?",
        "params.temperature=0.5, it is param.params.temperature",
    })
    void anOptionThatIsNone(String option, String hint) {
        assertRefused("aipi:chat?serverUrl=http://127.0.0.1:1&" + option).hasMessageContaining(hint);
    }

    @Test
    void severalAtOnce_withoutTheirValues() {
        assertRefused("aipi:chat?serverUrl=http://127.0.0.1:1&temperature=hot&pollIntervall=seldom")
                .hasMessage("aipi: endpoints have no option pollIntervall; did you mean pollInterval?"
                        + " aipi: endpoints have no option temperature; if it is a parameter of the request it is"
                        + " param.temperature.");
    }

    @Test
    void noServerUrl() {
        assertRefused("aipi:chat")
                .hasMessage("serverUrl is missing: set it to the base URL of the AIPI server, on the endpoint"
                        + " (aipi:NAME?serverUrl=http://host:port) or the component (camel.component.aipi.server-url)");
    }

    /** As on Spring Boot without the starter. */
    @Test
    void aServerUrlInPropertiesThatNobodyAppliesToTheComponent() {
        context.getPropertiesComponent().addInitialProperty("camel.component.aipi.server-url", "http://127.0.0.1:1");

        assertRefused("aipi:chat")
                .hasMessageContaining("camel.component.aipi.server-url is set")
                .hasMessageContaining("camel-aipi-spring-boot-starter");
    }

    private AbstractThrowableAssert<?, ?> assertRefused(String uri) {
        context.addComponent("aipi", new AipiComponent());
        return assertThatThrownBy(() -> context.getEndpoint(uri))
                .isInstanceOf(ResolveEndpointFailedException.class)
                .cause()
                .isInstanceOf(IllegalArgumentException.class);
    }
}
