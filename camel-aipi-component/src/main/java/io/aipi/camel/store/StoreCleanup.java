/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.spi.AggregationRepository;
import org.apache.camel.spi.RecoverableAggregationRepository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What earlier processes, and others, have left in a repository. */
final class StoreCleanup {

    private static final Logger LOG = LoggerFactory.getLogger(StoreCleanup.class);

    /** How many unreadable entries are worth a warning each. */
    private static final int WARNINGS = 10;

    private final CamelContext context;
    private final AggregationRepository repository;
    private final JobEntries entries;
    /** Keys, and the exchange ids of removals. */
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

    StoreCleanup(CamelContext context, AggregationRepository repository, JobEntries entries) {
        this.context = context;
        this.repository = repository;
        this.entries = entries;
    }

    /**
     * Ends what a crash has cut in two: removals, whose routes had succeeded, and probes. Each by itself: what cannot be read
     * is passed over.
     */
    void finishRemovals() {
        if (repository instanceof RecoverableAggregationRepository recoverable) {
            for (String exchangeId : new ArrayList<>(recoverable.scan(context))) {
                try {
                    finishRemoval(recoverable, exchangeId);
                } catch (Throwable e) {
                    passOver(exchangeId, e);
                }
            }
        }
        for (String key : new ArrayList<>(repository.getKeys())) {
            try {
                if (StoreProbe.isLeft(key)) {
                    entries.removeEntry(key);
                }
            } catch (Throwable e) {
                passOver(key, e);
            }
        }
    }

    private void finishRemoval(RecoverableAggregationRepository recoverable, String exchangeId) {
        Exchange entry = recoverable.recover(context, exchangeId);
        String key = entry == null ? null : JobEntries.deliveredKey(entry);
        if (key != null && repository.get(context, key) == null) {
            LOG.debug("The removal of a delivered job is finished: {}", exchangeId);
            recoverable.confirm(context, exchangeId);
        }
    }

    /** These are the keys that there are: what is known of others is forgotten. */
    void retain(Set<String> keys) {
        unreadable.retainAll(keys);
    }

    /** The entry can be read, whatever was said before. */
    void wasRead(String key) {
        unreadable.remove(key);
    }

    /** Whether it could not be read before. */
    boolean isKnownAsUnreadable(String key) {
        return unreadable.contains(key);
    }

    /** Says once what cannot be read, whatever reading it throws; it stays where it is. */
    void passOver(String name, Throwable e) {
        if (unreadable.add(name) && unreadable.size() <= WARNINGS) {
            LOG.warn(
                    "The entry {} of the jobRepository cannot be read. It is passed over; reading is retried", name, e);
        } else {
            LOG.debug("The entry {} of the jobRepository cannot be read: {}", name, e.toString());
        }
    }
}
