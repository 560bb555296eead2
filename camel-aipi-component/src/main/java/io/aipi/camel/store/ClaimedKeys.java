/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.store;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Keys whose jobs this process has claimed, and whose jobs these are: a later job may have the key of an earlier one. */
final class ClaimedKeys {

    /** In the place of an id that is not known yet. */
    private static final String LOADING = "";

    /** The {@linkplain DetachedJob#id() ids} of the jobs by their keys. */
    private final Map<String, String> ids = new ConcurrentHashMap<>();

    /** Whether somebody has claimed what is stored under the key, or is about to. */
    boolean contains(String key) {
        return ids.containsKey(key);
    }

    /** Whether it is this job that was claimed. */
    boolean isClaimed(StoredJob job) {
        return job.job().id().equals(ids.get(job.job().key()));
    }

    /** The job is about to be stored, or is stored, and claimed. */
    void claim(StoredJob job) {
        ids.put(job.job().key(), job.job().id());
    }

    /** The job is nobody's. */
    void release(StoredJob job) {
        ids.remove(job.job().key(), job.job().id());
    }

    /** What is stored under the key is about to be loaded; false if somebody was first. */
    boolean beginLoading(String key) {
        return ids.putIfAbsent(key, LOADING) == null;
    }

    /**
     * It was loaded; null if there is nothing, or nothing that can be read.
     *
     * @return whether it is claimed: not if a job has been accepted under the key meanwhile, which is its producer's
     */
    boolean endLoading(String key, StoredJob loaded) {
        if (loaded == null) {
            ids.remove(key, LOADING);
            return false;
        }
        return ids.replace(key, LOADING, loaded.job().id());
    }

    void clear() {
        ids.clear();
    }
}
