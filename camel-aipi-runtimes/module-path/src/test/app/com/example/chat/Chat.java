/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package com.example.chat;

import io.aipi.camel.AipiComponent;
import io.aipi.simulator.AipiSimulator;
import io.aipi.simulator.SimulatedEndpoint;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** One prompt through a route, with every jar on the module path. */
public final class Chat {

    private Chat() {}

    /** Prints the answer, and in which modules the classes are. */
    public static void main(String[] prompts) throws Exception {
        try (AipiSimulator server = AipiSimulator.builder()
                        .endpoint(SimulatedEndpoint.chat("llama2_chat", "text"))
                        .start();
                CamelContext context = new DefaultCamelContext()) {
            context.getComponent("aipi", AipiComponent.class).getConfiguration().setServerUrl(server.url());
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:chat").to("aipi:llama2_chat");
                }
            });
            context.start();
            for (String prompt : prompts) {
                System.out.println("Answer: " + context.createProducerTemplate().requestBody("direct:chat", prompt, String.class));
            }
            for (Class<?> one : new Class<?>[] {Chat.class, AipiComponent.class, AipiSimulator.class, CamelContext.class}) {
                System.out.println(one.getSimpleName() + " is in " + one.getModule());
            }
        }
    }
}
