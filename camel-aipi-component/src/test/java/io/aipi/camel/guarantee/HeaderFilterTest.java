/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiConstants;
import io.aipi.camel.AipiHeaderFilterStrategy;
import io.aipi.camel.store.AggregationJobRepository;
import io.aipi.testsupport.ScriptedServer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.support.DefaultExchangeHolder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a sender's message carries to prove who he is stays in the exchange that it came with. */
class HeaderFilterTest {

    private static final HeaderFilterStrategy FILTER = new AipiHeaderFilterStrategy();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization",
                "authorization",
                "Proxy-Authorization",
                "X-Forwarded-Authorization",
                "Proxy-Authenticate",
                "WWW-Authenticate",
                "Authentication-Info",
                "CamelAuthentication",
                "Cookie",
                "Set-Cookie",
                "cookie2",
                "CamelHttpQuery",
                "CamelHttpRawQuery",
                "CamelHttpUrl",
                "CamelHttpUri",
                "CamelHttpServletRequest",
                "CamelRestHttpQuery",
                "X-Auth-Token",
                "X-Auth",
                "x-auth-key",
                "X-Sentry-Auth",
                "x-goog-api-key",
                "Api-Key",
                "X-Api-Key",
                "x_api_key",
                "xApiKey",
                "apikey",
                "XAPIKey",
                "X-API-KEY",
                "X-RapidAPI-Key",
                "X-MBX-APIKEY",
                "DD-APPLICATION-KEY",
                "X-Functions-Key",
                "Ocp-Apim-Subscription-Key",
                "X-Amz-Security-Token",
                "X-Amz-Credential",
                "X-Amz-Signature",
                "Private-Token",
                "JOB-TOKEN",
                "X-Vault-Token",
                "X-Shopify-Access-Token",
                "access_token",
                "refreshToken",
                "id_token",
                "X-CSRF-Token",
                "X-XSRF-TOKEN",
                "client_secret",
                "clientSecret",
                "X-Client-Secret-Id",
                "password",
                "X-Password",
                "proxyPasswd",
                "passphrase",
                "db.pwd",
                "key",
                "sig",
                "DPoP",
                "X-JWT-Assertion",
                "JSESSIONID",
                "Host",
                "Transfer-Encoding"
            })
    @Tag("case-D18")
    void aCredentialIsLeftOutByItsName(String name) {
        assertThat(FILTER.applyFilterToCamelHeaders(name, "value", null)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "order",
                "author",
                ":authority",
                "keyboard",
                "Content-Type",
                "Accept-Language",
                "X-Request-Id",
                "traceparent",
                "breadcrumbId",
                "Idempotency-Key",
                "X-Idempotency-Key",
                "idempotencyKey",
                "routing_key",
                "partitionKey",
                "kafka.KEY",
                "kafka.TOPIC",
                "CamelKafkaKey",
                "CamelAwsS3Key",
                "CamelFileName",
                "CamelRabbitmqRoutingKey",
                "JMSCorrelationID",
                "JMSXGroupID",
                "JMSReplyTo",
                "max_tokens",
                "maxTokens",
                "num_generated_tokens",
                "token_count",
                "bypass",
                "X-Signed-By",
                AipiConstants.PROMPT,
                AipiConstants.PARAMETERS,
                AipiConstants.REQUEST_ID,
                AipiConstants.JOB_ID
            })
    @Tag("case-D18")
    void whatANextStepNeedsIsKept(String name) {
        assertThat(FILTER.applyFilterToCamelHeaders(name, "value", null)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Bearer abcdefgh12345678                                  | true",
                "bearer abcdefgh12345678                                  | true",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-123            | true",
                "https://ann:secret@host/path                             | true",
                "https://host/path?page=1&access_token=abc                | true",
                "https://host/path?sig=abc                                | true",
                "see https://host/path?api_key=abc                        | true",
                "https://host/path?page=1&prompt=a@b                      | false",
                "https://host/path                                        | false",
                "bearer of news                                           | false",
                "ann@host.example                                         | false",
                "a.b.c                                                    | false"
            })
    @Tag("case-D18")
    void aCredentialIsLeftOutByItsForm(String value, boolean leftOut) {
        assertThat(FILTER.applyFilterToCamelHeaders("X-Anything", value, null)).isEqualTo(leftOut);
    }

    @Test
    void nothingComesFromOutside() {
        assertThat(FILTER.applyFilterToExternalHeaders("Authorization", "x", null))
                .isFalse();
    }

    @Test
    @Tag("case-D18")
    void whatIsLeftOutIsNeitherKeptNorSentOn() throws Exception {
        Queue<Exchange> heard = run(null);

        assertThat(heard).isNotEmpty().allSatisfy(exchange -> {
            assertThat(exchange.getMessage().getHeaders()).containsEntry("order", 4711);
            assertThat(exchange.getMessage().getHeaders().toString()).doesNotContain("secret-of-the-sender");
        });
    }

    @Test
    @Tag("case-D18")
    void aRouteDecidesByAStrategyOfItsOwn() throws Exception {
        Queue<Exchange> heard = run(new AipiHeaderFilterStrategy() {
            @Override
            public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
                return name.equals("order");
            }
        });

        assertThat(heard).isNotEmpty().allSatisfy(exchange -> {
            assertThat(exchange.getMessage().getHeaders()).doesNotContainKey("order");
            assertThat(exchange.getMessage().getHeader("X-Auth-Token")).isEqualTo("secret-of-the-sender");
        });
    }

    @Test
    @Tag("case-D18")
    void noneIsRefused() throws Exception {
        try (TestContext test = TestContext.of(
                "http://localhost",
                null,
                component -> component.getConfiguration().setHeaderFilterStrategy(null),
                routes -> {})) {
            assertThatThrownBy(() -> test.context().getEndpoint("aipi:chat"))
                    .hasStackTraceContaining("headerFilterStrategy must not be null");
        }
    }

    /** The exchanges of progressUri and of consumers, with and without a store; whatever is kept is polled as well. */
    private static Queue<Exchange> run(HeaderFilterStrategy strategy) throws Exception {
        Map<String, Object> headers = new LinkedHashMap<>();
        for (String name :
                new String[] {"CamelHttpQuery", "CamelHttpRawQuery", "X-Auth-Token", "x-goog-api-key", "key"}) {
            headers.put(name, "secret-of-the-sender");
        }
        headers.put("order", 4711);
        Queue<Exchange> heard = new ConcurrentLinkedQueue<>();
        Queue<String> kept = new ConcurrentLinkedQueue<>();
        for (boolean stored : new boolean[] {false, true}) {
            Queue<Exchange> consumed = new ConcurrentLinkedQueue<>();
            Queue<Exchange> progress = new ConcurrentLinkedQueue<>();
            try (ScriptedServer server = new ScriptedServer(ScriptedServer.jobs("\"text\":\"hello\""));
                    TestContext test = TestContext.of(
                            server.url(),
                            null,
                            component -> {
                                if (strategy != null) {
                                    component.getConfiguration().setHeaderFilterStrategy(strategy);
                                }
                                if (stored) {
                                    component
                                            .getConfiguration()
                                            .setJobRepository(
                                                    new AggregationJobRepository(new WatchedRepository(kept)));
                                }
                            },
                            routes -> {
                                routes.from("direct:in").to("aipi:chat?waitForResult=false");
                                routes.from("direct:wait").to("aipi:other?progressUri=direct:progress");
                                routes.from("direct:progress").process(progress::add);
                                routes.from("aipi:chat").process(consumed::add);
                            })) {
                test.context().start();
                test.context().createProducerTemplate().sendBodyAndHeaders("direct:in", "hi", headers);
                test.context().createProducerTemplate().sendBodyAndHeaders("direct:wait", "hi", headers);
                await().until(() -> !consumed.isEmpty() && !progress.isEmpty());
            }
            heard.addAll(consumed);
            heard.addAll(progress);
        }
        assertThat(kept).isNotEmpty();
        if (strategy == null) {
            assertThat(kept).noneMatch(entry -> entry.contains("secret-of-the-sender"));
        }
        return heard;
    }

    private static final class WatchedRepository extends MemoryAggregationRepository {

        private final Queue<String> kept;

        WatchedRepository(Queue<String> kept) {
            this.kept = kept;
        }

        @Override
        public Exchange add(CamelContext context, String key, Exchange entry) {
            kept.add(String.valueOf(DefaultExchangeHolder.marshal(entry, true, true))
                    + entry.getIn().getHeaders()
                    + entry.getIn().getBody());
            return super.add(context, key, entry);
        }
    }
}
