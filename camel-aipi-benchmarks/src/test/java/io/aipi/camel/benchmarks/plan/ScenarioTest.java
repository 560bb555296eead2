/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScenarioTest {

    private final Scenario detached = Plan.named("full").get("detached-20000");
    private final Scenario backlog = Plan.named("full").get("backlog-100000");

    @Test
    void aSlowClientDoesFewerJobsAndTheOthersAll() {
        assertThat(detached.of(ClientKind.JDBC_POSTGRESQL)).isSameAs(detached);
        assertThat(detached.of(ClientKind.CAMEL_JDBC_H2).measured()).isEqualTo(2_000);
        assertThat(detached.of(ClientKind.CAMEL_JDBC_H2).inFlight()).isEqualTo(detached.inFlight());
    }

    @Test
    void aBacklogIsTheSameForAllHoweverFewOfItsJobsAreWorkedOff() {
        assertThat(backlog.isBacklog()).isTrue();
        assertThat(backlog.of(ClientKind.CAMEL_JDBC_POSTGRESQL).detached().stored())
                .isEqualTo(100_000);
        assertThat(detached.isBacklog()).isFalse();
    }

    @Test
    void whoDoesFiftyJobsASecondHasNotFailed() {
        assertThat(backlog.limit()).isGreaterThan(Duration.ofSeconds(100_000 / 50));
    }
}
