/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.aipi.camel.benchmarks.plan.ComputeTimes;
import io.aipi.camel.benchmarks.plan.Job;
import io.aipi.camel.benchmarks.plan.Reporting;
import io.aipi.camel.benchmarks.plan.Work;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class LoadGeneratorTest {

    private final Work work = Work.small(Reporting.TOKENS, ComputeTimes.about(1));
    private final Responses responses = new Responses(work);

    private Results run(List<Job> jobs, int places, Client client) throws Exception {
        LoadGenerator loadGenerator = new LoadGenerator(client, responses, jobs);
        loadGenerator.begin(places, Duration.ZERO, null);
        return loadGenerator.await();
    }

    private static String echo(Job job) {
        return "You said: " + job.prompt();
    }

    @Test
    void soManyJobsAreInFlightAndNeverMore() throws Exception {
        Queue<Runnable> pending = new ArrayDeque<>();
        List<Job> jobs = work.jobs('m', 10);
        LoadGenerator loadGenerator = new LoadGenerator(
                (job, completion) -> pending.add(() -> completion.answered(echo(job))), responses, jobs);

        loadGenerator.begin(3, Duration.ZERO, null);

        int ended = 0;
        while (!pending.isEmpty()) {
            assertThat(pending).hasSize(Math.min(3, 10 - ended));
            pending.remove().run();
            ended++;
        }
        assertThat(ended).isEqualTo(10);
        assertThat(loadGenerator.await().failure()).isNull();
        assertThat(Arrays.stream(loadGenerator.await().continuedNanos())).doesNotContain(0L);
    }

    @Test
    void aPeerThatIsDoneAtOnceDoesNotGrowTheStack() throws Exception {
        Results results = run(work.jobs('m', 50_000), 2, (job, completion) -> completion.answered(echo(job)));

        assertThat(Arrays.stream(results.continuedNanos())).hasSize(50_000).doesNotContain(0L);
    }

    @Test
    void aFailureIsSeenAndTheOthersGoOn() throws Exception {
        Results results = run(work.jobs('m', 3), 1, (job, completion) -> {
            if (job.tag().equals("m1")) {
                throw new IllegalStateException("no");
            }
            completion.answered(echo(job));
        });

        assertThat(results.failure()).contains("no");
        assertThat(results.continuedNanos()[0]).isNotZero();
        assertThat(results.continuedNanos()[1]).isZero();
        assertThat(results.continuedNanos()[2]).isNotZero();
    }

    @Test
    void anotherJobsResponseIsAFailure() throws Exception {
        Results results = run(work.jobs('m', 1), 1, (job, completion) -> completion.answered("You said: m17 x"));

        assertThat(results.failure()).contains("m0");
        assertThat(results.continuedNanos()).containsExactly(0);
    }

    @Test
    void anEndThatIsToldTwiceCountsOnce() throws Exception {
        Results results = run(work.jobs('m', 4), 1, (job, completion) -> {
            completion.answered(echo(job));
            completion.failed(new IllegalStateException("late"));
        });

        assertThat(results.failure()).isNull();
    }
}
