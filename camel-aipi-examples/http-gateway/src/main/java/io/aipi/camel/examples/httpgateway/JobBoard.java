/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.camel.AipiConstants;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * Where the jobs can be read: the routes that follow them write here, the HTTP side reads. What happens on the way is in
 * memory, how a job ended is in the database.
 */
@Component("board")
public final class JobBoard {

    /** The header under which a job's exchanges carry its id at the gateway. The component keeps it with the job. */
    static final String ID = "GatewayJobId";

    private static final int ID_BYTES = 24;

    private final SecureRandom random = new SecureRandom();
    private final LiveJobs live = new LiveJobs();
    private final JobTable table;
    private final Duration retention;
    private final Duration longestJob;
    private final int mostResults;

    /**
     * On this database.
     *
     * @param retention how long the end of a job can be read
     * @param longestJob after which a job of which nothing was heard is forgotten; more than the jobTimeout of the routes
     * @param mostResults how many ends are kept at most; the oldest go first
     */
    JobBoard(
            DataSource database,
            @Value("${gateway.retention}") Duration retention,
            @Value("${gateway.longest-job}") Duration longestJob,
            @Value("${gateway.most-results}") int mostResults) {
        this.table = new JobTable(database);
        this.retention = retention;
        this.longestJob = longestJob;
        this.mostResults = mostResults;
    }

    LiveJobs live() {
        return live;
    }

    /** A new job for this model: 192 random bits, which nobody guesses and which say nothing of the server. */
    String open(String model) {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        table.add(id, model, Instant.now());
        return id;
    }

    /** It could not be submitted: nobody has its URL. */
    void discard(String id) {
        table.remove(id);
    }

    Optional<Job> find(String id) {
        return table.find(id).map(job -> {
            Job newest = live.newest(id);
            return job.isEnded() || newest == null ? job : newest;
        });
    }

    Optional<JobResult> result(String id) {
        return table.result(id);
    }

    /** The job as it is now, and whenever it has changed, up to its end. Who is slow misses what has passed meanwhile. */
    Flux<Job> watch(String id) {
        return Flux.<String>create(
                        changes -> {
                            Runnable watcher = () -> changes.next(id);
                            live.watch(id, watcher);
                            changes.onDispose(() -> live.unwatch(id, watcher));
                            watcher.run();
                        },
                        FluxSink.OverflowStrategy.LATEST)
                .map(changed -> find(changed).orElseThrow())
                .distinctUntilChanged()
                .takeUntil(Job::isEnded);
    }

    // ---- called by the routes that follow the jobs

    /** The exchange tells of progress. */
    public void progress(Exchange exchange) {
        live.progress(Job.processing(
                id(exchange), exchange.getProperty(AipiConstants.PROGRESS_EVENT_PROPERTY, JobProgress.class)));
    }

    /** The exchange brings the result. It must not go on before the result can be read after a crash. */
    public void done(Exchange exchange) {
        end(id(exchange), exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class), null);
    }

    /** The exchange says why there is none. */
    public void failed(Exchange exchange) {
        Exception failure = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Exception.class);
        end(id(exchange), null, Problems.failure(failure));
    }

    void end(String id, JobResult result, Job.Failure failure) {
        table.end(id, result, failure, Instant.now());
        live.ended(id);
    }

    private static String id(Exchange exchange) {
        return exchange.getMessage().getHeader(ID, String.class);
    }

    /** Forgets what nobody came for in time. */
    public void expire() {
        Instant now = Instant.now();
        table.expire(now.minus(retention), now.minus(longestJob));
        table.keepNewest(mostResults);
    }
}
