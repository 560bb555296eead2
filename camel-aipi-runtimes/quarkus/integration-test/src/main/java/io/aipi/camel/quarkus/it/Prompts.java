package io.aipi.camel.quarkus.it;

import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.error.JobFailedException;
import org.apache.camel.builder.RouteBuilder;

/** Routes from prompts to answers. */
public class Prompts extends RouteBuilder {

    @Override
    public void configure() {
        onException(JobFailedException.class)
                .handled(true)
                .setBody(simple("failed: ${exception.workerMessage}"));
        onException(InvalidRequestException.class)
                .handled(true)
                .setBody(simple("refused: ${exception.messages}"));

        from("direct:chat")
                .routeId("chat")
                .to("aipi:llama2_chat?progressUri=direct:progress")
                .log("Job ${header.CamelAipiJobId} of ${header.CamelAipiEndpoint} is ${header.CamelAipiJobState}: ${body}");

        from("direct:progress").to("bean:seen?method=progress");

        from("direct:image").to("aipi:sdxl_txt2img");

        from("direct:result").to("aipi:llama2_chat?outputType=result").convertBodyTo(String.class);

        from("direct:submit").to("aipi:llama2_chat?waitForResult=false");

        from("aipi:llama2_chat?consumeProgress=true")
                .to("bean:seen?method=outcome")
                .log("Detached job ${header.CamelAipiJobId} is ${header.CamelAipiJobState}: ${body}");
    }
}
