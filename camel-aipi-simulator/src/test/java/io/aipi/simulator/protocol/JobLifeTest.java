/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.simulator.protocol;

import static io.aipi.simulator.protocol.ServerWithManualTime.json;
import static io.aipi.simulator.protocol.ServerWithManualTime.shape;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.aipi.simulator.transcripts.Transcript;
import org.junit.jupiter.api.Test;

/** What becomes of a job, step by step as in the recordings. Limits: queue 5 s, inactivity 3 s, lifetime 6 s. */
class JobLifeTest {

    private final ServerWithManualTime server = new ServerWithManualTime(new ServedDialect(), 1);

    private void assertPollLooksLike(int transcript, String jobId) {
        Transcript recorded = Transcript.number(transcript);
        assertThat(shape(server.poll(jobId), jobId, recorded))
                .as(recorded.name())
                .isEqualTo(shape(recorded));
    }

    @Test
    void aJobIsProcessingBeforeItsWorkerSaysAnything() {
        assertPollLooksLike(16, server.submit("Hello world this is a slow one @sleep=2 @steps=8"));
    }

    @Test
    void aQueuedJobKnowsItsPosition() {
        server.submit("first @sleep=4 @steps=8");
        String second = server.submit("second");

        assertPollLooksLike(17, second);

        String third = server.submit("third");
        assertThat(json(server.poll(third)).at("/progress/queue_position").asInt())
                .isEqualTo(2);
    }

    @Test
    void anUpdateShowsTheTextSoFarAndLeaksTheWorkersKey() {
        String job = server.submit("Hello world this is a slow one @sleep=4 @steps=8");

        server.time.advance(2.1);

        assertPollLooksLike(19, job);
        assertThat(json(server.poll(job)).at("/progress/auth_key").asText()).isEqualTo(ServedDialect.WORKER_AUTH_KEY);
    }

    @Test
    void aResultIsHandedOutOnce() {
        String job = server.submit("Hello world this is a slow one @sleep=4 @steps=8");

        server.time.advance(4);

        assertPollLooksLike(25, job);
        assertPollLooksLike(26, job);
    }

    @Test
    void anImageJobReportsPercentAndAPreview() {
        String job = server.submit("stable_diffusion_xl_txt2img", "prompt", "a llama @sleep=2 @steps=4");
        server.time.advance(1.2);
        Transcript preview = Transcript.number(103);
        assertThat(shape(server.poll("stable_diffusion_xl_txt2img", job), job, preview))
                .isEqualTo(shape(preview));

        server.time.advance(1);
        Transcript done = Transcript.number(104);
        assertThat(shape(server.poll("stable_diffusion_xl_txt2img", job), job, done))
                .isEqualTo(shape(done));
    }

    @Test
    void aPngJobAlsoReportsAMessage() {
        String job = server.submit("sd_png", "prompt", "a llama @sleep=1 @steps=2");
        server.time.advance(0.6);
        Transcript preview = Transcript.number(106);

        Response response = server.poll("sd_png", job);

        assertThat(shape(response, job, preview)).isEqualTo(shape(preview));
        assertThat(json(response)
                        .at("/progress/progress_data/progress_images/0")
                        .asText())
                .startsWith("data:image/PNG;base64,iVBORw0KGgo");
    }

    @Test
    void aWorkersErrorIsASuccessWithAnErrorInTheResult() {
        String job = server.submit("llama3_chat", "prompt_input", "x @sleep=0.3 @steps=1 @error=CUDA_out_of_memory");
        server.time.advance(1);
        Transcript recorded = Transcript.number(91);

        assertThat(shape(server.poll("llama3_chat", job), job, recorded)).isEqualTo(shape(recorded));
    }

    @Test
    void withoutWorkersAJobWaitsAndNobodyKnowsHowLong() {
        server.jobs.stopWorkers("llama2_chat");

        assertPollLooksLike(139, server.submit("hi"));
    }

    @Test
    void aJobThatWaitsTooLongLapsesAndIsForgotten() {
        server.jobs.stopWorkers("llama2_chat");
        String job = server.submit("hi");

        server.time.advance(5.1);
        assertPollLooksLike(145, job);

        server.time.advance(6.1);
        assertPollLooksLike(148, job);
    }

