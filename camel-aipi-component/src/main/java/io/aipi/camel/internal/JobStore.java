/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.internal;

import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.spi.OptimisticLockingAggregationRepository;
import org.apache.camel.spi.RecoverableAggregationRepository;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.ExchangeHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stored jobs in an {@link AggregationRepository}. A job is one entry under its key from its acceptance until a route has
 * succeeded with its outcome; what a repository calls completed is used for the moment of removal only.
 *
 * <p>All methods block, and throw what the repository throws.
 */
public final class JobStore {

    private static final Logger LOG = LoggerFactory.getLogger(JobStore.class);

    /** Marks what is being removed: its route has succeeded. */
    private static final String DELIVERED = "CamelAipiDelivered";

    private final CamelContext context;
    private final AggregationRepository repository;
    /** Whether the repository takes changes only together with what they change. */
    private volatile boolean optimistic;

    /** The repository is started by its owner. */
    public JobStore(CamelContext context, AggregationRepository repository) {
        this.context = context;
        this.repository = repository;
    }

    /**
     * Stores a job that is not stored yet.
     *
     * @throws IllegalArgumentException if its body cannot be kept
     */
    public void add(StoredJob stored) {
        put(null, stored);
    }

    /**
     * Stores the outcome of a job.
     *
     * @return false if the job is not stored any more, or with another outcome: somebody else follows it, too, and was
     *     first
     */
    public boolean settle(StoredJob stored) {
        Exchange entry = entry(stored.job());
        if (entry == null || !JobCodec.canBecome(body(entry), stored)) {
            return false;
        }
        put(entry, stored);
        return true;
    }

    /** Replaces what is stored of a job. Does nothing if it is not stored any more. */
    public void update(StoredJob stored) {
        Exchange entry = entry(stored.job());
        if (entry != null) {
            put(entry, stored);
        }
    }

    /**
     * Writes once more what is stored of a job, whatever that is: throws if the repository takes nothing. Does nothing if it
     * is not stored any more.
     */
    public void rewrite(DetachedJob job) {
        Exchange entry = entry(job);
        if (entry != null) {
            write(job.key(), entry, ExchangeHelper.createCopy(entry, true));
        }
    }

    /** The job's entry; null if there is none, or that of another job whose sender gave it the same name. */
    private Exchange entry(DetachedJob job) {
        Exchange entry = repository.get(context, job.key());
        return entry != null && JobCodec.isOf(body(entry), job) ? entry : null;
    }

    private static Map<?, ?> body(Exchange entry) {
        return entry.getIn().getBody() instanceof Map<?, ?> map ? map : null;
    }

    private void put(Exchange earlier, StoredJob stored) {
        // the earlier entry stays as it was: repositories with optimistic locks compare it with what they have
        Exchange entry = earlier == null ? new DefaultExchange(context) : ExchangeHelper.createCopy(earlier, true);
        // for those who look at the table, and for repositories that give headers columns of their own
        entry.getIn().setHeader("CamelAipiEndpoint", stored.job().endpoint());
        entry.getIn().setHeader("CamelAipiJobId", stored.job().jobId());
        entry.getIn().setBody(JobCodec.encode(stored));
        write(stored.job().key(), earlier, entry);
    }

    private void write(String key, Exchange earlier, Exchange entry) {
        if (!optimistic) {
            try {
                repository.add(context, key, entry);
                return;
            } catch (UnsupportedOperationException e) {
                optimistic = true;
            }
        }
        ((OptimisticLockingAggregationRepository) repository).add(context, key, earlier, entry);
    }

    /** The stored job; null if there is none under the key. */
    public StoredJob load(String key) {
        Exchange entry = repository.get(context, key);
        return entry == null ? null : JobCodec.decode(body(entry));
    }

    /** Ends the keeping of a job. Does nothing if it is not stored. */
    public void remove(DetachedJob job) {
        Exchange entry = entry(job);
        if (entry == null) {
            return;
        }
        if (!optimistic) {
            // the repository may write the entry once more on its way out: nothing in it is needed any longer
            entry.getIn().setBody(null);
            entry.getIn().setHeader(DELIVERED, true);
        }
        repository.remove(context, job.key(), entry);
        try {
            repository.confirm(context, entry.getExchangeId());
        } catch (RuntimeException e) {
            // removed it is; the next start confirms it
            LOG.debug("The removal of a delivered job is not confirmed: {}", entry.getExchangeId(), e);
        }
    }

    /** The keys of all jobs, of whatever server and endpoint. */
    public Set<String> keys() {
        return repository.getKeys();
    }

    /** Ends removals that a crash has cut in two: their routes had succeeded. */
    public void finishRemovals() {
        if (repository instanceof RecoverableAggregationRepository recoverable) {
            for (String exchangeId : recoverable.scan(context)) {
                Exchange entry = recoverable.recover(context, exchangeId);
                if (entry != null && (entry.getIn().getHeader(DELIVERED) != null || JobCodec.isOurs(body(entry)))) {
                    LOG.debug("The removal of a delivered job is finished: {}", exchangeId);
                    recoverable.confirm(context, exchangeId);
                }
            }
        }
    }
}
