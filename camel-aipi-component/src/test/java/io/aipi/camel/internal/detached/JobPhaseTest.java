/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal.detached;

import static io.aipi.camel.internal.detached.JobPhase.ASSIGNED;
import static io.aipi.camel.internal.detached.JobPhase.DEAD_LETTERING;
import static io.aipi.camel.internal.detached.JobPhase.DELIVERING;
import static io.aipi.camel.internal.detached.JobPhase.FOLLOWING;
import static io.aipi.camel.internal.detached.JobPhase.PARKING;
import static io.aipi.camel.internal.detached.JobPhase.RELEASED;
import static io.aipi.camel.internal.detached.JobPhase.REMOVING;
import static io.aipi.camel.internal.detached.JobPhase.STORING;
import static io.aipi.camel.internal.detached.JobPhase.WAITING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.aipi.camel.store.DetachedJob;
import io.aipi.camel.store.StoredJob;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of phases, each pair of them. */
class JobPhaseTest {

    /** The ways from the start to the end, said once more and by themselves. */
    private static final List<List<JobPhase>> WAYS = List.of(
            List.of(ASSIGNED, FOLLOWING, STORING, WAITING, DELIVERING, REMOVING, RELEASED),
            // in memory only
            List.of(ASSIGNED, FOLLOWING, WAITING, DELIVERING, RELEASED),
            // from the store, with and without an outcome
            List.of(ASSIGNED, STORING, RELEASED),
            List.of(ASSIGNED, WAITING, RELEASED),
            // the route fails: again, to the dead letter endpoint, or parked
            List.of(ASSIGNED, WAITING, DELIVERING, WAITING, DELIVERING, DEAD_LETTERING, REMOVING, RELEASED),
            List.of(DEAD_LETTERING, RELEASED),
            List.of(DELIVERING, PARKING, RELEASED),
            // the consumer has stopped, or its client was closed
            List.of(ASSIGNED, RELEASED),
            List.of(FOLLOWING, RELEASED));

    static Stream<Arguments> pairs() {
        return Stream.of(JobPhase.values())
                .flatMap(from -> Stream.of(JobPhase.values()).map(to -> Arguments.of(from, to)));
    }

    private static boolean isOnAWay(JobPhase from, JobPhase to) {
        return WAYS.stream().anyMatch(way -> {
            for (int i = 1; i < way.size(); i++) {
                if (way.get(i - 1) == from && way.get(i) == to) {
                    return true;
                }
            }
            return false;
        });
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void aJobGoesFromOnePhaseToAnotherWhereAWayDoes(JobPhase from, JobPhase to) {
        assertThat(from.canBecome(to)).isEqualTo(isOnAWay(from, to));

        TrackedJob job = inPhase(from);
        if (isOnAWay(from, to)) {
            assertThat(job.moveTo(to)).isEqualTo(from);
        } else if (from == RELEASED) {
            assertThat(job.moveTo(to)).as("a stop may have been first").isNull();
        } else {
            assertThatThrownBy(() -> job.moveTo(to)).isInstanceOf(IllegalStateException.class);
        }
    }

    private static TrackedJob inPhase(JobPhase phase) {
        TrackedJob job = new TrackedJob(
                new StoredJob(new DetachedJob("s", "e", "1", null, Instant.EPOCH, "x", Map.of(), null), null, 0), null);
        List<JobPhase> way = WAYS.stream()
                .filter(each -> each.get(0) == ASSIGNED && each.contains(phase))
                .findFirst()
                .orElseGet(() -> wayThrough(phase));
        for (JobPhase next : way.subList(1, way.indexOf(phase) + 1)) {
            job.moveTo(next);
        }
        return job;
    }

    /** For a phase that no way from the start has in it. */
    private static List<JobPhase> wayThrough(JobPhase phase) {
        List<JobPhase> way = new ArrayList<>(List.of(ASSIGNED, WAITING, DELIVERING));
        way.add(phase);
        return way;
    }

    @Test
    void whoGetsAJobNextSharesItWithNoStepThatBeginsThen_andIsToldWhetherOneHadBegun() {
        HeldJobs jobs = new HeldJobs();
        TrackedJob waits = inPhase(WAITING);
        TrackedJob isRouted = inPhase(DELIVERING);
        jobs.add(waits);
        jobs.add(isRouted);

        jobs.release(waits, released -> {
            assertThat(jobs.move(released, DELIVERING)).isFalse();
            assertThat(released.isOnItsWay()).isFalse();
        });
        jobs.release(isRouted, released -> assertThat(released.isOnItsWay()).isTrue());

        assertThat(jobs.release(waits, twice -> fail("given away twice"))).isFalse();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void theEndCanBeReachedFromEverywhere(JobPhase from, JobPhase ignored) {
        assertThat(from == RELEASED || from.canBecome(RELEASED)).isTrue();
    }
}