    @Test
    void lapsedJobsKeepTheQueueFullUntilSomebodyPolls() {
        ServerWithManualTime small = new ServerWithManualTime(new ServedDialect(), 0, 2);
        String first = small.submit("hi");
        String second = small.submit("hi");
        small.time.advance(5.1);
        assertThat(small.jobs.freeSlots("llama2_chat")).isZero();

        assertThat(json(small.poll(first)).get("job_state").asText()).isEqualTo("lapsed");

        assertThat(small.jobs.freeSlots("llama2_chat")).isEqualTo(2);
        assertThat(json(small.poll(second)).get("job_state").asText()).isEqualTo("lapsed");
    }

    @Test
    void aSilentJobLapsesAndItsLateResultIsNeverHandedOut() {
        String job = server.submit("hi @sleep=4 @silent");

        server.time.advance(3.1);
        assertPollLooksLike(163, job);

        server.time.advance(1);
        assertPollLooksLike(168, job);
    }

    @Test
    void aLapseIsWorkedOutWhenSomebodyPollsEvenIfTheResultIsThere() {
        String job = server.submit("hi @sleep=4 @silent");

        server.time.advance(4.1);

        assertPollLooksLike(168, job);
    }

    @Test
    void aJobThatWaitedLongLapsesWhenItStartsAndAnUpdateRevivesIt() {
        server.jobs.stopWorkers("llama2_chat");
        String job = server.submit("hi there @sleep=2 @steps=2");
        server.time.advance(4);
        server.jobs.startWorkers("llama2_chat", 1);
        assertPollLooksLike(172, job);

        server.time.advance(1);
        JsonNode revived = json(server.poll(job));
        assertThat(revived.get("success").asBoolean()).isTrue();
        assertThat(revived.get("job_state").asText()).isEqualTo("processing");

        server.time.advance(1);
        assertThat(json(server.poll(job)).at("/job_result/text").asText())
                .isEqualTo("You said: hi there @sleep=2 @steps=2");
    }

    @Test
    void aDeliveredResultThatNobodyFetchesLapses() {
        String job = server.submit("hi @sleep=0.1");

        server.time.advance(4.1);

        Response response = server.poll(job);
        assertThat(response.status()).isEqualTo(400);
        assertThat(json(response).get("job_state").asText()).isEqualTo("lapsed");
    }

    @Test
    void aResultIsForgottenAfterItsLifetimeCountedFromTheDelivery() {
        String job = server.submit("hi @sleep=0.1");

        server.time.advance(6.2);

        assertThat(server.poll(job).status()).isEqualTo(402);
    }

    @Test
    void aDeadWorkersJobLapsesAndKeepsItsLastProgress() {
        String job = server.submit("x @sleep=1 @steps=4 @die");
        server.time.advance(2);
        assertThat(json(server.poll(job)).get("job_state").asText()).isEqualTo("processing");

        server.time.advance(2);

        assertPollLooksLike(235, job);
    }

    @Test
    void aDeadWorkerTakesNoMoreJobs() {
        server.submit("x @sleep=1 @steps=4 @die");
        String next = server.submit("next");

        server.time.advance(2);

        assertThat(json(server.poll(next)).get("job_state").asText()).isEqualTo("queued");
        assertThat(json(server.poll(next)).at("/progress/num_workers_online").asInt())
                .isEqualTo(1);
        server.time.advance(2.9);
        server.jobs.startWorkers("llama2_chat", 1);
        assertThat(json(server.poll(next)).at("/progress/num_workers_online").asInt())
                .isEqualTo(2);
    }

    @Test
    void theJobsOfWorkersThatAreTakenAwayLapseAtOnce() {
        String job = server.submit("hi");

        server.jobs.stopWorkers("llama2_chat");

        assertPollLooksLike(203, job);
    }

