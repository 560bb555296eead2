/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.store.JobRepository;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A lease of 20 seconds. */
class LeaseKeeperTest {

    private final Queue<String> renewals = new ArrayDeque<>();
    private final long[] nanos = new long[1];
    private final long[] millis = {1_000_000};
    private final List<String> told = new ArrayList<>();
    private Duration lease = Duration.ofSeconds(20);
    private Runnable whileRenewing = () -> {};

    /** A repository that renews, and does nothing else; an answer that is missing is an outage. */
    private final JobRepository repository = (JobRepository) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {JobRepository.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("lease")) {
                    return lease;
                }
                if (method.getName().equals("renew")) {
                    whileRenewing.run();
                    if (renewals.isEmpty()) {
                        throw new IllegalStateException("away");
                    }
                    return renewals.remove();
                }
                return method.getName().equals("toString") ? "jobs" : null;
            });

    private LeaseKeeper keeper() {
        LeaseKeeper keeper = new LeaseKeeper(repository, () -> nanos[0], () -> millis[0]);
        keeper.add(new LeaseKeeper.Holder() {
            @Override
            public void onLeaseRenewed() {
                told.add("renewed, valid: " + keeper.isValid());
            }

            @Override
            public void onLeaseLost() {
                told.add("lost, valid: " + keeper.isValid());
            }
        });
        return keeper;
    }

    private void pass(int seconds) {
        nanos[0] += TimeUnit.SECONDS.toNanos(seconds);
        millis[0] += TimeUnit.SECONDS.toMillis(seconds);
    }

    @Test
    void itIsValidAsLongAsItWasRenewed_lessAMargin() {
        LeaseKeeper keeper = keeper();
        assertThat(keeper.interval()).isEqualTo(Duration.ofSeconds(5));
        pass(17);
        assertThat(keeper.isValid()).isTrue();
        pass(1);
        assertThat(keeper.isValid()).isFalse();

        renewals.add("first");
        keeper.renew();
        told.clear();
        assertThat(keeper.isValid()).isTrue();
        pass(17);
        renewals.add("first");
        keeper.renew();
        assertThat(keeper.isValid()).isTrue();
        assertThat(told).containsExactly("renewed, valid: true");
    }

    @Test
    void itCountsFromTheBeginOfTheRenewal_sinceTheDatabaseMayHaveDoneItThen() {
        LeaseKeeper keeper = keeper();
        whileRenewing = () -> pass(10);
        renewals.add("first");
        keeper.renew();

        pass(8);
        assertThat(keeper.isValid()).isFalse();
    }

    @Test
    void oneThatWasLostIsToldWhileItIsInvalid_andTheNextOneBegins() {
        LeaseKeeper keeper = keeper();
        renewals.add("first");
        keeper.renew();
        told.clear();
        assertThat(keeper.isLost("first")).isFalse();
        pass(30);
        renewals.add("second");
        keeper.renew();

        assertThat(told).containsExactly("lost, valid: false", "renewed, valid: true");
        assertThat(keeper.isLost("first")).isTrue();
        assertThat(keeper.isLost("second")).isFalse();
        assertThat(keeper.isLost(null)).as("without a lease").isFalse();
        assertThat(keeper.isValid()).isTrue();
    }

    @Test
    void twoWhoUseOneRepositoryBothHearOfTheLoss() {
        LeaseKeeper one = keeper();
        LeaseKeeper other = keeper();
        renewals.addAll(List.of("first", "first"));
        one.renew();
        other.renew();
        told.clear();

        // whoever is first to renew begins a new lease, which the other one then renews
        renewals.addAll(List.of("second", "second"));
        one.renew();
        other.renew();

        assertThat(told)
                .containsExactly(
                        "lost, valid: false", "renewed, valid: true", "lost, valid: false", "renewed, valid: true");
        assertThat(other.isLost("first")).isTrue();
    }

    @Test
    void whileTheDatabaseIsAwayItRunsOut() {
        LeaseKeeper keeper = keeper();
        for (int i = 0; i < 4; i++) {
            pass(5);
            keeper.renew();
        }

        assertThat(keeper.isValid()).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void aMachineThatHasSleptIsFoundOutByTheWallClock() {
        LeaseKeeper keeper = keeper();
        millis[0] += 60_000;

        assertThat(keeper.isValid()).isFalse();
    }

    @Test
    void aWallClockThatIsSetBackLengthensNothing() {
        LeaseKeeper keeper = keeper();
        millis[0] -= 3_600_000;
        nanos[0] += TimeUnit.SECONDS.toNanos(18);

        assertThat(keeper.isValid()).isFalse();
    }

    @Test
    void withoutALeaseItIsValidForEver() {
        lease = null;
        LeaseKeeper keeper = keeper();
        pass(1_000_000);

        assertThat(keeper.interval()).isNull();
        assertThat(keeper.isValid()).isTrue();
    }
}
