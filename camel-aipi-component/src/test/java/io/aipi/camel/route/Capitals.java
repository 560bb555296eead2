/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.route;

import org.apache.camel.builder.RouteBuilder;

/** A route as users have one. */
// tag::route[]
public class Capitals extends RouteBuilder {

    @Override
    public void configure() {
        from("direct:capital")
                .setBody(simple("What is the capital of ${body}? Answer in one word."))
                .to("aipi:llama3_chat?param.temperature=0.2");
    }
}
// end::route[]
