/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.contract;

import static io.aipi.client.contract.Response.recorded;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.client.error.InvalidRequestException;
import io.aipi.client.model.AipiRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("12. Unknown parameters are refused, so nothing is sent that nobody asked for")
class UnknownParametersTest {

    private static final AipiRequest X = AipiRequest.ofPrompt("x");

    @RegisterExtension
    static final ReplayServer SERVER = new ReplayServer();

    private static List<String> names(JsonNode body) {
        return body.properties().stream().map(Map.Entry::getKey).toList();
    }

    @ParameterizedTest
    @EnumSource
    void aSubmitHasThePromptAndTheParametersOfTheProtocolOnly(Generation generation) {
        generation.on(SERVER);
        SERVER.onSubmit(generation.accepted());

        Outcome.of(SERVER.llama2().submit(X));

        assertThat(names(SERVER.submits().get(0)))
                .containsExactlyInAnyOrder(generation.promptName, "client_session_auth_key", "wait_for_result");
    }

    @ParameterizedTest
    @EnumSource
    void aHeldSubmitHasNoOthers(Generation generation) {
        generation.on(SERVER);
        SERVER.onSubmit(generation.heldResult());

        Outcome.of(SERVER.llama2().runHeld(X));

        assertThat(names(SERVER.submits().get(0)))
                .containsExactlyInAnyOrder(generation.promptName, "client_session_auth_key", "wait_for_result");
    }

    @Test
    void defaultsOfTheEndpointAreLeftToTheServer() {
        SERVER.served096();
        SERVER.onSubmit(recorded(13));

        Outcome.of(SERVER.llama2().submit(X.with("top_p", 0.5)));

        assertThat(names(SERVER.submits().get(0)))
                .containsExactlyInAnyOrder("text", "top_p", "client_session_auth_key", "wait_for_result");
    }

    @Test
    void aParameterThatTheEndpointDoesNotHaveIsTheServersToRefuse() {
        SERVER.served096();
        SERVER.onSubmit(recorded(37));

        InvalidRequestException invalid = Outcome.failure(
                InvalidRequestException.class,
                SERVER.llama2().submit(X.with("foo", 1).with("bar", 2)));

        assertThat(invalid.getMessages()).containsExactly("Invalid input parameter(s): foo, bar");
    }

    @Test
    void aConfiguredParameterThatTheEndpointDoesNotHaveIsFoundAtTheStart() {
        SERVER.served096();

        InvalidRequestException invalid = Outcome.failure(
                InvalidRequestException.class,
                SERVER.llama2(ReplayServer.FAST.withFixedParameters(Map.of("foo", "1")))
                        .start());

        assertThat(invalid).hasMessageContaining("foo").hasMessageContaining("top_k");
        assertThat(SERVER.submits()).isEmpty();
    }

    @Test
    void aRequestWithNothingInItIsNotSent() {
        SERVER.served096();

        Outcome.failure(InvalidRequestException.class, SERVER.llama2().submit(AipiRequest.ofParameters(Map.of())));

        assertThat(SERVER.submits()).isEmpty();
    }
}
