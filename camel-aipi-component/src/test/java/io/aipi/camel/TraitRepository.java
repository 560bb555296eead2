/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.spi.OptimisticLockingAggregationRepository;
import org.apache.camel.spi.RecoverableAggregationRepository;
import org.apache.camel.support.DefaultExchange;

/**
 * A repository with the traits of those that no test can have: what {@code scan} lists, what is refused, what reading
 * throws.
 */
public class TraitRepository implements RecoverableAggregationRepository {

    /** What {@code scan} lists, and {@code recover} and {@code confirm} are given. */
    public enum Scan {
        /** What was removed and not confirmed, as JDBC does. */
        COMPLETED,
        /** The keys of all entries, as Caffeine does. */
        LIVE_KEYS,
        /** The exchange ids of all entries. */
        LIVE_EXCHANGE_IDS
    }

    /** Takes changes only together with what they change. */
    public static final class Optimistic extends TraitRepository implements OptimisticLockingAggregationRepository {
        public Optimistic() {
            super(Scan.COMPLETED);
        }

        @Override
        public synchronized Exchange add(CamelContext context, String key, Exchange exchange) {
            throw new UnsupportedOperationException();
        }

        @Override
        public synchronized Exchange add(CamelContext context, String key, Exchange before, Exchange after) {
            access();
            Row present = rows.get(key);
            if (present == null ? before != null : before == null || version(before) != present.version) {
                throw new OptimisticLockingException();
            }
            super.add(context, key, after);
            return before;
        }

        @Override
        public synchronized void remove(CamelContext context, String key, Exchange exchange) {
            access();
            if (rows.get(key) == null || version(exchange) != rows.get(key).version) {
                throw new OptimisticLockingException();
            }
            super.remove(context, key, exchange);
        }
    }

    record Row(String exchangeId, Map<String, Object> headers, Object body, long version) {}

    private static final String VERSION = "TraitVersion";

    final Map<String, Row> rows = new LinkedHashMap<>();
    private final Map<String, Row> completed = new LinkedHashMap<>();
    private final Scan scan;
    private Predicate<Object> refuses = body -> false;
    private final Map<String, Throwable> unreadable = new LinkedHashMap<>();
    private boolean away;
    private boolean awayAtRead;
    private boolean confirms = true;
    private long versions;

    public TraitRepository(Scan scan) {
        this.scan = scan;
    }

    static long version(Exchange exchange) {
        return exchange.getProperty(VERSION, -1L, Long.class);
    }

    /** Bodies that it does not take, as those that are too large for a column. */
    public synchronized void refuse(Predicate<Object> bodies) {
        refuses = bodies;
    }

    /** What reading the entry throws, whether it exists or not; a completed one by the id of its exchange. */
    public synchronized void makeUnreadable(String key, Throwable thrown) {
        unreadable.put(key, thrown);
    }

    public synchronized void setAway(boolean isAway) {
        away = isAway;
    }

    /** It goes away in the middle: its entries can be listed once more, and not be read. */
    public synchronized void goAwayAtRead() {
        awayAtRead = true;
    }

    public synchronized void setConfirms(boolean does) {
        confirms = does;
    }

    public synchronized Set<String> completed() {
        return new HashSet<>(completed.keySet());
    }

    void access() {
        if (away) {
            throw new IllegalStateException("the repository is away");
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private Exchange exchange(CamelContext context, String name, Row row) {
        if (unreadable.containsKey(name)) {
            TraitRepository.<RuntimeException>sneak(unreadable.get(name));
        }
        if (row == null) {
            return null;
        }
        Exchange exchange = new DefaultExchange(context);
        exchange.setExchangeId(row.exchangeId);
        exchange.getIn().setHeaders(new LinkedHashMap<>(row.headers));
        exchange.getIn().setBody(row.body);
        exchange.setProperty(VERSION, row.version);
        return exchange;
    }

    @Override
    public synchronized Exchange add(CamelContext context, String key, Exchange exchange) {
        access();
        if (refuses.test(exchange.getIn().getBody())) {
            throw new IllegalStateException("too large for its column");
        }
        rows.put(key, row(exchange));
        return null;
    }

    private Row row(Exchange exchange) {
        return new Row(
                exchange.getExchangeId(),
                new LinkedHashMap<>(exchange.getIn().getHeaders()),
                exchange.getIn().getBody(),
                ++versions);
    }

    @Override
    public synchronized Exchange get(CamelContext context, String key) {
        if (awayAtRead) {
            awayAtRead = false;
            away = true;
        }
        access();
        return exchange(context, key, rows.get(key));
    }

    @Override
    public synchronized void remove(CamelContext context, String key, Exchange exchange) {
        access();
        rows.remove(key);
        if (scan == Scan.COMPLETED) {
            completed.put(exchange.getExchangeId(), row(exchange));
        }
    }

    @Override
    public synchronized void confirm(CamelContext context, String exchangeId) {
        access();
        if (!confirms) {
            throw new IllegalStateException("not now");
        }
        switch (scan) {
            case COMPLETED -> completed.remove(exchangeId);
            case LIVE_KEYS -> rows.remove(exchangeId);
            case LIVE_EXCHANGE_IDS -> rows.values().removeIf(row -> row.exchangeId.equals(exchangeId));
        }
    }

    @Override
    public synchronized Set<String> getKeys() {
        access();
        return new HashSet<>(rows.keySet());
    }

    @Override
    public synchronized Set<String> scan(CamelContext context) {
        access();
        return switch (scan) {
            case COMPLETED -> completed();
            case LIVE_KEYS -> getKeys();
            case LIVE_EXCHANGE_IDS ->
                new HashSet<>(new ArrayList<>(rows.values())
                        .stream().map(Row::exchangeId).toList());
        };
    }

    @Override
    public synchronized Exchange recover(CamelContext context, String exchangeId) {
        access();
        Row row = switch (scan) {
            case COMPLETED -> completed.get(exchangeId);
            case LIVE_KEYS -> rows.get(exchangeId);
            case LIVE_EXCHANGE_IDS ->
                rows.values().stream()
                        .filter(each -> each.exchangeId.equals(exchangeId))
                        .findFirst()
                        .orElse(null);
        };
        return exchange(context, exchangeId, row);
    }

    /** Something that no job has left among what was removed. */
    public synchronized void addGarbage(String exchangeId, Throwable thrown) {
        completed.put(exchangeId, new Row(exchangeId, Map.of(), null, ++versions));
        makeUnreadable(exchangeId, thrown);
    }

    @Override
    @SuppressWarnings("deprecation")
    public void setRecoveryInterval(long interval, TimeUnit timeUnit) {}

    @Override
    public void setRecoveryInterval(long interval) {}

    @Override
    public long getRecoveryInterval() {
        return 5000;
    }

    @Override
    public void setUseRecovery(boolean useRecovery) {}

    @Override
    public boolean isUseRecovery() {
        return true;
    }

    @Override
    public void setDeadLetterUri(String deadLetterUri) {}

    @Override
    public String getDeadLetterUri() {
        return null;
    }

    @Override
    public void setMaximumRedeliveries(int maximumRedeliveries) {}

    @Override
    public int getMaximumRedeliveries() {
        return 0;
    }
}
