/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.quarkus.it;

import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import org.apache.camel.builder.RouteBuilder;

/** Routes from prompts to answers. */
// tag::routes
public class Prompts extends RouteBuilder {

    @Override
    public void configure() {
        onException(JobFailedException.class).handled(true).setBody(simple("failed: ${exception.workerMessage}"));
        onException(InvalidRequestException.class).handled(true).setBody(simple("refused: ${exception.messages}"));

        from("direct:chat")
                .routeId("chat")
                .to("aipi:llama2_chat?progressUri=direct:progress")
                .log(
                        "Job ${header.CamelAipiJobId} of ${header.CamelAipiEndpoint} is ${header.CamelAipiJobState}: ${body}");

        from("direct:progress").to("bean:seen?method=progress");

        from("direct:image").to("aipi:sdxl_txt2img");

        from("direct:result").to("aipi:llama2_chat?outputType=result").convertBodyTo(String.class);

        from("direct:submit").to("aipi:llama2_chat?waitForResult=false");

        from("aipi:llama2_chat?consumeProgress=true")
                .to("bean:seen?method=outcome")
                .log("Detached job ${header.CamelAipiJobId} is ${header.CamelAipiJobState}: ${body}");
    }
}
// end::routes
