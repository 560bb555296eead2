/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jobstore;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;

/**
 * One of several instances, as a program. It submits the prompts that it reads from its standard input, one a line, and
 * tells on its standard output what happens.
 */
final class Instance {

    private Instance() {}

    /** Arguments: {@code name=value}, properties of the application and {@code cluster.*}. */
    public static void main(String[] arguments) throws Exception {
        Map<String, String> properties = new HashMap<>();
        for (String argument : arguments) {
            String[] pair = argument.split("=", 2);
            properties.put(pair[0], pair[1]);
        }
        try (Application application = Application.start(properties, new Routes())) {
            tell("STARTED");
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String prompt = in.readLine(); prompt != null; prompt = in.readLine()) {
                tell("SUBMITTED " + application.submit(prompt, Map.of("prompt", prompt)) + " " + prompt);
            }
        }
    }

    private static final class Routes extends RouteBuilder {

        @Override
        public void configure() {
            from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
            from("master:aipi-jobs:aipi:chat?jobRepository=#jobs")
                    .choice()
                    .when(header("CamelAipiJobState").isEqualTo("failed"))
                    .process(exchange -> tell("FAILED " + describe(exchange)))
                    .to("direct:submit")
                    .otherwise()
                    .process(exchange -> tell("ROUTED " + describe(exchange)));
        }

        private static String describe(Exchange exchange) {
            return exchange.getMessage().getHeader("CamelAipiJobId") + " "
                    + exchange.getMessage().getHeader("prompt")
                    + (exchange.getMessage().getHeader("CamelAipiErrorType") == null
                            ? ""
                            : " " + exchange.getMessage().getHeader("CamelAipiErrorType"));
        }
    }

    private static void tell(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
