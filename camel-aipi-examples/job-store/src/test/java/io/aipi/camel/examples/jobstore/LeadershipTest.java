/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.jobstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aipi.camel.AipiEndpoint;
import io.aipi.testsupport.LogCapture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;

/** A consumer behind {@code master:} in one process, whose leadership comes and goes. */
class LeadershipTest extends HeldBackJobs {

    private static final String NAMESPACE = "aipi-jobs";
    private static final int JOBS = 20;

    LeadershipTest() {
        super(JOBS);
    }

    private Application start(Consumer<CamelContext> beforeStart) throws Exception {
        Map<String, String> properties = new HashMap<>(Database.h2(folder).properties());
        properties.put("camel.component.aipi.server-url", server.url());
        properties.put("camel.component.aipi.poll-interval", "50ms");
        properties.put("camel.component.aipi.repository-scan-interval", "100ms");
        properties.put("camel.component.aipi.lazy-login", "true");
        properties.put("camel.component.master.back-off-max-attempts", "1");
        properties.put("camel.component.master.back-off-delay", "200");
        properties.put("routes", "classpath:camel/*.yaml,classpath:cluster/*.yaml");
        properties.put("cluster.root", folder.resolve("cluster").toString());
        properties.put("cluster.interval", "1000");
        properties.put("cluster.multiplier", "20");
        return Application.start(properties, beforeStart, new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:submit").to("aipi:chat?waitForResult=false&jobRepository=#jobs");
                from("master:" + NAMESPACE + ":aipi:chat?jobRepository=#jobs")
                        .routeId("answers")
                        .process(exchange -> routed.add(exchange.getMessage().getBody(String.class)));
            }
        });
    }

    /** The folder of the locks, under one of its names. */
    private Path link(String name) throws IOException {
        Path locks = Files.createDirectories(folder.resolve("locks"));
        return Files.createSymbolicLink(folder.resolve(name), locks);
    }

    @Test
    void aLeaderThatLosesTheLockStopsFollowing_andGoesOnWhenItHasItAgain() throws Exception {
        Path cluster = link("cluster");
        try (Application application = start(context -> {})) {
            submitAll(application);
            awaitFollowed(application);

            // a file system that is away: nobody can know who else has the lock
            Files.move(Files.writeString(folder.resolve("away"), ""), cluster, StandardCopyOption.ATOMIC_MOVE);
            await().atMost(PATIENCE).until(() -> followedJobs(application) == 0);
            Files.move(link("back"), cluster, StandardCopyOption.ATOMIC_MOVE);
            server.startWorkers("chat", 8);

            awaitAllRouted(application);
        }
    }

    @Test
    void aRouteThatIsStoppedFollowsNothing_andGoesOnWhenItIsStartedAgain() throws Exception {
        try (Application application = start(context -> {})) {
            submitAll(application);
            awaitFollowed(application);

            application.context().getRouteController().stopRoute("answers");
            server.startWorkers("chat", 8);
            await().atMost(PATIENCE).until(() -> server.stats().jobsDone() == JOBS);
            assertThat(routed).isEmpty();
            application.context().getRouteController().startRoute("answers");

            awaitAllRouted(application);
        }
    }

    @Test
    void aLeaderWhoseServerIsAwayWhenItTakesOverFollowsWhenItIsBack() throws Exception {
        server.goDown();
        try (LogCapture log = LogCapture.from(Level.INFO);
                Application application = start(context -> {})) {
            awaitConsumer(log);
            server.comeUp();
            server.startWorkers("chat", 8);
            submitAll(application);

            awaitAllRouted(application);
        }
    }

    @Test
    void aLeaderWhoseDatabaseIsAwayWhenItTakesOverFollowsWhenItIsBack() throws Exception {
        FailingDataSource data = new FailingDataSource();
        try (LogCapture log = LogCapture.from(Level.INFO);
                Application application = start(data::putInto)) {
            submitAll(application);
            data.goAway();
            awaitConsumer(log);
            data.comeBack();
            server.startWorkers("chat", 8);

            awaitAllRouted(application);
        }
    }

    private static void awaitConsumer(LogCapture log) {
        await().atMost(PATIENCE)
                .until(() -> log.messages().stream().anyMatch(line -> line.contains("success. Consumer started")));
    }

    private static int followedJobs(Application application) {
        return application.context().getEndpoints().stream()
                .filter(AipiEndpoint.class::isInstance)
                .mapToInt(endpoint -> ((AipiEndpoint) endpoint).getJobsInFlight())
                .sum();
    }

    private void awaitFollowed(Application application) {
        await().atMost(PATIENCE)
                .until(() -> followedJobs(application) == JOBS && server.stats().polls() >= JOBS);
    }

    /** None of them by a second submit. */
    @Override
    void awaitAllRouted(Application application) {
        super.awaitAllRouted(application);
        assertThat(server.stats().submits()).isEqualTo(JOBS);
    }
}