    @Test
    void theEstimateFollowsTheMeanOfPastJobsSlowly() {
        for (int i = 0; i < 12; i++) {
            server.submit("hi @sleep=1 @steps=1");
            server.time.advance(1);
        }
        String job = server.submit("hi @sleep=1 @steps=1");
        assertPollLooksLike(178, job);
        double mean = 1 - Math.pow(0.95, 12);
        assertThat(json(server.poll(job)).at("/progress/estimate").asDouble()).isEqualTo(Math.round(mean * 10) / 10.0);

        server.time.advance(0.8);
        JsonNode estimate = json(server.poll(job)).at("/progress/estimate");
        assertThat(estimate.isInt()).isTrue();
        assertThat(estimate.asInt()).isZero();
    }

    @Test
    void aHeldRequestGetsTheResultFlat() {
        Reply.Hold held = server.hold("Hello @sleep=1 @steps=4");
        assertThat(held.response()).isNotDone();

        server.time.advance(1);

        JsonNode result = json(held.response().join());
        assertThat(result.get("text").asText()).isEqualTo("You said: Hello @sleep=1 @steps=4");
        assertThat(json(server.poll(result.get("job_id").asText())).has("job_result"))
                .isFalse();
    }

    @Test
    void anAbandonedHeldRequestLeavesItsWorkerStuck() {
        Reply.Hold held = server.hold("slow @sleep=2 @steps=2");
        server.time.advance(1);
        held.abandoned().run();
        String next = server.submit("next");

        server.time.advance(4);

        assertThat(held.response()).isNotDone();
        assertThat(json(server.poll(next)).get("job_state").asText()).isEqualTo("queued");
        assertThat(server.metrics.of(io.aipi.simulator.job.ServerMetrics.Event.JOB_DONE))
                .isZero();
    }

    @Test
    void aWorkerThatIsStuckCountsAsOfflineLater() {
        Reply.Hold held = server.hold("slow @sleep=2 @steps=2");
        held.abandoned().run();
        server.time.advance(2 + 8.1);

        String next = server.submit("next");

        JsonNode progress = json(server.poll(next)).get("progress");
        assertThat(progress.get("num_workers_online").asInt()).isZero();
        assertThat(progress.get("estimate").asInt()).isEqualTo(-1);
    }

    @Test
    void aPollForAnAbandonedJobBreaksTheServer() {
        ServerWithManualTime documented = new ServerWithManualTime(new DocumentedDialect(), 1);
        Reply.Hold held = (Reply.Hold) documented.post(
                "/llama2_chat", JsonNodes.object().put("key", "a-key").put("prompt", "hi"));
        held.abandoned().run();

        Response response = documented.poll("JID1");

        Transcript recorded = Transcript.number(195);
        assertThat(response.closes()).isTrue();
        assertThat(response.status()).isEqualTo(recorded.status());
        assertThat(json(response)).isEqualTo(recorded.responseBody());
    }

    @Test
    void aJobCanBeAskedForAtAnotherEndpointWhoseFieldsItThenHas() {
        String job = server.submit("Hello world this is a slow one @sleep=4 @steps=8");
        server.time.advance(2.1);

        JsonNode response = json(server.poll("llama3_chat", job));

        assertThat(response.get("ep_version").asInt()).isEqualTo(3);
        assertThat(response.at("/progress/job_type").asText()).isEqualTo("llama2");
    }

    @Test
    void aRestartForgetsJobsAndWorkersBeginAfresh() {
        String old = server.submit("hi @sleep=4");
        server.jobs.forgetAll();

        assertThat(server.poll(old).status()).isEqualTo(402);
        String fresh = server.submit("hi @sleep=1");
        server.time.advance(1);
        assertThat(json(server.poll(fresh)).has("job_result")).isTrue();
    }

    @Test
    void aDisabledEndpointGoesOnWithTheJobsItHas() {
        String job = server.submit("hi @sleep=1");
        server.jobs.setEnabled("llama2_chat", false);
        server.time.advance(1);

        assertThat(json(server.poll(job)).has("job_result")).isTrue();
        Reply refused = server.post(
                "/llama2_chat", JsonNodes.object().put("key", "a-key").put("text", "hi"));
        assertThat(json((Response) refused)).isEqualTo(Transcript.number(180).responseBody());
    }
}
