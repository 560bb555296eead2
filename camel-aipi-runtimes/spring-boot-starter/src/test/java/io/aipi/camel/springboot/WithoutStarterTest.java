/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.springboot;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application that depends on the component, and not on its starter. */
class WithoutStarterTest {

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(exclude = AipiComponentAutoConfiguration.class)
    static class Application {

        @Bean
        RouteBuilder routes() {
            return new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:chat").to("aipi:llama2_chat");
                }
            };
        }
    }

    @Test
    @Tag("case-E7")
    void aServerUrlThatIsSetAndNotAppliedNamesTheStarter() {
        SpringApplicationBuilder application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties("camel.component.aipi.server-url=http://127.0.0.1:1");

        assertThatThrownBy(application::run)
                .hasStackTraceContaining("camel.component.aipi.server-url is set")
                .hasStackTraceContaining("camel-aipi-spring-boot-starter");
    }
}
