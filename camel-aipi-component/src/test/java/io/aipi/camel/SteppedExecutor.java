/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** An executor without threads: a test runs what waits, one task after the other, in nearly the order of several threads. */
final class SteppedExecutor extends AbstractExecutorService {

    private final List<Runnable> tasks = new ArrayList<>();
    private final int threads;
    private boolean ended;

    /** As many tasks as there are threads may overtake each other. */
    SteppedExecutor(int threads) {
        this.threads = threads;
    }

    @Override
    public void execute(Runnable task) {
        if (ended) {
            throw new RejectedExecutionException("ended");
        }
        tasks.add(task);
    }

    /** Runs one of the tasks whose turn it is; false if there is none. */
    boolean step(int which) {
        if (tasks.isEmpty()) {
            return false;
        }
        tasks.remove(which % Math.min(threads, tasks.size())).run();
        return true;
    }

    int waiting() {
        return tasks.size();
    }

    @Override
    public void shutdown() {
        ended = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        ended = true;
        List<Runnable> left = List.copyOf(tasks);
        tasks.clear();
        return left;
    }

    @Override
    public boolean isShutdown() {
        return ended;
    }

    @Override
    public boolean isTerminated() {
        return ended && tasks.isEmpty();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return isTerminated();
    }
}
