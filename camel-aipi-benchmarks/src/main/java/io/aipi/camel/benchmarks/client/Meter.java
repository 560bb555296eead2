/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance
 * with the License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed
 * on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 */
package io.aipi.camel.benchmarks.client;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Reads what the process takes, from {@link #begin} to {@link #end}. */
final class Meter {

    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final int threadsBefore = threads.getThreadCount();
    private Map<Long, Long> allocatedBefore = Map.of();
    private long totalBefore;
    private long startedBefore;
    private long liveBefore;
    private long cpuBefore;
    private long nanosBefore;

    void begin() {
        threads.resetPeakThreadCount();
        startedBefore = threads.getTotalStartedThreadCount();
        liveBefore = threads.getThreadCount();
        allocatedBefore = allocatedByThread();
        totalBefore = totalAllocated();
        nanosBefore = System.nanoTime();
        cpuBefore = system.getProcessCpuTime();
    }

    Cost end() {
        long cpu = system.getProcessCpuTime() - cpuBefore;
        long elapsed = System.nanoTime() - nanosBefore;
        long total = totalAllocated();
        long allocated = total >= 0 ? total - totalBefore : allocatedSince();
        return new Cost(
                elapsed,
                cpu,
                allocated,
                threads.getPeakThreadCount() - threadsBefore,
                componentThreads(),
                total >= 0 ? 0 : endedThreads());
    }

    private long endedThreads() {
        return (threads.getTotalStartedThreadCount() - startedBefore) - (threads.getThreadCount() - liveBefore);
    }

    /** What all threads have allocated, those that have ended included; -1 where the JVM is older than 21 and cannot tell. */
    private long totalAllocated() {
        try {
            Method total = ThreadMXBean.class.getMethod("getTotalThreadAllocatedBytes");
            return (long) total.invoke(threads);
        } catch (ReflectiveOperationException e) {
            return -1;
        }
    }

    private Map<Long, Long> allocatedByThread() {
        long[] ids = threads.getAllThreadIds();
        long[] bytes = threads.getThreadAllocatedBytes(ids);
        Map<Long, Long> byThread = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            byThread.put(ids[i], Math.max(0, bytes[i]));
        }
        return byThread;
    }

    private long allocatedSince() {
        long sum = 0;
        for (Map.Entry<Long, Long> thread : allocatedByThread().entrySet()) {
            sum += thread.getValue() - allocatedBefore.getOrDefault(thread.getKey(), 0L);
        }
        return sum;
    }

    private int componentThreads() {
        return (int) Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null
                        && thread.getThreadName().toLowerCase(Locale.ROOT).contains("aipi"))
                .count();
    }

    /**
     * The bytes that live on the heap: those that a collection leaves. Not those in use a moment later, among which are the
     * buffers of megabytes that each thread gets to allocate in.
     */
    static long liveHeap() {
        collect();
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                .sum();
    }

    /** Twice: what the first collection has queued for clearing goes with the second. */
    static void collect() {
        System.gc();
        System.gc();
    }
}
