/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.jdbc.JdbcJobRepository;
import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.model.AipiRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** Which jobs are listed, and for how long. */
class JobListTest {

    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private final JdbcDataSource database = new JdbcDataSource();
    private JdbcJobRepository jobs;
    private JobBoard board;

    @BeforeEach
    void start() {
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        jobs = new JdbcJobRepository(database);
        jobs.start();
        board = new JobBoard(jobs, "http://server", List.of("chat"));
        listAfter(Duration.ZERO).createTable();
    }

    @AfterEach
    void stop() {
        jobs.stop();
    }

    private JobList listAfter(Duration passed) {
        Clock clock = Clock.fixed(START.plus(passed), ZoneOffset.UTC);
        return new JobList(new JdbcTemplate(database), board, Duration.ofHours(24), clock);
    }

    private static Exchange exchange(String id) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setHeader(JobBoard.ID, id);
        exchange.getMessage().setBody(new AipiRequest("Hello", Map.of()));
        exchange.setVariable("model", "chat");
        return exchange;
    }

    private void accepted(String id) {
        jobs.accept(
                new StoredJob(
                        new DetachedJob(
                                "http://server", "chat", "job-" + id, id, START, "e", Map.of(JobBoard.ID, id), "Hello"),
                        null,
                        0),
                true);
    }

    private List<String> listed(Duration passed) {
        return listAfter(passed).last("", 10).stream().map(JobList.Entry::id).toList();
    }

    @Test
    void aPromptThatWasNeverAcceptedIsForgottenWithinHours() {
        JobList list = listAfter(Duration.ZERO);
        // the gateway was killed after this one was listed, and before the server had it
        list.submitted(exchange("lost"));
        list.submitted(exchange("running"));
        accepted("running");

        Duration minutes = Duration.ofMinutes(10);
        listAfter(minutes).forget();
        assertThat(listed(minutes)).containsExactlyInAnyOrder("lost", "running");

        Duration hours = Duration.ofHours(2);
        listAfter(hours).forget();
        assertThat(listed(hours)).containsExactly("running");
    }

    @Test
    void anEndIsListedForItsRetention_whetherItsJobIsStillStoredOrNot() {
        JobList list = listAfter(Duration.ZERO);
        list.submitted(exchange("ended"));
        list.ended(exchange("ended"));

        Duration hours = Duration.ofHours(23);
        listAfter(hours).forget();
        assertThat(listed(hours)).containsExactly("ended");

        Duration day = Duration.ofHours(25);
        listAfter(day).forget();
        assertThat(listAfter(Duration.ZERO).last("", 10)).isEmpty();
    }

    @Test
    void aSubmitThatFailsLeavesTheListAtOnce() {
        Exchange exchange = exchange("refused");
        listAfter(Duration.ZERO).submitted(exchange);
        exchange.setException(new IllegalStateException("refused"));

        exchange.getExchangeExtension().handoverCompletions().forEach(end -> end.onFailure(exchange));

        assertThat(listed(Duration.ZERO)).isEmpty();
    }
}
