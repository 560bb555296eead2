/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.examples.httpgateway;

import io.aipi.camel.AipiConstants;
import io.aipi.camel.store.JobOutcome;
import io.aipi.camel.store.JobRepository;
import io.aipi.camel.store.StoredJob;
import io.aipi.client.AipiClient;
import io.aipi.client.model.AipiRequest;
import io.aipi.client.model.JobProgress;
import io.aipi.client.model.JobResult;
import io.aipi.client.model.Media;
import java.security.Principal;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * Where the jobs can be read. The store has each job under its id here, from its acceptance until its retention is over,
 * whichever instance follows it. What happens on the way is in the memory of the one that does: its routes write it here.
 */
@Component("board")
public final class JobBoard {

    /** The header under which a job's exchanges carry its id. The component keeps it with the job. */
    static final String ID = "GatewayJobId";

    /** The header with the name of the user who has sent it, empty where there is no login. Kept with the job, too. */
    static final String OWNER = "GatewayJobOwner";

    /** The header with the sender's name for the conversation that the job belongs to. Kept with the job, too. */
    static final String CONVERSATION = "GatewayConversation";

    private static final int ID_BYTES = 24;

    private final SecureRandom random = new SecureRandom();
    private final LiveJobs live = new LiveJobs();
    private final JobRepository jobs;
    private final String server;
    private final List<String> models;

    /** Of the jobs that the gateway has in this store. */
    JobBoard(
            JobRepository jobs,
            @Value("${camel.component.aipi.server-url}") String serverUrl,
            @Value("${gateway.models}") List<String> models) {
        this.jobs = jobs;
        this.server = AipiClient.serverUri(serverUrl).toString();
        this.models = models.stream().filter(model -> !model.isEmpty()).toList();
    }

    LiveJobs live() {
        return live;
    }

    /** For a new job: 192 random bits, which nobody guesses and which say nothing of the server. */
    String newId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The user as the owner of jobs: his name, empty where there is no login. */
    static String owner(Principal user) {
        return user == null ? "" : user.getName();
    }

    // tag::find[]
    /** The job, if it is this owner's. */
    Optional<Job> find(String id, String owner) {
        return stored(id, owner).map(this::shown);
    }

    private Job shown(StoredJob stored) {
        String id = stored.job().requestId();
        String model = stored.job().endpoint();
        Job job;
        if (stored.outcome() instanceof JobOutcome.Done done) {
            job = Job.done(id, model, done.result());
        } else if (stored.outcome() instanceof JobOutcome.Failed failed) {
            job = Job.failed(id, model, Problems.failure(failed.failure()));
        } else {
            Job newest = live.newest(id);
            job = newest == null ? Job.accepted(id, model) : newest;
        }
        return job.from(
                stored.job().submitted(), (String) stored.job().headers().get(CONVERSATION));
    }

    private Optional<StoredJob> stored(String id) {
        return models.stream()
                .flatMap(model -> jobs.find(server, model, id).stream())
                // other applications may have jobs in this store, under ids that can be guessed
                .filter(stored -> id.equals(stored.job().headers().get(ID)))
                .findFirst();
    }

    private Optional<StoredJob> stored(String id, String owner) {
        return stored(id).filter(stored -> owner.equals(stored.job().headers().getOrDefault(OWNER, "")));
    }
    // end::find[]

    /** The result itself, with its files. */
    Optional<JobResult> result(String id, String owner) {
        return stored(id, owner).map(stored -> stored.outcome() instanceof JobOutcome.Done done ? done.result() : null);
    }

    /** A picture that shows how far the job is; empty if there is none at this moment, or not here. */
    Optional<Media> preview(String id, String owner, int number) {
        return stored(id, owner).flatMap(stored -> live.preview(id, number));
    }

    /** What was asked, as it was stored; empty if the job is not this owner's, or not kept as a request. */
    Optional<Asked> asked(String id, String owner) {
        return stored(id, owner)
                .filter(stored -> stored.job().body() instanceof AipiRequest)
                .map(stored -> new Asked(
                        stored.job().endpoint(), (AipiRequest) stored.job().body(), (String)
                                stored.job().headers().get(CONVERSATION)));
    }

    /** A request to a model; {@code conversation} is null for none. */
    record Asked(String model, AipiRequest request, String conversation) {}

    /**
     * The job as it is now, and whenever it has changed, up to its end. Who is slow misses what has passed meanwhile. The store is
     * read at the beginning and at the end only: what is on the way is in memory.
     */
    Flux<Job> watch(String id, String owner) {
        AtomicReference<Job> first = new AtomicReference<>();
        return Flux.<String>create(
                        changes -> {
                            Runnable watcher = () -> changes.next(id);
                            live.watch(id, watcher);
                            changes.onDispose(() -> live.unwatch(id, watcher));
                            watcher.run();
                        },
                        FluxSink.OverflowStrategy.LATEST)
                .map(changed -> {
                    Job newest = first.get() == null ? null : live.newest(changed);
                    Job job = newest == null ? find(changed, owner).orElseThrow() : newest.from(first.get());
                    first.compareAndSet(null, job);
                    return job;
                })
                .distinctUntilChanged()
                .takeUntil(Job::isEnded);
    }

    // ---- called by routes

    /** The exchange tells of progress. */
    public void progress(Exchange exchange) {
        JobProgress progress = exchange.getProperty(AipiConstants.PROGRESS_EVENT_PROPERTY, JobProgress.class);
        live.progress(Job.processing(id(exchange), progress), Job.previews(progress));
    }

    /** The exchange tells of the end, which is in the store. */
    public void ended(Exchange exchange) {
        live.ended(id(exchange));
    }

    static String id(Exchange exchange) {
        return exchange.getMessage().getHeader(ID, String.class);
    }

    /** Whether the store has it: it was accepted, and its end has not expired. */
    boolean isStored(String id) {
        return stored(id).isPresent();
    }

    /** Finds the ends of jobs which are watched, or were followed, here, and which another instance has followed to their end. */
    public void look() {
        for (String id : live.ids()) {
            if (stored(id).map(stored -> stored.outcome() != null).orElse(true)) {
                live.ended(id);
            }
        }
    }
}
