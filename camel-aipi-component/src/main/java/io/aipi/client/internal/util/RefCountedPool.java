/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.client.internal.util;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** Things that several users share by key: made for the first, ended after the last. */
public final class RefCountedPool<K, V> {

    private final Map<K, Entry<V>> entries = new HashMap<>();
    private final Function<K, V> maker;
    private final Consumer<V> ender;

    private static final class Entry<V> {
        private final V value;
        private int users;

        Entry(V value) {
            this.value = value;
        }
    }

    /** {@code maker} makes the thing for a key, {@code ender} ends it. */
    public RefCountedPool(Function<K, V> maker, Consumer<V> ender) {
        this.maker = maker;
        this.ender = ender;
    }

    /** The thing for the key; to be given back by {@link #release} as often as it was acquired. */
    public synchronized V acquire(K key) {
        Entry<V> entry = entries.computeIfAbsent(key, k -> new Entry<>(maker.apply(k)));
        entry.users++;
        return entry.value;
    }

    /** Ends the thing if this was its last user. */
    public void release(K key) {
        V last = null;
        synchronized (this) {
            Entry<V> entry = entries.get(key);
            if (entry != null && --entry.users == 0) {
                entries.remove(key);
                last = entry.value;
            }
        }
        if (last != null) {
            ender.accept(last);
        }
    }

    /** Ends all, whoever uses them. */
    public void endAll() {
        Map<K, Entry<V>> all;
        synchronized (this) {
            all = new HashMap<>(entries);
            entries.clear();
        }
        all.values().forEach(entry -> ender.accept(entry.value));
    }
}
