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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;

/**
 * Where the jobs can be read: the routes that follow them write here, the HTTP side reads. What happens on the way is in
 * memory, how a job ended is in the database.
 */
public final class JobBoard {

    /** The header under which a job's exchanges carry its id at the gateway. The component keeps it with the job. */
    public static final String ID = "GatewayJobId";

    private static final int ID_BYTES = 24;

    private final SecureRandom random = new SecureRandom();
    private final LiveJobs live = new LiveJobs();
    private final JobTable table;
    private final Clock clock;
    private Duration retention = Duration.ofHours(24);
    private Duration longestJob = Duration.ofHours(2);
    private int mostResults = 1000;

    /** On this database; makes its table if it is not there. */
    public JobBoard(DataSource database) {
        this(database, Clock.systemUTC());
    }

    JobBoard(DataSource database, Clock clock) {
        this.table = new JobTable(database);
        this.clock = clock;
    }

    /** How long the end of a job can be read. */
    public void setRetention(Duration retention) {
        this.retention = retention;
    }

    /** After which a job of which nothing was heard is forgotten; more than the jobTimeout of the routes. */
    public void setLongestJob(Duration longestJob) {
        this.longestJob = longestJob;
    }

    /** How many ends are kept at most; the oldest go first. */
    public void setMostResults(int mostResults) {
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
        table.add(id, model, clock.instant());
        return id;
    }

    /** It could not be submitted: nobody has its URL. */
    void discard(String id) {
        table.remove(id);
    }

    Optional<JobView> find(String id) {
        return table.find(id).map(job -> job.isEnded() ? job : job.withProgress(live.newest(id)));
    }

    // ---- called by the routes that follow the jobs

    /** The exchange tells of progress. */
    public void progress(Exchange exchange) {
        live.progress(id(exchange), exchange.getProperty(AipiConstants.PROGRESS_EVENT_PROPERTY, JobProgress.class));
    }

    /** The exchange brings the result. It must not go on before the result can be read after a crash. */
    public void done(Exchange exchange) {
        JobResult result = exchange.getProperty(AipiConstants.RESULT_PROPERTY, JobResult.class);
        end(new JobView(id(exchange), model(exchange), null, result, null));
    }

    /** The exchange says why there is none. */
    public void failed(Exchange exchange) {
        Exception failure = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Exception.class);
        end(new JobView(id(exchange), model(exchange), null, null, Problems.failure(failure)));
    }

    void end(JobView job) {
        table.end(job, clock.instant());
        live.ended(job);
    }

    private static String id(Exchange exchange) {
        return exchange.getMessage().getHeader(ID, String.class);
    }

    private static String model(Exchange exchange) {
        return exchange.getMessage().getHeader(AipiConstants.ENDPOINT, String.class);
    }

    /** Forgets what nobody came for in time. */
    public void expire() {
        Instant now = clock.instant();
        table.expire(now.minus(retention), now.minus(longestJob));
        table.keepNewest(mostResults);
    }
}
