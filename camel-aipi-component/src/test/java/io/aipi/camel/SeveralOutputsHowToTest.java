/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.testsupport.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs what the page on messages shows of results with several outputs. */
class SeveralOutputsHowToTest {

    private static final byte[] SOUND = "RIFF\044\0\0\0WAVEfmt \020\0\0\0".getBytes(StandardCharsets.US_ASCII);

    private final DefaultCamelContext context = new DefaultCamelContext();
    private ScriptedServer server;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedServer(
                ScriptedServer.jobs("\"text\":\"[whisper]\",\"text_output\":\"Ein Kamel\",\"language\":\"de\","
                        + "\"audio_output\":\"data:audio/wav;base64,"
                        + Base64.getEncoder().encodeToString(SOUND) + "\""));
        context.getComponent("aipi", AipiComponent.class).getConfiguration().setServerUrl(server.url());
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:loudspeaker").log("A sound");
            }
        });
    }

    @AfterEach
    void close() throws Exception {
        context.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void theSoundIsTheBody_andTheTextsAreAtHand(ChatHowToTest.Dsl dsl) throws Exception {
        if (dsl == ChatHowToTest.Dsl.YAML) {
            PluginHelper.getRoutesLoader(context)
                    .loadRoutes(ResourceHelper.resolveMandatoryResource(context, "classpath:howto/outputs.camel.yaml"));
        } else {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    // tag::outputs[]
                    from("direct:translate")
                            .to("aipi:speech_translation?textField=text_output&outputField=audio_output")
                            .setHeader("translation", simple("${exchangeProperty.CamelAipiResult.text}"))
                            .setHeader("language", simple("${exchangeProperty.CamelAipiResult.field('language')}"))
                            .to("direct:loudspeaker");
                    // end::outputs[]
                }
            });
        }
        context.start();

        Exchange asked = context.createProducerTemplate()
                .request("direct:translate", exchange -> exchange.getMessage().setBody("A camel"));

        assertThat(asked.getException()).isNull();
        assertThat(asked.getMessage().getBody(byte[].class)).isEqualTo(SOUND);
        assertThat(asked.getMessage().getHeader(Exchange.CONTENT_TYPE)).isEqualTo("audio/wav");
        assertThat(asked.getMessage().getHeader("translation")).isEqualTo("Ein Kamel");
        assertThat(asked.getMessage().getHeader("language")).isEqualTo("de");
    }
}
