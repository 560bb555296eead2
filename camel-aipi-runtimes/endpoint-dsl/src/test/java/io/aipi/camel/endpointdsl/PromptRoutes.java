/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.endpointdsl;

// tag::routes[]
import io.aipi.camel.OutputType;
import io.aipi.camel.endpointdsl.AipiEndpointBuilderFactory.AipiBuilders;
import java.time.Duration;
import org.apache.camel.builder.endpoint.EndpointRouteBuilder;

/** Camel's builders come with EndpointRouteBuilder, those of aipi with AipiBuilders. */
public class PromptRoutes extends EndpointRouteBuilder implements AipiBuilders {

    @Override
    public void configure() {
        from(direct("ask"))
                .to(aipi("llama2_chat")
                        .waitForResult(true)
                        .outputType(OutputType.text)
                        .parameters("temperature", 0.2)
                        .jobTimeout("10m")
                        .progressUri("seda:progress"))
                .log("Job ${header." + aipi().aipiJobId() + "}: ${body}");

        from(direct("draw"))
                .to(aipi("sdxl")
                        .parameters("seed", 42)
                        .parameters("width", 128)
                        .parameters("height", 64)
                        .jobTimeout(Duration.ofMinutes(10))
                        .advanced()
                        .maxConnections(20))
                .to(file("target/pictures").fileName("${header." + aipi().aipiSeed() + "}.png"));
    }
}
// end::routes[]
