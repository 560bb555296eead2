/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.karaf;

import io.aipi.client.error.AipiException;
import org.apache.camel.builder.RouteBuilder;

/** From a folder of prompts to a model, and on to a folder of answers. */
public final class PromptRoutes extends RouteBuilder {

    // tag::routes[]
    @Override
    public void configure() {
        onException(AipiException.class)
                .handled(true)
                .log("${file:name} failed: ${exception.message}")
                .setBody(simple("${exception.message}"))
                .to("file:{{folder}}/failed?fileName=${file:onlyname.noext}.txt");

        from("file:{{folder}}/chat")
                .routeId("chat")
                .to("aipi:{{chatEndpoint:llama2_chat}}?progressUri=direct:progress")
                .log("${file:name} done by job ${header.CamelAipiJobId}: ${body}")
                .to("file:{{folder}}/answers");

        // the body is the whole result: the component's type converters make of it what the next endpoint takes
        from("file:{{folder}}/image")
                .routeId("image")
                .precondition("'{{imageEndpoint:sdxl_txt2img}}' != ''")
                .to("aipi:{{imageEndpoint:sdxl_txt2img}}?outputType=result&progressUri=direct:progress")
                .log("${file:name} done by job ${header.CamelAipiJobId}: ${header.CamelAipiMediaTypes}")
                .to("file:{{folder}}/answers?fileName=${file:onlyname.noext}.${body.media[0].fileExtension}");

        from("direct:progress")
                .routeId("progress")
                .log("${file:name} ${header.CamelAipiJobState} ${header.CamelAipiProgress}");
    }
    // end::routes[]
}
