/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.store.StoredJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the store in memory does beyond the contract. */
class MemoryJobRepositoryTest {

    private static final String SERVER = "http://gpu:7777";

    @Test
    void anInstanceByItselfNeedsNoStart() {
        MemoryJobRepository jobs = new MemoryJobRepository();
        jobs.accept(new JobBuilder(SERVER, "chat").build(), false);

        assertThat(jobs.claim(SERVER, "chat", 10)).hasSize(1);
    }

    @Test
    void whatIsChangedAfterItsAcceptanceIsStoredAsItWas() {
        MemoryJobRepository jobs = new MemoryJobRepository();
        List<Object> body = new ArrayList<>(List.of("first"));
        StoredJob accepted =
                jobs.accept(new JobBuilder(SERVER, "chat").body(body).build(), false);

        body.add("second");
        ((List<?>) accepted.job().body()).clear();

        assertThat(jobs.claim(SERVER, "chat", 10))
                .singleElement()
                .satisfies(claim -> assertThat(claim.job().job().body()).isEqualTo(List.of("first")));
    }

    @Test
    void whoIsLateClaimsNothing_untilItKnows() {
        MovableClock clock = new MovableClock();
        MemoryJobRepository.Group group = new MemoryJobRepository.Group(Duration.ofMinutes(1), clock);
        MemoryJobRepository jobs = new MemoryJobRepository(group);
        String owner = jobs.accept(new JobBuilder(SERVER, "chat").build(), true).owner();
        clock.move(Duration.ofMinutes(1));

        assertThat(jobs.claim(SERVER, "chat", 10)).isEmpty();
        assertThat(jobs.renew()).isNotEqualTo(owner);
        assertThat(jobs.claim(SERVER, "chat", 10)).hasSize(1);
        assertThat(group.size()).isEqualTo(1);
    }
}
