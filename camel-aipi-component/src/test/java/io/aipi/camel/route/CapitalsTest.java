/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.route;

import static io.aipi.simulator.ScriptedJob.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.AipiComponent;
import io.aipi.simulator.junit.AipiServer;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A test of a user's route. */
// tag::test[]
class CapitalsTest extends CamelTestSupport {

    // tag::server[]
    @RegisterExtension
    static AipiServer server = AipiServer.create().script(answer("Paris"));
    // end::server[]

    @Override
    protected RoutesBuilder createRouteBuilder() {
        context.getComponent("aipi", AipiComponent.class).getConfiguration().setServerUrl(server.url());
        return new Capitals();
    }

    @Test
    void theRouteAsksForTheCapital() {
        assertThat(template.requestBody("direct:capital", "France")).isEqualTo("Paris");
        assertThat(server.prompts()).containsExactly("What is the capital of France? Answer in one word.");
    }
}
// end::test[]
